"""What a store's log is measured by: its items as they are, its interests instead of them, or items of some people."""

import numpy as np

from data.settings import Settings
from data.store import open_store
from models.interactions import Catalogue, Interactions, arranged

PEOPLE = 5
"""People who have had an item, from which on it is told in a log of many rare items."""


def of_interests(log: Interactions) -> Interactions:
    """The same log where the interest of an item stands for it: product types instead of products."""
    catalogue = log.catalogue
    interests = Catalogue(
        catalogue.interest_ids, catalogue.interest_names, np.arange(catalogue.interests, dtype=np.int32),
        catalogue.interest_ids, catalogue.interest_names,
    )  # fmt: skip
    return _renumbered(log, catalogue.interest, interests)


def of_kinds(log: Interactions, settings: Settings) -> Interactions:
    """The same log where the last part of an item's category stands for it: the product types of Complete Journey,
    which has several thousand where interests are some hundred."""
    store = open_store(settings)
    assert store is not None
    found = store.query("select item_id, category from items")
    category = dict(zip(found["item_id"], found["category"], strict=True))
    kinds = [(category.get(item) or "").split(" > ")[-1] for item in log.catalogue.item_ids]
    names, number = np.unique(np.array(kinds, object), return_inverse=True)
    interest = np.full(len(names), -1, np.int32)
    interest[number] = log.catalogue.interest
    number = np.where(names[number] == "", -1, number).astype(np.int32)
    old = log.catalogue
    return _renumbered(
        log, number, Catalogue(names.tolist(), names.tolist(), interest, old.interest_ids, old.interest_names)
    )


def of_known_items(log: Interactions, people: int = PEOPLE) -> Interactions:
    """The same log with only the items that at least so many people have had."""
    asked = log.item >= 0
    pairs = np.unique(np.stack([log.item[asked], log.user[asked]]), axis=1)
    kept = np.flatnonzero(np.bincount(pairs[0], minlength=log.catalogue.items) >= people)
    number = np.full(log.catalogue.items, -1, np.int32)
    number[kept] = np.arange(len(kept))
    old = log.catalogue
    catalogue = Catalogue(
        [old.item_ids[each] for each in kept], [old.names[each] for each in kept], old.interest[kept],
        old.interest_ids, old.interest_names, None if old.vectors is None else old.vectors[kept], old.query_vectors,
    )  # fmt: skip
    return _renumbered(log, number, catalogue)


def _renumbered(log: Interactions, number: np.ndarray, catalogue: Catalogue) -> Interactions:
    """Items by their new numbers; events of items without one are left out, steps stay what they were."""
    item = np.where(log.item >= 0, number[log.item], log.item)
    kept = (item >= 0) | (log.item < 0)
    return arranged(
        log.user[kept], item[kept], log.time[kept], users=log.user_ids, catalogue=catalogue,
        query=log.query[kept], kind=log.kind[kept], order=log.step[kept],
    )  # fmt: skip
