import numpy as np
import polars as pl
import pytest

from analytics.migration.halves import checked, halved, hashed, ranked
from data.errors import InputError


def test_a_hash_is_the_same_for_ever():
    assert hashed([0, 1, -1]).tolist() == [16294208416658607535, 10451216379200822465, 16490336266968443936]
    assert hashed([1], 1)[0] != hashed([1])[0]


def test_hashes_look_drawn_at_random():
    low = hashed(np.arange(10_000)) % np.uint64(10)
    assert np.bincount(low.astype(int)).min() > 900


def test_halves_hold_equally_many_visits_and_all_rows_of_each(frame):
    rows = [(1, visit, 0, interest, 1) for visit in range(7) for interest in ("a", "b")]
    found = halved(frame(*rows))
    assert found.group_by("half").agg(pl.col("visit").n_unique()).sort("half")["visit"].to_list() == [3, 3]
    assert found.group_by("visit").agg(pl.col("half").n_unique())["half"].to_list() == [1] * 6
    assert found.group_by("visit").len()["len"].to_list() == [2] * 6


def test_equal_halves_are_as_large_as_the_poorest_period_allows(frame):
    rows = [(1, visit, period, "a", 1) for period, visits in ((0, 9), (1, 5)) for visit in range(visits)]
    rows += [(2, visit, period, "a", 1) for period in (0, 1) for visit in range(6)]
    sizes = halved(frame(*rows), equal=True).group_by("user", "period", "half").len().sort("user", "period", "half")
    assert sizes["len"].to_list() == [2, 2, 2, 2, 3, 3, 3, 3]


def test_the_order_of_rows_changes_no_half_and_another_salt_does(frame):
    rows = frame(*[(user, visit, 0, "a", 1) for user in range(9) for visit in range(6)])
    keys = ["user", "visit"]
    first = halved(rows).sort(keys)
    assert halved(rows.sort("visit", descending=True)).sort(keys).equals(first)
    assert not halved(rows, salt=1).sort(keys).equals(first)


def test_visits_are_ranked_within_a_person_and_a_period(frame):
    found = ranked(frame((1, 5, 0, "a", 1), (1, 6, 0, "a", 1), (1, 6, 0, "b", 1), (1, 7, 1, "a", 1)), "period")
    assert found["place"].to_list() == [0, 1, 0]
    assert found["visits"].to_list() == [2, 2, 1]


def test_a_frame_of_something_else_is_refused(frame):
    with pytest.raises(InputError, match=r"needs the column `visit`, found user, period, interest, n. Add it."):
        checked(frame().drop("visit"))
    with pytest.raises(InputError, match=r"`user` of a frame of visits has to hold whole numbers, found String."):
        checked(frame().with_columns(pl.col("user").cast(pl.Utf8)))
