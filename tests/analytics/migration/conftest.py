"""Frames of visits: a few that can be checked by eye, and small shops whose people are known."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

SCHEMA = {"user": pl.Int64, "visit": pl.Int64, "period": pl.Int64, "interest": pl.Utf8, "n": pl.Int64}
KINDS = {"cook": ("kitchen", "garden"), "play": ("toys", "books"), "dress": ("shoes", "hats")}


@pytest.fixture
def frame() -> Callable[..., pl.DataFrame]:
    """Rows of user, visit, period, interest, n as a frame."""

    def made(*rows: tuple[int, int, int, str, int]) -> pl.DataFrame:
        return pl.DataFrame(rows, SCHEMA, orient="row")

    return made


def shop(kinds: list[list[str]], *, visits: int = 8, events: int = 4, blur: float = 0.1, seed: int = 1) -> pl.DataFrame:
    """`kinds[user][period]` is what a user is then: nine of ten events are of its two interests, else of any."""
    draw, rows = np.random.default_rng(seed), []
    every = [interest for pair in KINDS.values() for interest in pair]
    for user, over in enumerate(kinds):
        for period, kind in enumerate(over):
            for visit in range(visits):
                for _ in range(events):
                    of = every if draw.random() < blur else KINDS[kind]
                    rows.append((user, 100 * period + visit, period, of[draw.integers(len(of))], 1))
    return pl.DataFrame(rows, SCHEMA, orient="row").group_by(list(SCHEMA)[:4], maintain_order=True).agg(n=pl.len())


@pytest.fixture(scope="session")
def steady() -> pl.DataFrame:
    """Ninety people of three kinds who stay what they are, over three periods."""
    return shop([[list(KINDS)[user % 3]] * 3 for user in range(90)])


@pytest.fixture(scope="session")
def moving() -> pl.DataFrame:
    """Ninety people of two kinds, of whom fifteen go from cook to play after the first of two periods."""
    return shop([["cook", "play"] if u < 15 else ["cook"] * 2 if u < 50 else ["play"] * 2 for u in range(90)], seed=2)
