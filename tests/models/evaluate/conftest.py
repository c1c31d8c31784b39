"""Small logs and rankers that can be checked by eye."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from models.interactions import Catalogue, arranged
from models.ranking import normalised


@dataclass
class Fixed:
    """Says the same of every request; remembers what it was given to learn from."""

    name: str
    score: np.ndarray
    learned: list = field(default_factory=list)

    def tune(self, train, log, requests):
        self.learned.append(("tune", train.events, log.events, len(requests)))

    def fit(self, train):
        self.learned.append(("fit", train.events))

    def log_probabilities(self, log, requests):
        return normalised(np.tile(self.score, (len(requests), 1)))


@dataclass
class NextNumber:
    """Expects the item after the last one of the history: right where people walk through the catalogue."""

    name: str = "next"
    strength: float = 5.0

    def tune(self, train, log, requests):
        pass

    def fit(self, train):
        pass

    def log_probabilities(self, log, requests):
        items = log.catalogue.items
        score = np.zeros((len(requests), items))
        score[np.arange(len(requests)), (log.item[requests.end - 1] + 1) % items] = self.strength
        return normalised(score)


def shop(users=40, items=30, steps=12, seed=0, interests=3, repeats=False):
    """People who walk through the catalogue one item after another, each from a place of their own, and now and then
    jump; with `repeats` somebody buys an item twice."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        item = int(rng.integers(items))
        begins = int(rng.integers(1000))
        for step in range(steps):
            item = (item + 1) % items if rng.random() < 0.8 else int(rng.integers(items))
            rows.append((user, item, begins + 1000 * step + int(rng.integers(900))))
    if repeats:
        rows += [(user, item, time + 50_000) for user, item, time in rows]
    names = [f"item {number}" for number in range(items)]
    catalogue = Catalogue(names, names, np.arange(items, dtype=np.int32) % interests, list("abc"), list("ABC"))
    user, item, time = (np.array(column) for column in zip(*rows, strict=True))
    return arranged(user, item, time, users=[f"u{number}" for number in range(users)], catalogue=catalogue)


@pytest.fixture
def walks():
    return shop(repeats=True)


@pytest.fixture
def rankers():
    items = 30
    return [Fixed("popularity", np.linspace(1, 0, items)), NextNumber()]
