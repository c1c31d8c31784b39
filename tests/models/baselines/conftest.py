"""Small logs for the rivals."""

import numpy as np
import pytest

from models.interactions import Catalogue, Interactions, arranged

DAY = 86_400


@pytest.fixture(scope="session")
def make_log():
    """Interactions of (user, item, day) or (user, item, day, kind), of so many items, times in days."""

    def make(rows, items=4, vectors=None, query_vectors=None, query=None) -> Interactions:
        columns = [np.array(column) for column in zip(*rows, strict=True)]
        names = [f"item {number}" for number in range(items)]
        interest = np.zeros(items, np.int32)
        catalogue = Catalogue(names, names, interest, ["all"], ["All"], vectors, query_vectors)
        users = [str(number) for number in range(int(columns[0].max()) + 1)]
        kind = columns[3] if len(columns) == 4 else None
        time = (columns[2] * DAY).astype(np.int64)
        return arranged(*columns[:2], time, users=users, catalogue=catalogue, kind=kind, query=query)

    return make


@pytest.fixture(scope="session")
def walkers(make_log) -> Interactions:
    """Sixty people who go from item to item in a circle of twelve, now and then to any; items come again."""
    rng = np.random.default_rng(0)
    rows = []
    for user in range(60):
        item = int(rng.integers(12))
        for step in range(25):
            rows.append((user, item, step * 4 + rng.random()))
            item = (item + 1) % 12 if rng.random() < 0.8 else int(rng.integers(12))
    return make_log(rows, items=12)
