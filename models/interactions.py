"""What people did, as arrays: the form in which every ranker reads a log, whether it came from the store or a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

KINDS = ("view", "cart", "wishlist", "purchase", "review", "search")
"""The types of events that are history, in the order of their numbers. Refunds and emptied carts are none."""
NO_ITEM = -1
"""The item of a search, the query of everything else, the interest of an item that has none."""


@dataclass(frozen=True)
class Catalogue:
    """What can be recommended: items are numbered from 0 in the order of `item_ids`."""

    item_ids: Sequence[str]
    names: Sequence[str]
    interest: np.ndarray
    """int32 (items,): the number of each item's interest in `interest_ids`, NO_ITEM where it has none."""
    interest_ids: Sequence[str]
    interest_names: Sequence[str]
    vectors: np.ndarray | None = None
    """float32 (items, 384): the language model's vectors of the names, rows of length 1; None where there are none."""
    query_vectors: np.ndarray | None = None
    """float32 (queries, 384): the same of search words."""

    @property
    def items(self) -> int:
        return len(self.item_ids)

    @property
    def interests(self) -> int:
        return len(self.interest_ids)


@dataclass(frozen=True)
class Interactions:
    """Events of known people, ordered by person, step, and item inside a step, so that order inside a step says
    nothing. Columns may be memory-mapped files."""

    user: np.ndarray
    """int32 (events,)."""
    item: np.ndarray
    """int32 (events,): number in the catalogue, NO_ITEM for a search."""
    query: np.ndarray
    """int32 (events,): number of the search words, NO_ITEM for everything else."""
    kind: np.ndarray
    """int8 (events,): place in KINDS."""
    time: np.ndarray
    """int64 (events,): seconds since 1970, UTC."""
    step: np.ndarray
    """int64 (events,): number of the step, never falling: a person's events of one order, or of one time stamp."""
    offsets: np.ndarray
    """int64 (users + 1,): where each person's events begin."""
    user_ids: Sequence[str]
    catalogue: Catalogue

    @property
    def users(self) -> int:
        return len(self.offsets) - 1

    @property
    def events(self) -> int:
        return len(self.user)

    def before(self, cut: int) -> "Interactions":
        """The events before a moment; people and items keep their numbers."""
        kept = np.flatnonzero(self.time < cut)
        columns = {name: getattr(self, name)[kept] for name in ("user", "item", "query", "kind", "time", "step")}
        return replace(self, **columns, offsets=offsets_of(columns["user"], self.users))

    def cuts(self, *parts: float) -> tuple[int, ...]:
        """The moments before which such parts of all events lie: time quantiles."""
        return tuple(int(moment) for moment in np.quantile(self.time, parts, method="higher"))


def offsets_of(user: np.ndarray, users: int) -> np.ndarray:
    """int64 (users + 1,): where each person's rows begin in a column of persons in rising order."""
    return np.searchsorted(user, np.arange(users + 1)).astype(np.int64)


def arranged(
    user: np.ndarray,
    item: np.ndarray,
    time: np.ndarray,
    *,
    users: Sequence[str],
    catalogue: Catalogue,
    query: np.ndarray | None = None,
    kind: np.ndarray | None = None,
    order: np.ndarray | None = None,
    every_row_a_step: bool = False,
) -> Interactions:
    """Interactions of rows in any order.

    `order` numbers the orders of the log, NO_ITEM where a row has none: its rows are one step at their first moment.
    Other rows of one person with one time stamp are a step. `every_row_a_step` breaks ties by the order of the rows
    instead, which only the leave-one-out table of files does.
    """
    rows = len(user)
    query = np.full(rows, NO_ITEM, np.int32) if query is None else query
    kind = np.zeros(rows, np.int8) if kind is None else kind
    moment = np.asarray(time, np.int64)
    group = np.full(rows, NO_ITEM, np.int64) if order is None else np.asarray(order, np.int64)
    if (group >= 0).any():
        first = np.full(int(group.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(first, group[group >= 0], moment[group >= 0])
        moment = np.where(group >= 0, first[group], moment)
    if every_row_a_step:
        place = np.lexsort((np.arange(rows), moment, user))
        starts = np.ones(rows, bool)
    else:
        place = np.lexsort((kind, query, item, group, moment, user))
        u, m, g = user[place], moment[place], group[place]
        starts = np.ones(rows, bool)
        starts[1:] = (u[1:] != u[:-1]) | (m[1:] != m[:-1]) | (g[1:] != g[:-1])
    sorted_user = user[place].astype(np.int32)
    return Interactions(
        sorted_user, item[place].astype(np.int32), query[place].astype(np.int32), kind[place].astype(np.int8),
        moment[place], np.cumsum(starts) - 1, offsets_of(sorted_user, len(users)), users, catalogue,
    )  # fmt: skip


@dataclass(frozen=True)
class Requests:
    """Moments at which something is asked of a person's history, and, in an evaluation, what came then."""

    user: np.ndarray
    """int32 (requests,)."""
    end: np.ndarray
    """int64 (requests,): the history is the rows offsets[user] to end of the whole log, `end` not among them."""
    time: np.ndarray
    """int64 (requests,): the moment of asking. In an evaluation that of the step that came, which a shop knows when
    somebody comes; nothing else of that step is told."""
    target: np.ndarray
    """int32 (targets,): the items of the steps that came, one step after another."""
    target_offsets: np.ndarray
    """int64 (requests + 1,)."""

    def __len__(self) -> int:
        return len(self.user)

    def part(self, chosen: np.ndarray) -> "Requests":
        """The requests of those numbers, in that order."""
        sizes = np.diff(self.target_offsets)[chosen]
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        starts = np.repeat(self.target_offsets[chosen] - offsets[:-1], sizes)
        target = self.target[starts + np.arange(offsets[-1])]
        return Requests(self.user[chosen], self.end[chosen], self.time[chosen], target, offsets)


def successive_requests(log: Interactions, start: int, end: int | None = None) -> Requests:
    """One request for every step with an item from `start` on and before `end` that has a history: what came next?"""
    is_first = np.ones(log.events, bool)
    is_first[1:] = log.step[1:] != log.step[:-1]
    begins = np.flatnonzero(is_first)
    ends = np.append(begins[1:], log.events)
    time, user = log.time[begins], log.user[begins]
    asked = (time >= start) & (begins > log.offsets[user])
    if end is not None:
        asked &= time < end
    wanted = log.item >= 0
    sizes = np.add.reduceat(wanted.astype(np.int64), begins) if log.events else np.zeros(0, np.int64)
    asked &= sizes > 0
    begins, ends, sizes = begins[asked], ends[asked], sizes[asked]
    inside = np.repeat(begins - np.concatenate([[0], np.cumsum(ends - begins)[:-1]]), ends - begins)
    rows = inside + np.arange(len(inside)) if len(begins) else np.zeros(0, np.int64)
    target = log.item[rows]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Requests(log.user[begins], begins.astype(np.int64), log.time[begins], target[target >= 0], offsets)
