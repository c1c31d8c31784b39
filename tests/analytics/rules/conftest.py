from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

Shuffled = Callable[[int], pl.DataFrame]


@pytest.fixture
def shuffled() -> Shuffled:
    """A function from a seed to 3,000 baskets of 200 users: sizes 1 to 12, twelve items, nothing belongs together."""

    def make(seed: int, users: int = 200, baskets: int = 3_000) -> pl.DataFrame:
        random = np.random.default_rng(seed)
        odds = 0.75 ** np.arange(12)
        rows = []
        for basket in range(baskets):
            size = 1 + int(random.integers(3)) + (int(random.integers(9)) if random.random() < 0.3 else 0)
            for item in random.choice(12, min(size, 12), replace=False, p=odds / odds.sum()):
                rows.append((basket % users, basket, f"i{item:02}"))
        return pl.DataFrame(rows, schema=["user", "basket", "item"], orient="row")

    return make
