"""How often two items share a basket, counted user by user, apart for the two halves of the users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.rules.lines import MOST_LINES, REST, Lines, Whole
from analytics.significance import Array

CHUNK = 4_000_000
"""Pairs of lines that are held in memory at once; only a user of more is never parted."""
BOTH = (0, 1)
DISCOVERY, CONFIRMATION = (0,), (1,)


@dataclass(frozen=True)
class Counted:
    """Sums over users, so that the halves of the users add up to the whole. First axis: half."""

    held: Array
    """half x item: baskets that hold the item."""
    habit: Array
    """half x item: sum over users of the square of their baskets with the item."""
    sizes: Array
    """half x lines: baskets of 0, 1, 2, ..., 100 lines."""
    together: Array
    """half x item x item, of pairs a < b: baskets with both."""
    users: Array
    """As together: users who have such a basket."""
    squares: Array
    """As together: sum over users of the square of their baskets with both."""
    loads: Array
    """As together: sum over users of their baskets with both times their load, the pairs n (n - 1) of all their
    baskets."""
    load: Array
    """half x 2: sums of the users' loads and of the squares of their loads."""


def count(lines: Lines) -> Counted:
    """Everything that rules are judged from, in one pass over the pairs of lines of each basket."""
    items, baskets = len(lines.ids), int(lines.basket.max(initial=-1)) + 1
    size = np.bincount(lines.basket, minlength=baskets)
    owner = np.zeros(baskets, dtype=np.int64)
    owner[lines.basket] = lines.user
    half, compared = lines.half[owner], lines.item != REST
    cell = half[lines.basket[compared]] * items + lines.item[compared]
    held = np.bincount(cell, minlength=2 * items).reshape(2, items)
    mine, times = np.unique(lines.user[compared] * items + lines.item[compared], return_counts=True)
    habit = np.bincount(
        lines.half[mine // max(items, 1)] * items + mine % max(items, 1), times.astype(float) ** 2, 2 * items
    )
    sizes = np.bincount(half * (MOST_LINES + 1) + size, minlength=2 * (MOST_LINES + 1)).reshape(2, -1)
    load = np.bincount(owner, weights=size * (size - 1.0), minlength=len(lines.half))
    sums = [[load[lines.half == part].sum(), (load[lines.half == part] ** 2).sum()] for part in BOTH]
    tables = np.zeros((4, 2, items * items))
    for user, pair, times in _held(lines, items):
        for part in BOTH:
            mine = lines.half[user] == part
            weights = times[mine].astype(float)
            for table, weight in zip(tables, (weights, None, weights**2, weights * load[user[mine]]), strict=True):
                table[part] += np.bincount(pair[mine], weights=weight, minlength=items * items)
    together, users, squares, loads = (table.reshape(2, items, items) for table in tables)
    return Counted(
        held=held.astype(np.float64),
        habit=habit.astype(np.float64).reshape(2, items),
        sizes=sizes.astype(np.float64),
        together=together,
        users=users,
        squares=squares,
        loads=loads,
        load=np.array(sums),
    )


def _held(lines: Lines, items: int) -> Iterator[tuple[Whole, Whole, npt.NDArray[np.int64]]]:
    """User by user the pairs that share a basket and in how many: arrays user, a * items + b with a < b, times."""
    compared = lines.item != REST
    user, basket, item = lines.user[compared], lines.basket[compared], lines.item[compared]
    place = np.arange(len(basket)) - np.searchsorted(basket, basket)
    before = np.concatenate([[0], np.cumsum(place)])
    starts = np.concatenate([np.flatnonzero(np.diff(user, prepend=-1)), [len(user)]])
    first = 0
    while first < len(starts) - 1:
        room = before[starts[first]] + CHUNK
        last = max(int(np.searchsorted(before[starts], room, side="right")) - 1, first + 1)
        part = slice(starts[first], starts[last])
        first = last
        keys = _pair_keys(user[part], basket[part], item[part], items)
        if len(keys):
            keys.sort()
            begins = np.flatnonzero(np.diff(keys, prepend=-1))
            yield keys[begins] // items**2, keys[begins] % items**2, np.diff(begins, append=len(keys))


def _pair_keys(user: Whole, basket: Whole, item: Whole, items: int) -> Whole:
    """One number for each pair of lines of a basket: lines of a basket lie side by side, by item."""
    found = []
    for step in range(1, MOST_LINES):
        same = np.flatnonzero(basket[step:] == basket[:-step])
        if not len(same):
            break
        found.append((user[same] * items + item[same]) * items + item[same + step])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
