from datetime import date, timedelta

import numpy as np
import polars as pl

from analytics.changes import change_points, delays, new_levels, replay
from data.errors import InputError

FIRST = date(2022, 1, 3)


def week(place):
    return FIRST + timedelta(weeks=place)


def frame(*series):
    return pl.concat([
        pl.DataFrame({"id": f"line {number}", "start": [week(place) for place in range(len(each))],
                      "value": np.array(each, float)})
        for number, each in enumerate(series)
    ])  # fmt: skip


def above(level, least=0):
    """A rule: the weeks in which a line was above a level, once it has seen enough of them."""

    def rule(seen):
        if seen["start"].n_unique() <= least:
            raise InputError("Too short.")
        return seen.filter(pl.col("value") > level).select("id", at="start", size="value")

    return rule


def test_every_report_is_made_once_with_what_was_known_then():
    found = replay(above(5), frame([1, 1, 9, 1, 1, 1, 1, 1, 8, 1]))
    assert found.columns == ["reported", "waited", "id", "at", "size"]
    assert found.rows() == [(week(2), 0, "line 0", week(2), 9.0), (week(8), 0, "line 0", week(8), 8.0)]


def test_what_lasts_or_wanders_is_one_report():
    lasting = frame([1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 1, 1])
    assert replay(above(5), lasting)["at"].to_list() == [week(2)]
    two = frame([9, 1, 1, 1, 9, 1, 1, 1, 1, 9])
    assert replay(above(5), two)["at"].to_list() == [week(0), week(9)]
    assert replay(above(5), two, same=3)["at"].to_list() == [week(0), week(4), week(9)]


def test_what_is_no_longer_recent_when_it_is_first_seen_is_no_report():
    late = above(5, least=8)
    assert replay(late, frame([1, 1, 9, 1, 1, 1, 1, 1, 1, 1]), recent=6).is_empty()
    found = replay(late, frame([1, 1, 9, 1, 1, 1, 1, 1, 1, 1]), recent=7)
    assert found.select("reported", "waited", "at").rows() == [(week(8), 6, week(2))]


def test_only_the_periods_asked_for_are_replayed():
    history = frame([9, 1, 1, 1, 1, 1, 9, 1, 1, 1, 1, 1, 9])
    assert replay(above(5), history, first=week(5), last=week(8), recent=2)["at"].to_list() == [week(6)]
    assert replay(above(5), history, first=week(30)).schema["reported"] == pl.Date


def test_a_rule_never_sees_what_comes_later():
    lengths = []

    def rule(seen):
        lengths.append((seen["start"].max(), seen.height))
        return seen[:0].select("id", at="start")

    replay(rule, frame([1] * 4, [2] * 4))
    assert lengths == [(week(place), 2 * (place + 1)) for place in range(4)]


def test_delays_are_counted_from_the_truth():
    history = frame([1, 1, 9, 1, 1, 1, 1], [1] * 7)
    reports = pl.DataFrame({"id": ["line 0", "line 0"], "reported": [week(4), week(5)], "at": [week(3), week(2)]})
    truth = pl.DataFrame({"id": ["line 0", "line 1", "line 0"], "at": [week(2), week(2), week(5)]})
    assert delays(reports, truth, history).rows() == [
        ("line 0", week(2), 2), ("line 1", week(2), None), ("line 0", week(5), 0)
    ]  # fmt: skip
    assert delays(reports, truth, history, within=0)["delay"].to_list() == [3, None, None]


def test_a_change_is_reported_some_weeks_after_it_came():
    history = frame(np.random.default_rng(1).normal(0, 1, 90) + 4 * (np.arange(90) >= 70))
    found = replay(lambda seen: change_points(seen).points, history)
    assert found.height == 1
    assert found["at"][0] == week(70)
    assert 2 <= found["waited"][0] <= 4
    told = change_points(history.filter(pl.col("start") <= found["reported"][0])).points
    assert found.select(told.columns).equals(told)


def test_alerts_wait_for_a_year_of_history():
    history = frame(np.random.default_rng(1).normal(0, 1, 60) + 6 * (np.arange(60) >= 40))
    assert replay(lambda seen: change_points(seen).points, history)["reported"][0] < week(45)
    young, old = new_levels(history.filter(pl.col("start") < week(50))), new_levels(history)
    assert young.is_empty()
    assert old["at"].to_list() == [week(40)]
    assert new_levels(history, family=10**30).is_empty()
