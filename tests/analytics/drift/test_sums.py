"""From visits to sums and arrays, on a few rows."""

import polars as pl
import pytest

from analytics.drift.sums import arrays, summed, visit_arrays
from data.errors import InputError

BEFORE = pl.DataFrame({
    "user": [1, 1, 1, 2, 1], "visit": [10, 10, 11, 10, 10], "interest": ["a", "b", "a", "b", "a"], "n": [2, 1, 3, 4, 1],
})  # fmt: skip
AFTER = pl.DataFrame({"user": [2, 1], "visit": [12, 10], "interest": ["a", "c"], "n": [1, 2]})


def test_people_and_lines_by_hand():
    block = summed(BEFORE, AFTER)
    # User 1 before: a visit of 3 a and 1 b, one of 3 a. The rows of the same visit and interest are one.
    assert block.people.rows() == [(1, 2, 7, 25, 91, 337, 1, 2, 4, 8, 16), (2, 1, 4, 16, 64, 256, 1, 1, 1, 1, 1)]
    assert block.lines.rows() == [
        (1, "a", 6, 0, 18, 0), (1, "b", 1, 0, 1, 0), (1, "c", 0, 2, 0, 4), (2, "a", 0, 1, 0, 1), (2, "b", 4, 0, 16, 0),
    ]  # fmt: skip


def test_arrays_by_hand():
    block = summed(BEFORE, AFTER)
    sums = arrays(block.people, block.lines)
    assert sums.start.tolist() == [0, 3, 5]
    assert sums.before.tolist() == [6, 1, 0, 0, 4] and sums.after.tolist() == [0, 0, 2, 1, 0]
    assert sums.n1.tolist() == [7, 4] and sums.n2.tolist() == [2, 1]
    assert sums.added(sums.squares_before).tolist() == [19, 16]
    assert sums.spread(sums.n1).tolist() == [7, 7, 7, 4, 4]


def test_visits_by_hand():
    block = summed(BEFORE, AFTER)
    assert block.visits is not None
    rows = block.visits(pl.Series([1, 2]))
    found = visit_arrays(rows, block.lines)
    assert found.start.tolist() == [0, 4, 6]
    assert found.visits.tolist() == [[2, 1], [1, 1]]
    # Visit 10 of user 1 lies before and, as another visit of that name, after.
    assert sorted(zip(found.visit[:4].tolist(), found.line[:4].tolist(), found.n[:4].tolist(), strict=True)) == [
        (0, 0, 3), (0, 1, 1), (1, 0, 3), (2, 2, 2),
    ]  # fmt: skip
    assert list(zip(found.visit[4:].tolist(), found.line[4:].tolist(), strict=True)) == [(0, 1), (1, 0)]


def test_rows_without_events_are_no_visits():
    empty = BEFORE.with_columns(n=pl.when(pl.col("user") == 2).then(0).otherwise("n"))
    assert summed(empty, AFTER.filter(user=1)).people["user"].to_list() == [1]


def test_a_frame_without_its_columns_is_refused():
    with pytest.raises(InputError, match=r"The frame `after` has no column visit, n, found user, interest."):
        summed(BEFORE, AFTER.select("user", "interest"))


def test_people_without_lines_cannot_be_judged():
    block = summed(BEFORE, AFTER)
    with pytest.raises(InputError, match=r"People and lines have to hold the same users, found 2 and 1."):
        arrays(block.people, block.lines.filter(user=1))
