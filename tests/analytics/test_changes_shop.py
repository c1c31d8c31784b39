import random
from datetime import date, timedelta

import numpy as np
import pytest

from analytics.changes import HISTORY_SCHEMA, LINE_SCHEMA, POINT_SCHEMA, change_points, changes, history
from analytics.changes.scale import evened, least_noise, shares
from analytics.trends import trend
from data.errors import InputError
from data.scope import Scope

FIRST = date(2024, 1, 1)
WEEKS = 40


def weekly(event, counts, category, item="a", **more):
    """`counts[w]` events in week w, on its seven days in turn, each by another person."""
    return [
        event(FIRST + timedelta(days=7 * week + number % 7), number, item, category, **more)
        for week, count in enumerate(counts)
        for number in range(count)
    ]


@pytest.fixture
def store(make_store, event):
    """Forty weeks: toys double in week 25, books stand still, some events have no category; a last Monday is cut."""
    draw = random.Random(3)
    toys = [12 + draw.randrange(5) + 14 * (week >= 25) for week in range(WEEKS)]
    books = [30 + draw.randrange(7) for _ in range(WEEKS)]
    log = [*weekly(event, toys, "toys"), *weekly(event, books, "books", "c"), *weekly(event, [2] * WEEKS, None, "z")]
    log += [event(FIRST + timedelta(weeks=WEEKS), number) for number in range(50)]
    return make_store(log, last_day_complete=False)


def test_the_change_of_a_store_is_found_and_named(store):
    found = changes(store, Scope(), by="category")
    assert found.points.columns == ["id", "name", *list(POINT_SCHEMA)[1:]]
    assert found.lines.columns == ["id", "name", *list(LINE_SCHEMA)[1:]]
    toys = found.points.row(0, named=True)
    assert (toys["id"], toys["name"], toys["at"]) == ("toys", "toys", FIRST + timedelta(weeks=25))
    assert toys["change"] == pytest.approx(28 / 77 / (14 / 63) - 1, rel=0.2)
    assert toys["season"] == "not known"
    assert found.lines["id"].to_list() == ["books", "toys"]  # 'none' is no line
    assert found.lines["periods"].to_list() == [WEEKS, WEEKS]  # the cut week is left out


def test_the_scope_ends_what_is_seen_and_begins_what_is_told(store):
    day = FIRST + timedelta(weeks=20)
    assert changes(store, Scope(end=day - timedelta(days=1)), by="category").lines.is_empty() is False
    before = changes(store, Scope(end=FIRST + timedelta(weeks=30) - timedelta(days=1)), by="category")
    assert before.lines["periods"].to_list() == [30, 30]
    assert changes(store, Scope(start=day), by="category").points.equals(changes(store, Scope(), by="category").points)
    late = changes(store, Scope(start=FIRST + timedelta(weeks=30)), by="category")
    assert late.points.is_empty()
    assert late.lines["periods"].to_list() == [WEEKS, WEEKS]


def test_history_is_the_trend_with_its_total(store):
    frame = history(store, Scope(), by="category")
    assert dict(frame.schema) == HISTORY_SCHEMA
    shown = trend(store, Scope(), by="category", metric="share", grain="week").filter("complete", id="toys")
    toys = frame.filter(id="toys")
    assert toys["events"].to_list() == shown["events"].to_list()
    assert (toys["events"] / toys["total"]).to_list() == pytest.approx(shown["value"].to_list())


def test_interests_leave_the_total_as_it_is(store):
    one = history(store, Scope(interests=("toys",)), by="category")
    assert one.equals(history(store, Scope(), by="category").filter(id="toys"))


@pytest.mark.parametrize("metric", ["events", "users"])
def test_other_metrics_are_parts_of_nothing(store, metric):
    frame = history(store, Scope(), by="category", metric=metric)
    shown = trend(store, Scope(), by="category", metric=metric, grain="week").filter("complete", id="toys")
    assert frame.filter(id="toys")["events"].to_list() == shown["value"].to_list()
    assert frame["total"].unique().to_list() == [1.0]
    assert changes(store, Scope(), by="category", metric=metric).points["id"].to_list() == ["toys"]


def test_revenue_is_told_in_events(make_store, event):
    log = [*weekly(event, [10] * 8, "toys", revenue=3.0), event(FIRST, 1, type="refund", revenue=-300.0)]
    frame = history(make_store(log), Scope(), by="category", metric="revenue")
    worth = (240 - 300) / 80
    assert worth < 0
    assert frame["events"].to_list() == [0.0] * 8
    frame = history(make_store(log[:-1]), Scope(), by="category", metric="revenue")
    assert frame["events"].to_list() == [10.0] * 8


def test_segment_values_are_parts_of_everybody_or_of_their_own(make_store, event):
    log = [*weekly(event, [9] * 4, "toys"), *weekly(event, [3] * 4, "books", "c"),
           *weekly(event, [4] * 4, "toys", country="FR")]  # fmt: skip
    store = make_store(log)
    everybody = history(store, Scope(), by="segment:country")
    assert everybody.group_by("id", maintain_order=True).first().select("id", "events", "total").rows() == [
        ("UK", 12.0, 16.0), ("FR", 4.0, 16.0)
    ]  # fmt: skip
    own = history(store, Scope(interests=("toys",)), by="segment:country")
    assert own.group_by("id", maintain_order=True).first().select("id", "events", "total").rows() == [
        ("UK", 9.0, 12.0), ("FR", 4.0, 4.0)
    ]  # fmt: skip


def test_days_are_judged_too(make_store, event):
    log = [
        event(FIRST + timedelta(days=day), number, "a", "toys" if number < 10 + 20 * (day >= 60) else "books")
        for day in range(90)
        for number in range(60)
    ]
    found = changes(make_store(log), Scope(), by="category", grain="day")
    assert set(found.points["at"]) == {FIRST + timedelta(days=60)}
    assert found.points["change"].to_list() == [pytest.approx(2, rel=0.1), pytest.approx(-0.4, rel=0.1)]


def test_a_log_without_a_whole_period_has_no_lines(make_store, event):
    found = changes(make_store([event(FIRST, 1)]), Scope(), by="category")
    assert (found.points.height, found.lines.height) == (0, 0)
    assert found.points.columns == ["id", "name", *list(POINT_SCHEMA)[1:]]


def test_unknown_knobs_are_refused(store):
    with pytest.raises(InputError, match=r"This log has no brand."):
        changes(store, Scope(), by="brand")
    with pytest.raises(InputError, match=r"`grain` cannot be 'month'. Choose one of: day, week."):
        changes(store, Scope(), by="category", grain="month")
    with pytest.raises(InputError, match=r"`metric` cannot be 'clicks'."):
        changes(store, Scope(), by="category", metric="clicks")


def test_the_store_is_judged_as_the_frame_is(store):
    frame = history(store, Scope(), by="category")
    found, told = change_points(frame), changes(store, Scope(), by="category")
    assert told.points.drop("name").sort("id", "at").equals(found.points.sort("id", "at"))
    assert told.lines.drop("name").equals(found.lines)


def test_the_scale_and_the_way_back():
    draw = np.random.default_rng(1)
    total = draw.integers(500, 2000, (3, 400)).astype(float)
    events = draw.poisson(total * [[0.002], [0.05], [0.5]]).astype(float)
    scale = evened(events, total)
    assert shares(scale, total) == pytest.approx((events / total).mean(axis=1))
    # Poisson counts of a mean of 60 and of 600 scatter as they have to at least.
    assert scale[1:].var(axis=1) == pytest.approx(least_noise(events, total)[1:], rel=0.2)
