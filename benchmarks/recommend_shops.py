"""Shops whose next item is known to depend on order, or known not to."""

import numpy as np

from models.interactions import Catalogue, Interactions, arranged

DAY = 86_400
GROUPS, PER_GROUP = 12, 40
FOLLOWS = 0.75
"""How often an item comes from the group that the last two groups lead to; else from anywhere."""
TASTE = 3
"""Groups that a person of the shop without order buys from."""


def transition_shop(people: int = 1_500, events: int = 30, seed: int = 0) -> Interactions:
    """Where the group of the next item follows from the groups of the last two together, by a table drawn at random.

    Either of the two alone says nothing, so counts of pairs of items, in order or not, cannot know it; a model of
    the sequence can. Inside a group, items differ in popularity.
    """
    rng = np.random.default_rng(seed)
    leads_to = _square(rng)
    inside = _popular(PER_GROUP)
    group = np.empty((people, events), np.int64)
    group[:, :2] = rng.integers(0, GROUPS, (people, 2))
    for place in range(2, events):
        follows = rng.random(people) < FOLLOWS
        led = leads_to[group[:, place - 2], group[:, place - 1]]
        group[:, place] = np.where(follows, led, rng.integers(0, GROUPS, people))
    item = group * PER_GROUP + rng.choice(PER_GROUP, group.shape, p=inside)
    return _log(item, rng)


def shuffled(log: Interactions, seed: int = 0) -> Interactions:
    """The same with each person's items in another order, at the same times."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(log.events), log.user))
    return arranged(log.user, log.item[order], log.time, users=log.user_ids, catalogue=log.catalogue)


def orderless_shop(people: int = 1_500, events: int = 30, seed: int = 0) -> Interactions:
    """Where people have a taste, groups that they buy from all the time, and order says nothing."""
    rng = np.random.default_rng(seed)
    taste = rng.permuted(np.tile(np.arange(GROUPS), (people, 1)), axis=1)[:, :TASTE]
    chosen = rng.choice(TASTE, (people, events), p=[0.5, 0.3, 0.2])
    group = np.take_along_axis(taste, chosen, axis=1)
    item = group * PER_GROUP + rng.choice(PER_GROUP, group.shape, p=_popular(PER_GROUP))
    return _log(item, rng)


def _square(rng: np.random.Generator) -> np.ndarray:
    """A Latin square, (GROUPS, GROUPS): every row and every column leads to each group once, so that neither the last
    group nor the one before says anything alone."""
    plain = (np.arange(GROUPS)[:, None] + np.arange(GROUPS)) % GROUPS
    return np.asarray(rng.permutation(GROUPS)[plain[rng.permutation(GROUPS)][:, rng.permutation(GROUPS)]])


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
