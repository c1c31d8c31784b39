from datetime import date, timedelta

import pytest

from analytics.summary import KPI_SCHEMA, kpis
from data.scope import Scope

FIRST = date(2024, 1, 1)


def daily(event, days, count, start=FIRST, **about):
    """`count` events a day, each by another person."""
    return [event(start + timedelta(days=day), number, **about) for day in range(days) for number in range(count(day))]


def row(frame, name):
    return frame.filter(name=name).row(0, named=True)


def test_the_last_28_complete_days_stand_against_those_before(make_store, event):
    store = make_store(daily(event, 56, lambda day: 2 if day < 28 else 3, revenue=5.0))
    frame = kpis(store, Scope())
    assert dict(frame.schema) == KPI_SCHEMA
    assert frame["name"].to_list() == ["events", "users", "revenue", "rising"]
    events = row(frame, "events")
    assert (events["value"], events["before"], events["change"]) == (84, 56, 0.5)
    assert (events["low"], events["high"]) == pytest.approx((0.5, 0.5))  # every week is like the next
    assert events["spark"] == [14.0] * 4 + [21.0] * 4
    assert (row(frame, "users")["value"], row(frame, "users")["before"]) == (3, 2)
    assert (row(frame, "revenue")["value"], row(frame, "revenue")["change"]) == (420, 0.5)


def test_the_cut_last_day_takes_no_part(make_store, event):
    log = daily(event, 56, lambda _: 2) + [event(FIRST + timedelta(days=56), n) for n in range(90)]
    store = make_store(log, last_day_complete=False)
    assert row(kpis(store, Scope()), "events")["value"] == 56


def test_an_uneven_shop_shows_no_clear_change(make_store, event):
    store = make_store(daily(event, 56, lambda day: (1, 5, 2, 6, 1, 7, 2, 5)[day // 7]))
    events = row(kpis(store, Scope()), "events")
    assert events["low"] < 0 < events["high"]


def test_the_scope_ends_the_figures_and_chooses_people(make_store, event):
    store = make_store(
        daily(event, 84, lambda day: 2 + (day >= 56), country="UK") + daily(event, 84, lambda _: 1, country="FR")
    )
    assert row(kpis(store, Scope(end=FIRST + timedelta(days=55))), "events")["value"] == 84
    assert row(kpis(store, Scope(segments=(("country", "FR"),))), "events")["value"] == 28


def test_rising_counts_clear_rises_of_shares(make_store, event):
    log = daily(event, 112, lambda _: 12, item="a", category="toys")
    log += daily(event, 112, lambda day: 4 if day < 84 else 12, item="c", category="books")
    rising = row(kpis(make_store(log), Scope()), "rising")
    assert (rising["value"], rising["before"], rising["change"], rising["spark"]) == (1, 0, None, [])


@pytest.mark.parametrize(("days", "spark"), [(1, []), (20, [14.0, 14.0]), (55, [14.0] * 7)])
def test_a_short_log_has_values_and_no_changes(make_store, event, days, spark):
    frame = kpis(make_store(daily(event, days, lambda _: 2)), Scope())
    events = row(frame, "events")
    assert (events["value"], events["before"], events["change"], events["low"]) == (2 * min(days, 28), None, None, None)
    assert events["spark"] == spark
    assert "rising" not in frame["name"].to_list()


def test_without_a_whole_day_there_are_no_figures(make_store, event):
    assert kpis(make_store([event(FIRST)], first_day_complete=False), Scope()).is_empty()
    assert kpis(make_store([]), Scope()).is_empty()
    assert kpis(make_store([event(FIRST)]), Scope(end=FIRST - timedelta(days=1))).is_empty()
