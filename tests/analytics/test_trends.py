from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics import largest
from analytics.choices import ASIDE
from analytics.trends import OTHERS, compared, index_100, item_trend, trend
from data.errors import InputError
from data.lists import save_list
from data.scope import Scope

MONDAY = date(2024, 1, 1)
COLUMNS = {
    "id": pl.String,
    "name": pl.String,
    "start": pl.Date,
    "complete": pl.Boolean,
    "value": pl.Float64,
    "events": pl.Int64,
}


def week(number):
    return MONDAY + timedelta(days=7 * number)


@pytest.fixture
def store(make_store, event):
    """Three whole weeks: toys 2, 0, 1; books 1, 3, 1; people 1 and 2; one refund."""
    return make_store(
        [
            event(week(0), 1, "a"),
            event(week(0), 2, "b"),
            event(week(0), 1, "c", "books", revenue=4),
            event(week(1), 1, "c", "books", revenue=4),
            event(week(1), 1, "d", "books"),
            event(week(1), 2, "d", "books"),
            event(week(2), 2, "a"),
            event(week(2), None, "c", "books"),
            event(week(2), 1, "c", "books", type="refund", revenue=-4),
            event(week(3) - timedelta(days=1), 3, "e", None),
        ]
    )


def values(frame, line):
    return frame.filter(id=line)["value"].to_list()


def test_columns_are_the_contract(store):
    assert trend(store, Scope(), by="category", metric="share", grain="week").schema == COLUMNS


def test_events_leave_refunds_out_and_zeros_are_filled_in(store):
    frame = trend(store, Scope(), by="category", metric="events", grain="week")
    assert values(frame, "toys") == [2, 0, 1]
    assert values(frame, "books") == [1, 3, 1]
    assert frame["id"].unique(maintain_order=True).to_list() == ["books", "toys", "none"]
    assert frame["complete"].all()


def test_revenue_takes_refunds_off(store):
    assert values(trend(store, Scope(), by="category", metric="revenue", grain="week"), "books") == [4, 6, -3]


def test_users_are_distinct_and_known(store):
    frame = trend(store, Scope(), by="category", metric="users", grain="week")
    assert values(frame, "books") == [1, 2, 0]
    assert values(trend(store, Scope(), by="all", metric="users", grain="month"), "") == [3]


def test_a_share_is_of_all_interests_also_when_some_are_chosen(store):
    frame = trend(store, Scope(), by="category", metric="share", grain="week")
    assert values(frame, "books") == [1 / 3, 1, 1 / 3]
    chosen = trend(store, Scope(interests=("books",)), by="category", metric="share", grain="week")
    assert chosen["id"].unique().to_list() == ["books"]
    assert values(chosen, "books") == values(frame, "books")


def test_a_period_without_events_has_no_share(make_store, event):
    store = make_store([event(week(0)), event(week(2))])
    assert values(trend(store, Scope(), by="category", metric="share", grain="week"), "toys") == [1, None, 1]
    assert values(trend(store, Scope(), by="category", metric="events", grain="week"), "toys") == [1, 0, 1]


def test_an_incomplete_last_week_is_flagged(make_store, event):
    store = make_store([event(week(0)), event(week(1)), event(week(2))])
    frame = trend(store, Scope(), by="category", metric="events", grain="week")
    assert frame["complete"].to_list() == [True, True, False]


def test_items_without_an_event_in_the_scope_are_left_out(store):
    frame = trend(
        store, Scope(start=week(1), end=week(2) - timedelta(days=1)), by="item", metric="events", grain="week"
    )
    assert frame.select("id", "name", "value").rows() == [("d", "Item d", 2.0), ("c", "Item c", 1.0)]


def test_the_rest_is_folded_and_the_denominator_stays(store):
    whole = trend(store, Scope(), by="item", metric="share", grain="week")
    frame = trend(store, Scope(), by="item", metric="share", grain="week", top=2)
    assert frame["name"].unique(maintain_order=True).to_list() == ["Item c", "Item a", "3 others"]
    assert values(frame, "c") == values(whole, "c")
    sums = frame.group_by("start").agg(pl.col("value").sum())["value"]
    assert sums.to_list() == pytest.approx([1, 1, 1])


