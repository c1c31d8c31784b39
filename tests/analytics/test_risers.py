import random
from datetime import date, timedelta

import polars as pl
import pytest

from analytics.risers import RISER_SCHEMA, risers
from data.errors import InputError
from data.lists import save_list
from data.scope import Scope

FIRST = date(2024, 1, 1)


def weekly(event, counts, category, item="a", start=FIRST):
    """`counts[w]` events in week w, on its seven days in turn, each by another person."""
    return [
        event(start + timedelta(days=7 * week + number % 7), number, item, category)
        for week, count in enumerate(counts)
        for number in range(count)
    ]


def only(frame, line):
    return frame.filter(id=line).row(0, named=True)


@pytest.fixture
def store(make_store, event):
    """Sixteen weeks: toys double in the last four, books stand still, games come from nothing in the last four."""
    draw = random.Random(2)
    toys = [20 + draw.randrange(5) for _ in range(12)] + [44 + draw.randrange(5) for _ in range(4)]
    books = [100 + draw.randrange(9) for _ in range(16)]
    games = [0] * 12 + [15, 16, 17, 15]
    return make_store([
        *weekly(event, toys, "toys", "a"), *weekly(event, books, "books", "c"), *weekly(event, games, "games", "g"),
        *weekly(event, [3] * 16, None, "z"),
    ])  # fmt: skip


def test_columns_are_the_contract(store):
    frame = risers(store, Scope(), by="category")
    assert dict(frame.schema) == RISER_SCHEMA
    assert frame["id"].to_list() == ["games", "toys", "books"]


def test_before_after_and_change_are_what_was_counted(store):
    frame = risers(store, Scope(), by="category", metric="events")
    toys = trend_of(store, "toys")
    row = only(frame, "toys")
    assert (row["before"], row["after"]) == (sum(toys[8:12]), sum(toys[12:]))
    assert row["change"] == pytest.approx(sum(toys[12:]) / sum(toys[8:12]) - 1)
    assert row["base"] == sum(toys[8:])
    assert row["spark"] == toys


def trend_of(store, line):
    sql = "SELECT events FROM trend WHERE grain = 'week' AND id = ? AND segment = '' ORDER BY start"
    return [float(count) for count in store.query(sql, [line])["events"]]


def test_a_share_is_of_all_events_of_the_window(store):
    row = only(risers(store, Scope(), by="category"), "toys")
    totals = store.query(
        "SELECT events FROM trend WHERE \"by\" = 'all' AND grain = 'week' AND segment = '' ORDER BY start"
    )
    assert row["after"] == pytest.approx(sum(trend_of(store, "toys")[12:]) / totals["events"][12:].sum())


def test_a_doubling_is_clear_and_standing_still_is_not(store):
    frame = risers(store, Scope(), by="category", metric="events")
    assert only(frame, "toys")["clear"]
    assert only(frame, "toys")["stage"] == "rising"
    assert 0 < only(frame, "toys")["low"] < only(frame, "toys")["change"] < only(frame, "toys")["high"]
    assert not only(frame, "books")["clear"]
    assert only(frame, "books")["low"] < 0 < only(frame, "books")["high"]


def test_what_was_not_there_before_has_no_change_and_comes_first(store):
    row = only(risers(store, Scope(), by="category"), "games")
    assert (row["before"], row["change"], row["low"], row["high"]) == (0, None, None, None)
    assert row["clear"]
    assert row["stage"] == "steady"  # 63 events are too few for a label


def test_a_small_base_is_never_clear(make_store, event):
    store = make_store([*weekly(event, [1] * 4 + [9] * 4, "toys"), *weekly(event, [50] * 8, "books", "c")])
    row = only(risers(store, Scope(), by="category", metric="events"), "toys")
    assert row["base"] == 40
    assert not row["clear"]


def test_one_week_alone_is_not_clear(make_store, event):
    store = make_store([*weekly(event, [20] * 7 + [120], "toys"), *weekly(event, [60] * 8, "books", "c")])
    assert not risers(store, Scope(), by="category", metric="events")["clear"].any()


def test_users_are_distinct_over_each_window(make_store, event):
    log = [event(FIRST + timedelta(days=day), day % 3, "a") for day in range(28)]
    log += [event(FIRST + timedelta(days=28 + day), day % 5, "a") for day in range(28)]
    row = only(risers(make_store(log), Scope(), by="category", metric="users"), "toys")
    assert (row["before"], row["after"]) == (3, 5)
    assert row["spark"] == [3.0] * 4 + [5.0] * 4


def test_revenue_takes_refunds_off(make_store, event):
    log = [*weekly(event, [10] * 8, "toys"), event(FIRST + timedelta(days=40), 1, type="refund", revenue=-15.0)]
    row = only(risers(make_store(log), Scope(), by="category", metric="revenue"), "toys")
    assert (row["before"], row["after"]) == (40, 25)


