"""What stays the same between two clusterings: ids of themes that survive, and how alike the two are as a whole."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

SURVIVES = 0.2
"""Share of common items in all items of the old and the new theme from which it is the same theme."""


def next_ids(known: set[str], count: int) -> list[str]:
    """Ids never given before: t01, t02 and so on, after the highest known."""
    numbers = [int(theme_id[1:]) for theme_id in known if theme_id[1:].isdigit()]
    first = max(numbers, default=0) + 1
    return [f"t{number:02d}" for number in range(first, first + count)]


def surviving_ids(
    before: Mapping[str, str], labels: Sequence[int], items: Sequence[str], k: int, known: set[str]
) -> tuple[list[str], list[tuple[str, str, float]]]:
    """Ids of the new themes, and (old id, new id, overlap) for every old theme that still has items.

    `before` is the theme of each item until now, `labels` the new cluster of each of `items` (-1 unsorted). Old and new
    are paired so that the sum of their overlaps (common items / items of either) is highest; a pair above the limit
    keeps its id, others get new ones. An old theme's row in the mapping names where most of its items went, and
    `overlap` is their share of them.
    """
    from scipy.optimize import linear_sum_assignment

    common: Counter[tuple[str, int]] = Counter()
    new_size: Counter[int] = Counter()
    old_size: Counter[str] = Counter()
    for item, label in zip(items, labels, strict=True):
        old = before.get(item, "")
        new_size[label] += 1
        if old:
            old_size[old] += 1
            common[old, label] += 1
    old_ids = sorted(old_size)
    overlap = np.zeros((len(old_ids), k))
    for row, old in enumerate(old_ids):
        for label in range(k):
            shared = common[old, label]
            overlap[row, label] = shared / (old_size[old] + new_size[label] - shared) if shared else 0
    kept = {
        int(label): old_ids[row]
        for row, label in zip(*linear_sum_assignment(-overlap), strict=True)
        if overlap[row, label] >= SURVIVES
    }
    fresh = iter(next_ids(known | set(old_ids), k))
    ids = [kept.get(label) or next(fresh) for label in range(k)]
    history = []
    for old in old_ids if k else []:
        label = max(range(k), key=lambda label: common[old, label])
        if common[old, label]:
            history.append((old, ids[label], common[old, label] / old_size[old]))
    return ids, history


def adjusted_rand(one: Sequence[int] | np.ndarray, other: Sequence[int] | np.ndarray) -> float:
    """How alike two groupings of the same things are: 1 the same, 0 as alike as chance makes them.

    >>> adjusted_rand([0, 0, 1, 1], [5, 5, 3, 3])
    1.0
    """
    if len(one) < 2:
        return 1.0
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    together, rows, columns = (float((c * (c - 1) / 2).sum()) for c in (table, table.sum(1), table.sum(0)))
    chance = rows * columns / (len(a) * (len(a) - 1) / 2)
    highest = (rows + columns) / 2
    return 1.0 if highest == chance else (together - chance) / (highest - chance)