def test_the_rest_of_people_is_dropped(store):
    frame = trend(store, Scope(), by="item", metric="users", grain="week", top=2)
    assert frame["id"].unique().sort().to_list() == ["a", "c"]


def test_lines_can_be_the_values_of_a_segment(make_store, event):
    store = make_store(
        [event(week(0), 1, country="UK"), event(week(0), 2, country="FR"), event(week(0), 2, country="FR")]
    )
    frame = trend(store, Scope(), by="segment:country", metric="share", grain="day")
    assert frame.select("id", "value").rows() == [("FR", 2 / 3), ("UK", 1 / 3)]


def test_a_chosen_interest_of_segment_values_is_a_part_of_their_own_events(make_store, event):
    store = make_store([
        event(week(0), 1, "a", "toys", country="UK"), event(week(0), 1, "c", "books", country="UK"),
        event(week(0), 2, "c", "books", country="FR"),
    ])  # fmt: skip
    frame = trend(store, Scope(interests=("books",)), by="segment:country", metric="share", grain="day")
    assert dict(frame.select("id", "value").rows()) == {"UK": 0.5, "FR": 1.0}


def test_people_of_several_interests_are_not_counted_twice(make_store, event):
    store = make_store([event(week(0), 1, "a", "toys"), event(week(0), 1, "c", "books")])
    scope = Scope(interests=("books", "toys"))
    assert trend(store, scope, by="segment:country", metric="users", grain="day")["value"].to_list() == [1]


def test_every_way_to_the_same_people_gives_the_same_numbers(shop):
    members = shop.query("SELECT user_no FROM users WHERE rfm = 'champions'")["user_no"].to_list()
    number = save_list(shop.settings, "champions", members, {})
    for by in ("all", "category", "item"):
        for metric in ("events", "users", "revenue", "share"):
            for grain in ("week", "month"):
                ready = Scope(segments=(("rfm", "champions"),))
                listed = Scope(segments=(("list", number),))
                knobs = {"by": by, "metric": metric, "grain": grain}
                assert trend(shop, ready, **knobs).equals(trend(shop, listed, **knobs)), knobs


def test_two_segments_are_the_people_in_both(shop):
    both = Scope(segments=(("country", "FR"), ("rfm", "champions")))
    found = trend(shop, both, by="category", metric="events", grain="month")
    for value, start, line in found.select("value", "start", "id").iter_rows():
        expected = shop.query(
            "SELECT coalesce(sum(d.events), 0) AS n FROM user_day d JOIN users u USING (u) "
            "WHERE d.\"by\" = 'category' "
            "AND d.id = ? AND d.country = 'FR' AND u.rfm = 'champions' AND date_trunc('month', d.day) = ?",
            [line, start],
        )["n"][0]
        assert value == expected


def test_shares_of_all_lines_add_up_to_one(shop):
    for by in ("category", "item", "segment:country"):
        frame = trend(shop, Scope(), by=by, metric="share", grain="week")
        assert frame.group_by("start").agg(pl.col("value").sum())["value"].to_list() == pytest.approx([1.0] * 29)


def test_previous_is_the_equally_long_stretch_right_before(make_store, event):
    log = [event(week(number), 1) for number in range(6) for _ in range(number + 1)]
    store = make_store([*log, event(week(6) - timedelta(days=1))])
    frame = compared(store, Scope(start=week(4)), by="category", metric="events", grain="week", compare="previous")
    assert frame.select("start", "value", "before").rows() == [(week(4), 5.0, 3.0), (week(5), 7.0, 4.0)]


def test_before_is_absent_where_that_period_is_incomplete_or_missing(make_store, event):
    store = make_store([event(week(0) + timedelta(days=1)), event(week(2) - timedelta(days=1))])
    whole = compared(store, Scope(), by="category", metric="events", grain="week", compare="previous")
    assert whole["before"].to_list() == [None, None]
    cut = compared(store, Scope(start=week(1)), by="category", metric="events", grain="week", compare="previous")
    assert cut["before"].to_list() == [None]


