"""What belongs together in a shop: items that the same people have, and search words with the items that answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.baselines.item_knn import partners
from models.interactions import Interactions

PARTNERS = 10
"""The nearest items by what people have in common that count as an item's true partners."""
IN_COMMON = 3
"""People that both items must share at least."""
SOON = 3_600
"""Seconds after a search within which an item of the same person answers it."""
AHEAD = 5
"""Events after a search among which its answers are looked for."""


@dataclass(frozen=True)
class Pairs:
    """What belongs together: `first` numbers items, or search words after them; `second` numbers items."""

    first: np.ndarray
    second: np.ndarray

    def among(self, is_wanted: np.ndarray, items: int) -> Pairs:
        """The pairs of wanted items; search words are wanted where their item is."""
        chosen = is_wanted[self.second] & is_wanted[np.where(self.first < items, self.first, self.second)]
        return Pairs(self.first[chosen], self.second[chosen])


def co_purchases(train: Interactions) -> Pairs:
    """Each item with its PARTNERS nearest items by people in common, IN_COMMON at least."""
    first, second = partners(train, PARTNERS, IN_COMMON)
    return Pairs(first, second)


def answers(train: Interactions) -> Pairs:
    """Search words with each item that the same person came to within SOON seconds of the search, once each."""
    items = train.catalogue.items
    searches = np.flatnonzero(train.query >= 0)
    found = []
    for ahead in range(1, AHEAD + 1):
        row = searches[searches + ahead < train.events]
        then = row + ahead
        near = (train.user[then] == train.user[row]) & (train.time[then] - train.time[row] <= SOON)
        near &= train.item[then] >= 0
        found.append(np.stack([items + train.query[row[near]], train.item[then[near]]], axis=1))
    both = np.unique(np.concatenate(found).astype(np.int64), axis=0)
    return Pairs(both[:, 0], both[:, 1])