def test_the_incomplete_last_day_takes_no_part(make_store, event):
    log = weekly(event, [10] * 8, "toys") + [event(FIRST + timedelta(days=56), n) for n in range(50)]
    store = make_store(log, last_day_complete=False)
    assert only(risers(store, Scope(), by="category", metric="events"), "toys")["after"] == 40


def test_last_year_stands_beside_the_same_weeks(make_store, event):
    log = weekly(event, [5] * 4 + [50] * 48 + [10] * 4, "toys")
    row = only(risers(make_store(log), Scope(), by="category", metric="events", compare="last-year"), "toys")
    assert (row["before"], row["after"], row["change"]) == (20, 40, 1.0)


def test_windows_of_different_length_are_compared_per_day(make_store, event):
    store = make_store(weekly(event, [14] * 8, "toys"))
    about = {
        "before": (FIRST, FIRST + timedelta(days=13)),
        "after": (FIRST + timedelta(days=14), FIRST + timedelta(days=55)),
    }
    row = only(risers(store, Scope(), by="category", metric="events", **about), "toys")
    assert (row["before"], row["after"], row["change"]) == (28, 84, 0.0)
    with pytest.raises(
        InputError, match=r"Distinct people can be compared over windows of equal length only, found 14 and 42 days."
    ):
        risers(store, Scope(), by="category", metric="users", **about)


def test_windows_without_two_whole_weeks_have_no_interval(make_store, event):
    store = make_store(weekly(event, [50, 90], "toys"))
    about = {
        "before": (FIRST, FIRST + timedelta(days=6)),
        "after": (FIRST + timedelta(days=7), FIRST + timedelta(days=13)),
    }
    row = only(risers(store, Scope(), by="category", metric="events", **about), "toys")
    assert (row["change"], row["low"], row["high"], row["clear"]) == (0.8, None, None, False)


def test_days_left_over_from_whole_weeks_are_counted(make_store, event):
    store = make_store(weekly(event, [7] * 8, "toys"))
    about = {
        "before": (FIRST, FIRST + timedelta(days=16)),
        "after": (FIRST + timedelta(days=17), FIRST + timedelta(days=33)),
    }
    row = only(risers(store, Scope(), by="category", metric="events", **about), "toys")
    assert (row["before"], row["after"]) == (17, 17)


def test_interests_choose_lines_and_leave_the_share_as_it_is(store):
    chosen = risers(store, Scope(interests=("toys",)), by="category")
    assert chosen["id"].to_list() == ["toys"]
    assert chosen["after"][0] == only(risers(store, Scope(), by="category"), "toys")["after"]


def test_every_way_to_the_same_people_gives_the_same_changes(shop):
    members = shop.query("SELECT user_no FROM users WHERE rfm = 'champions'")["user_no"].to_list()
    number = save_list(shop.settings, "the champions", members, {})
    for by in ("category", "item"):
        for metric in ("share", "events", "revenue"):
            ready = risers(shop, Scope(segments=(("rfm", "champions"),)), by=by, metric=metric)
            listed = risers(shop, Scope(segments=(("list", number),)), by=by, metric=metric)
            assert ready.equals(listed)


def test_without_a_change_of_a_steady_shop_hardly_anything_is_clear(shop):
    assert risers(shop, Scope(), by="item", metric="events")["clear"].sum() == 0


def test_a_week_without_the_shop_is_no_week_of_shares(make_store, event):
    closed = [20, 20, 20, 20, 20, 20, 0, 20]
    store = make_store([*weekly(event, closed, "toys"), *weekly(event, closed, "books", "c")])
    row = only(risers(store, Scope(), by="category"), "toys")
    assert row["spark"] == [0.5] * 6 + [None, 0.5]
    assert row["change"] == 0


def test_a_short_log_is_said_to_be_short(make_store, event):
    with pytest.raises(InputError, match=r"needs complete days from"):
        risers(make_store(weekly(event, [5] * 3, "toys")), Scope(), by="category")


def test_unknown_knobs_are_refused(store):
    with pytest.raises(InputError, match=r"This log has no brand."):
        risers(store, Scope(), by="brand")
    with pytest.raises(InputError, match=r"`metric` cannot be 'clicks'."):
        risers(store, Scope(), by="category", metric="clicks")


def test_segment_values_rise_and_fall_too(make_store, event):
    log = [event(FIRST + timedelta(days=day), 1, country="UK") for day in range(56)]
    log += [event(FIRST + timedelta(days=day), 2, country="FR") for day in range(28, 56)]
    frame = risers(make_store(log), Scope(), by="segment:country", metric="events")
    assert frame.select("id", "before", "after").rows() == [("FR", 0.0, 28.0), ("UK", 28.0, 28.0)]
    assert frame.schema["change"] == pl.Float64
