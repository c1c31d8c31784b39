"""How often two items share a basket, counted user by user, apart for the two halves of the users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.rules.lines import MOST_LINES, REST, Lines, Whole
from analytics.significance import Array

LEAST_BASKETS = 200
"""Baskets of a class of sizes: sizes that fewer baskets have are put together with their neighbours."""
CHUNK = 4_000_000
"""Pairs of lines that are held in memory at once; only a user of more is never parted."""
BOTH = (0, 1)
DISCOVERY, CONFIRMATION = (0,), (1,)


@dataclass(frozen=True)
class Counted:
    """Sums over users, so that the halves of the users add up to the whole. First axis: half."""

    margins: Array
    """half x class x item: baskets of that class that hold the item."""
    sizes: Array
    """half x class x 3: baskets, and the sums of their sizes and of their sizes' squares."""
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
    half, group = lines.half[owner], size_classes(size)[size]
    classes = int(group.max(initial=0)) + 1
    compared = lines.item != REST
    cell = (half * classes + group)[lines.basket[compared]] * items + lines.item[compared]
    margins = np.bincount(cell, minlength=2 * classes * items).reshape(2, classes, items)
    sizes = [np.bincount(half * classes + group, weights=size.astype(float) ** power, minlength=2 * classes)
             for power in (0, 1, 2)]  # fmt: skip
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
    stacked = np.stack(sizes, axis=-1).astype(np.float64).reshape(2, classes, 3)
    return Counted(margins.astype(np.float64), stacked, together, users, squares, loads, np.array(sums))


def size_classes(size: Whole) -> Whole:
    """Size of a basket -> its class: each size by itself, or with its neighbours until there are 200 baskets.

    >>> size_classes(np.array([1] * 300 + [2] * 250 + [3] * 150 + [4] * 60))[1:5]
    array([2, 1, 0, 0])
    """
    held = np.bincount(size, minlength=MOST_LINES + 1)
    found, number, collected = np.zeros(len(held), dtype=np.int64), 0, 0
    for each in range(len(held) - 1, 0, -1):
        found[each] = number
        collected += held[each]
        if collected >= LEAST_BASKETS:
            number, collected = number + 1, 0
    # What is left over at the small end is no class of its own.
    return np.minimum(found, max(number - 1, 0)) if number else found


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
