"""Ratios of last year's shares, and the events to expect with them."""

import numpy as np
import polars as pl
import pytest

from analytics.drift.moments import Sums
from analytics.drift.season import expected_after, ratios_of_others, season_ratios


def year_of(rows):
    return pl.DataFrame(
        rows, schema=["interest", "before", "after", "squares_before", "squares_after"], orient="row"
    )  # each person of one event: squares are events


def sums_of(before, after):
    """One person with these events; sizes of visits play no part."""
    before, after = np.array(before, float), np.array(after, float)
    sizes = [np.array([[0, events.sum(), 0, 0, 0]]) for events in (before, after)]
    return Sums(np.array([0, len(before)]), before, after, before, after, *sizes)


def fitted(before, after, ratio, rounds=500):
    """Plain iterative proportional fitting of a table 2 x k to its margins."""
    table = np.stack([np.ones(len(before)), np.array(ratio, float)])
    rows, columns = np.array([sum(before), sum(after)]), np.array(before) + np.array(after)
    for _ in range(rounds):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= columns / table.sum(axis=0)
    return table[1]


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [((10, 5, 2), (3, 9, 1), (1, 2, 0.5)), ((30, 1, 4, 4), (2, 9, 9, 1), (0.3, 3, 1, 0.2)), ((4, 4), (4, 4), (5, 5))],
)
def test_expected_events_are_those_of_plain_fitting(before, after, ratio):
    expected = expected_after(sums_of(before, after), np.array(ratio, float))
    assert expected == pytest.approx(fitted(before, after, ratio), rel=1e-6)
    assert expected.sum() == pytest.approx(sum(after))


def test_without_a_season_expected_is_the_plain_share():
    expected = expected_after(sums_of((6, 2), (2, 6)), np.ones(2))
    assert expected == pytest.approx([4, 4])


def test_people_are_fitted_one_by_one():
    one, other = sums_of((10, 5), (3, 9)), sums_of((7, 7), (1, 1))
    parts = ("before", "after", "squares_before", "squares_after")
    both = Sums(
        np.array([0, 2, 4]), *(np.concatenate([getattr(one, name), getattr(other, name)]) for name in parts),
        *(np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("sizes_before", "sizes_after")),
    )  # fmt: skip
    alone = [expected_after(each, np.array([1.0, 3.0])) for each in (one, other)]
    assert expected_after(both, np.array([1.0, 3.0, 1.0, 3.0])) == pytest.approx(np.concatenate(alone))


def test_many_events_keep_their_ratio_and_few_come_near_to_one():
    year = year_of([
        ("snow", 10_000, 40_000, 10_000, 40_000), ("sun", 40_000, 10_000, 40_000, 10_000),
        ("rare", 1, 4, 1, 4), ("same", 50_000, 50_000, 50_000, 50_000),
    ])  # fmt: skip
    ratio = dict(season_ratios(year).iter_rows())
    assert ratio["snow"] == pytest.approx(4, rel=0.001) and ratio["sun"] == pytest.approx(0.25, rel=0.001)
    assert ratio["same"] == pytest.approx(1, rel=0.001)
    # As seen it is (4.5 / 1.5) with one event more or less making all the difference.
    assert 1 < ratio["rare"] < 2.5


def test_one_heavy_buyer_makes_no_season():
    spread = [("snow", 10_000, 40_000, 10_000, 40_000), ("sun", 40_000, 10_000, 40_000, 10_000)]
    many, one = (
        dict(season_ratios(year_of([*spread, ("wax", 50, 200, *squares)])).iter_rows())["wax"]
        for squares in ((50, 200), (2_500, 40_000))
    )
    assert many == pytest.approx(4, rel=0.05)
    assert one < 2.5


def test_without_more_spread_than_chance_there_is_no_season():
    year = year_of([(name, 100, events, 100, events) for name, events in (("a", 104), ("b", 97), ("c", 99))])
    assert season_ratios(year)["ratio"].to_list() == [1, 1, 1]


def test_for_each_person_the_season_is_everybody_elses():
    # u7 alone made the winter of wax; everybody else bought as much of it before as after.
    year = year_of([
        ("snow", 10_000, 40_000, 10_000, 40_000), ("sun", 40_000, 10_000, 40_000, 10_000),
        ("wax", 1_000, 4_000, 1_000, 4_000),
    ])  # fmt: skip
    own = pl.DataFrame({"user": ["u7", "u8"], "interest": ["wax", "snow"], "before": [0, 1], "after": [3_000, 0]})
    year = year.with_columns(
        squares_after=pl.when(interest=pl.lit("wax")).then(1_000 + 3_000**2).otherwise("squares_after")
    )
    ratios = ratios_of_others(year, own)
    found = {row[:2]: row[2] for row in ratios.iter_rows()}
    # On the scale of all the others, ratios being relative: those have a total of 54 to 51 with u7's wax.
    assert found[("u7", "wax")] == pytest.approx(51 / 54, rel=0.01)
    assert found[("u8", "snow")] == pytest.approx(found[(None, "snow")], rel=1e-3)
    assert set(found) == {(None, "snow"), (None, "sun"), (None, "wax"), ("u7", "wax"), ("u8", "snow")}


def test_what_nobody_else_did_has_no_season():
    year = year_of([("snow", 10, 40, 10, 40), ("sun", 40, 10, 40, 10), ("wax", 0, 9, 0, 81)])
    own = pl.DataFrame({"user": [1], "interest": ["wax"], "before": [0], "after": [9]})
    assert ratios_of_others(year, own).filter(user=1)["ratio"].to_list() == [1]
