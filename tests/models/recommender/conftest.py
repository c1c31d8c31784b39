"""A small run that was really learnt: 40 people, 12 items of 3 interests, everybody walks on from item to item."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from models import runs
from models.baselines import rivals
from models.blend import Blend
from models.interactions import NO_ITEM, Catalogue, arranged
from models.reading_store import HISTORY
from models.recommender.saving import write_served
from models.runs.registry import write_json

DAY = 86_400
QUERIES = ["blue cup", "red lamp"]


@pytest.fixture(scope="session")
def catalogue():
    ids = [f"I{n:02}" for n in range(12)]
    interest = np.array([n % 3 for n in range(11)] + [NO_ITEM], np.int32)
    return Catalogue(ids, [f"thing {n}" for n in range(12)], interest, ["a", "b", "c"], ["As", "Bs", "Cs"])


def walk(catalogue, *, repeats: bool, seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(40):
        item, seen = int(rng.integers(0, 11)), set()
        for step in range(int(rng.integers(3, 9))):
            item = (item + 1) % 12 if rng.random() < 0.7 else int(rng.integers(0, 11))
            if repeats or item not in seen:
                rows.append((user, item, NO_ITEM, 0, step * DAY + user * 1000))
            seen.add(item)
        rows.append((user, NO_ITEM, int(rng.integers(0, 2)), 5, 20 * DAY + user))
    user, item, query, kind, time = (np.array(column) for column in zip(*rows, strict=True))
    people = [str(n) for n in range(40)]
    return arranged(user, item, time, users=people, catalogue=catalogue, query=query, kind=kind)


@pytest.fixture(scope="session")
def repeating(catalogue):
    return walk(catalogue, repeats=True)


@pytest.fixture(scope="session")
def once_only(catalogue):
    return walk(catalogue, repeats=False)


def learnt(log, groups=1):
    """A blend of every rival, fitted, with weights of its own for each."""
    blend = Blend(rivals(log.catalogue))
    blend.fit(log)
    rng = np.random.default_rng(1)
    blend.weights = rng.uniform(0.1, 0.6, (groups, len(blend.members)))
    return blend


@pytest.fixture
def write_run(settings):
    """Keep a run of a log; comes back with its name and its blend."""

    def write(log, chosen="blend", groups=1):
        begun = runs.new_run(settings, {"data_version": 1}, datetime(2026, 11, 24, 18))
        blend = learnt(log, groups)
        write_served(begun.folder, blend, log, QUERIES)
        write_json(begun.folder / "metrics.json", {"chosen": chosen, "models": {}})
        run = runs.keep(settings, begun).id
        runs.activate(settings, run)
        return run, blend

    return write


@pytest.fixture
def history():
    """A frame of (day, type, item or words) or (day, type, item or words, order)."""

    def frame(*rows):
        full = [(*row, None)[:4] for row in rows]
        return pl.DataFrame(
            {
                "event_time": [datetime(1970, 1, row[0]) for row in full], "event_type": [row[1] for row in full],
                "item_id": [None if row[1] == "search" else row[2] for row in full],
                "query": [row[2] if row[1] == "search" else None for row in full], "order_id": [row[3] for row in full],
            }, HISTORY,
        )  # fmt: skip

    return frame
