"""Shops whose next item is known to depend on order, or known not to."""

from dataclasses import replace

import numpy as np

from models.interactions import Catalogue, Interactions, arranged

DAY = 86_400
GROUPS, PER_GROUP = 12, 40
FOLLOWS = 0.75
"""How often somebody goes on at their pace; else the next group is any."""
PACES = (1, 5)
TASTE = 3
"""Groups that a person of the shop without order buys from."""


def transition_shop(people: int = 1_500, events: int = 30, seed: int = 0) -> Interactions:
    """Where people go round the groups of items at a pace of their own, one group on or five.

    What was bought together says little: everybody comes through all groups. The last item says which two groups may
    come, and only the one before it, which of them. Inside a group, items differ in popularity.
    """
    rng = np.random.default_rng(seed)
    label, pace = rng.permutation(GROUPS), rng.choice(PACES, people)
    place = np.empty((people, events), np.int64)
    place[:, 0] = rng.integers(0, GROUPS, people)
    for step in range(1, events):
        goes_on = rng.random(people) < FOLLOWS
        next_place = (place[:, step - 1] + pace) % GROUPS
        place[:, step] = np.where(goes_on, next_place, rng.integers(0, GROUPS, people))
    item = label[place] * PER_GROUP + rng.choice(PER_GROUP, place.shape, p=_popular(PER_GROUP))
    return _log(item, rng)


def shuffled(log: Interactions, seed: int = 0) -> Interactions:
    """The same with each person's items in another order, at the same times."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(log.events), log.user))
    return arranged(log.user, log.item[order], log.time, users=log.user_ids, catalogue=log.catalogue)


def orderless_shop(people: int = 1_500, events: int = 30, seed: int = 0) -> Interactions:
    """Where people have a taste, groups that they buy from all the time, and order says nothing. That an item is of a
    group is told to nobody, so that what a model gains it gains from events."""
    rng = np.random.default_rng(seed)
    taste = rng.permuted(np.tile(np.arange(GROUPS), (people, 1)), axis=1)[:, :TASTE]
    chosen = rng.choice(TASTE, (people, events), p=[0.5, 0.3, 0.2])
    group = np.take_along_axis(taste, chosen, axis=1)
    item = group * PER_GROUP + rng.choice(PER_GROUP, group.shape, p=_popular(PER_GROUP))
    log = _log(item, rng)
    plain = replace(log.catalogue, interest=np.zeros(log.catalogue.items, np.int32), interest_ids=["all"])
    return replace(log, catalogue=replace(plain, interest_names=["All"]))


def _popular(items: int) -> np.ndarray:
    weight = 1 / (np.arange(items) + 3.0)
    return np.asarray(weight / weight.sum())


def _log(item: np.ndarray, rng: np.random.Generator) -> Interactions:
    """A year of steps of one item each, (people, events), in the order given."""
    people, events = item.shape
    time = np.sort(rng.integers(0, 364 * DAY, item.shape), axis=1) + np.arange(events)
    items = GROUPS * PER_GROUP
    names = [f"item {number}" for number in range(items)]
    groups = [f"group {number}" for number in range(GROUPS)]
    interest = np.repeat(np.arange(GROUPS, dtype=np.int32), PER_GROUP)
    user = np.repeat(np.arange(people), events)
    return arranged(
        user, item.ravel(), time.ravel(), users=[f"person {number}" for number in range(people)],
        catalogue=Catalogue(names, names, interest, groups, groups),
    )  # fmt: skip