@pytest.mark.parametrize(
    ("grain", "earlier"), [("day", date(2024, 1, 1)), ("week", date(2024, 1, 1)), ("month", date(2024, 1, 1))]
)
def test_last_year_keeps_weekdays_by_day_and_week_and_months_by_month(make_store, event, grain, earlier):
    now = date(2025, 1, 1) if grain == "month" else earlier + timedelta(days=364)
    store = make_store([event(earlier), event(earlier), event(now), event(date(2025, 1, 31))])
    frame = compared(store, Scope(start=now, end=now), by="category", metric="events", grain=grain, compare="last-year")
    assert frame["before"].to_list() == [2.0]


def test_an_unknown_comparison_is_refused(store):
    with pytest.raises(InputError, match=r"`compare` cannot be 'never'. Choose one of: previous, last-year."):
        compared(store, Scope(), by="category", metric="events", grain="week", compare="never")


def test_the_index_is_100_at_the_highest_complete_period(make_store, event):
    log = [event(week(number)) for number, count in enumerate((2, 4, 9)) for _ in range(count)]
    frame = index_100(trend(make_store(log), Scope(), by="category", metric="events", grain="week"))
    # The third week has more, but the log does not cover it.
    assert frame.select("complete", "index", "base", "base_events").rows() == [
        (True, 50.0, 4.0, 4), (True, 100.0, 4.0, 4), (False, 225.0, 4.0, 4),
    ]  # fmt: skip


def test_a_line_without_a_complete_value_has_no_index(make_store, event):
    frame = index_100(trend(make_store([event(week(0))]), Scope(), by="category", metric="events", grain="week"))
    assert frame.select("index", "base").rows() == [(None, None)]


def test_the_rest_becomes_others_and_what_has_no_interest_is_never_on_top(store):
    top = trend(store, Scope(), by="category", metric="share", grain="week", top=1)
    assert top["name"].unique(maintain_order=True).to_list() == ["books", "2 others"]
    assert values(top, "others") == pytest.approx([2 / 3, 0, 2 / 3])
    frame = trend(store, Scope(), by="category", metric="share", grain="week")
    assert trend(store, Scope(), by="category", metric="share", grain="week", top=3).equals(frame)


def test_others_sum_what_they_are_compared_with(store):
    knobs = {"by": "category", "metric": "events", "grain": "week"}
    frame = compared(store, Scope(start=week(1)), compare="previous", top=1, **knobs)
    assert frame.filter(id="others")["before"].to_list() == [None, 2.0]


def test_people_have_no_others(store):
    frame = trend(store, Scope(), by="category", metric="users", grain="week", top=1)
    assert frame["id"].unique().to_list() == ["books"]


def folded(frame, top, metric):
    """The `top` largest lines of a trend of all lines and the others, from their definition."""
    if frame["id"].n_unique() <= top:
        return frame
    size = {
        line: part.filter("complete")["events"].sum()
        for (line,), part in frame.partition_by("id", as_dict=True).items()
    }
    lines = [line for line in frame["id"].unique(maintain_order=True) if line not in ASIDE]
    kept = sorted(lines, key=lambda line: -size[line])[:top]
    parts = [frame.filter(id=line) for line in kept]
    if metric != "users":
        rest = frame.filter(~pl.col("id").is_in(kept))
        sums = [pl.col("value").sum(), pl.col("events").sum()]
        rest = rest.group_by("start", maintain_order=True).agg(
            pl.lit(OTHERS).alias("id"), pl.lit(f"{len(size) - len(kept):,} others").alias("name"),
            pl.col("complete").first(), pl.col("value").is_not_null().any().alias("known"), *sums,
        )  # fmt: skip
        parts.append(rest.with_columns(value=pl.when("known").then("value")).select(frame.columns))
    return pl.concat(parts)


@pytest.mark.parametrize("many", [0, 10_000], ids=["added up where they lie", "fetched"])
@pytest.mark.parametrize("who", [(), (("rfm", "champions"),), (("country", "FR"), ("rfm", "champions"))], ids=str)
def test_top_lines_are_those_of_the_whole_trend(shop, monkeypatch, many, who):
    monkeypatch.setattr(largest, "MANY", many)
    for by in ("category", "item"):
        for metric in ("events", "users", "revenue", "share"):
            for grain in ("day", "month"):
                for scope in (Scope(segments=who), Scope(start=date(2024, 3, 9), segments=who)):
                    knobs = {"by": by, "metric": metric, "grain": grain}
                    found = trend(shop, scope, top=3, **knobs)
                    assert_frame_equal(found, folded(trend(shop, scope, **knobs), 3, metric), abs_tol=1e-9)


