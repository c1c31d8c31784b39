from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from analytics.rules import counting
from analytics.rules.counting import count
from analytics.rules.lines import lines_of


def by_hand(frame, lines):
    """The same sums with dicts: (half, a, b) -> together, users, squares, loads."""
    halves = dict(zip(sorted(set(frame["user"])), lines.half.tolist(), strict=True))
    baskets = defaultdict(set)
    for user, basket, item in frame.rows():
        baskets[user, basket].add(item)
    load, held = Counter(), Counter()
    for (user, _), items in baskets.items():
        load[user] += len(items) * (len(items) - 1)
        for a, b in combinations(sorted(lines.ids.index(each) for each in items if each in lines.ids), 2):
            held[user, a, b] += 1
    found = defaultdict(lambda: np.zeros(4))
    for (user, a, b), times in held.items():
        found[halves[user], a, b] += (times, 1, times**2, times * load[user])
    return found


@pytest.mark.parametrize("chunk", [4_000_000, 50])
def test_every_sum_is_what_a_loop_finds(shuffled, monkeypatch, chunk):
    monkeypatch.setattr(counting, "CHUNK", chunk)
    frame = shuffled(1, 20, 200)
    lines = lines_of(frame, 9)
    counted, expected = count(lines), by_hand(frame, lines)
    for half in (0, 1):
        for a in range(9):
            for b in range(9):
                found = [t[half, a, b] for t in (counted.together, counted.users, counted.squares, counted.loads)]
                assert found == expected[half, a, b].tolist()


def test_margins_and_sizes_add_up(shuffled):
    frame = shuffled(2)
    lines = lines_of(frame, 12)
    counted = count(lines)
    sizes = frame.group_by("user", "basket").len()["len"]
    assert counted.sizes.sum(axis=0).tolist() == np.bincount(sizes, minlength=101).tolist()
    held = dict(frame.group_by("item").len().rows())
    assert counted.held.sum(axis=0).tolist() == [held[item] for item in lines.ids]
    mine = dict(frame.group_by("user", "item").len().group_by("item").agg((pl.col("len") ** 2).sum()).rows())
    assert counted.habit.sum(axis=0).tolist() == [mine[item] for item in lines.ids]
    assert counted.load.sum(axis=0)[0] == (sizes * (sizes - 1)).sum()
    halves = lines.half[frame.group_by("user", "basket").len().sort("user")["user"].to_numpy()]
    assert counted.sizes.sum(axis=1).tolist() == [(halves == 0).sum(), (halves == 1).sum()]


def test_no_lines_are_no_counts(shuffled):
    counted = count(lines_of(shuffled(1).head(0), 5))
    assert counted.together.shape == (2, 0, 0)