@pytest.mark.parametrize("metric", ["events", "users", "share"])
def test_comparing_the_top_is_the_same_both_ways(shop, monkeypatch, metric):
    knobs = {"by": "item", "metric": metric, "grain": "week", "compare": "previous", "top": 3}
    fetched = compared(shop, Scope(start=date(2024, 5, 1)), **knobs)
    monkeypatch.setattr(largest, "MANY", 0)
    assert_frame_equal(compared(shop, Scope(start=date(2024, 5, 1)), **knobs), fetched, abs_tol=1e-9)
    whole = compared(shop, Scope(start=date(2024, 5, 1)), **{**knobs, "top": None})
    for line in fetched.filter(pl.col("id") != OTHERS)["id"].unique():
        assert fetched.filter(id=line)["before"].equals(whole.filter(id=line)["before"])
    assert fetched["before"].is_not_null().any()


def test_items_of_an_interest_keep_the_whole_as_denominator(shop, monkeypatch):
    category = shop.query("SELECT id FROM interests WHERE \"by\" = 'category' ORDER BY rank LIMIT 1")["id"][0]
    knobs = {"by": "category", "interest": category, "metric": "share", "grain": "week"}
    whole = item_trend(shop, Scope(), **knobs)
    monkeypatch.setattr(largest, "MANY", 0)
    assert_frame_equal(item_trend(shop, Scope(), top=1, **knobs), folded(whole, 1, "share"), abs_tol=1e-9)


def test_an_interest_opens_to_its_items(store):
    frame = item_trend(store, Scope(), by="category", interest="toys", metric="share", grain="week")
    assert frame["id"].unique(maintain_order=True).to_list() == ["a", "b"]
    assert values(frame, "a") == [1 / 3, 0, 1 / 3]
    assert item_trend(store, Scope(), by="category", interest="x", metric="share", grain="week").is_empty()
    with pytest.raises(InputError, match=r"`by` cannot be 'all' here. Choose one of: theme, category, brand."):
        item_trend(store, Scope(), by="all", interest="", metric="share", grain="week")


def test_an_empty_store_has_an_empty_trend(make_store):
    frame = trend(make_store([]), Scope(), by="all", metric="events", grain="week")
    assert frame.is_empty()
    assert frame.schema == COLUMNS
    assert compared(make_store([]), Scope(), by="all", metric="events", grain="week", compare="previous").is_empty()
    assert index_100(frame).is_empty()
    assert trend(make_store([]), Scope(), by="all", metric="events", grain="week", top=8).is_empty()


def test_unknown_knobs_are_refused(store):
    with pytest.raises(InputError, match=r"This log has no theme. Choose one of: all, category, item, segment:country"):
        trend(store, Scope(), by="theme", metric="events", grain="week")
    with pytest.raises(InputError, match=r"`metric` cannot be 'clicks'. Choose one of: events, users, revenue, share."):
        trend(store, Scope(), by="category", metric="clicks", grain="week")
    with pytest.raises(InputError, match=r"`grain` cannot be 'quarter'. Choose one of: day, week, month."):
        trend(store, Scope(), by="category", metric="events", grain="quarter")


def test_segment_values_of_an_attribute_stand_alone(make_store, event):
    store = make_store([event(MONDAY)], segments=["country", "rfm", "colour"])
    with pytest.raises(
        InputError, match=r"The values of 'colour' can be compared over all people and all or one interest only"
    ):
        trend(store, Scope(segments=(("country", "UK"),)), by="segment:colour", metric="events", grain="week")


def test_people_of_the_largest_items_only(store):
    scope = Scope(segments=(("country", "UK"),))
    every = trend(store, scope, by="item", metric="users", grain="week")
    first = trend(store, scope, by="item", metric="users", grain="week", top=1)
    assert first["id"].unique().to_list() == [every["id"][0]]
    assert first.equals(every.filter(pl.col("id") == every["id"][0]))
