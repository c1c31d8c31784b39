"""Where counts come from makes no difference: ready or looked up, by weeks or by blocks of days, alone or together."""

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics import counts as counting
from analytics.counts import OTHERS, counts, lies_ready, sizes, together
from data.scope import Scope

FIRST, LAST = date(2024, 2, 5), date(2024, 3, 31)
"""A Monday and a Sunday."""


@pytest.mark.parametrize("users", [False, True])
@pytest.mark.parametrize("by", ["all", "category", "item"])
def test_blocks_that_are_weeks_are_those_of_the_days(shop, monkeypatch, by, users):
    knobs = {"by": by, "grain": "block", "first": FIRST, "last": LAST, "users": users}
    ready = counts(shop, Scope(), **knobs)
    monkeypatch.setattr(counting, "_aligned", lambda grain, first, last: grain)
    columns = ["id", "start", "events", "revenue"] + (["users"] if users else [])
    by_days = counts(shop, Scope(), **knobs)
    assert ready.height > 6
    assert_frame_equal(ready.select(columns).sort("id", "start"), by_days.select(columns).sort("id", "start"))


def test_blocks_that_are_no_weeks_stay_blocks(shop):
    found = counts(shop, Scope(), by="all", grain="block", first=FIRST + timedelta(2), last=LAST + timedelta(2))
    assert {start.weekday() for start in found["start"]} == {2}


PEOPLE = [(), (("country", "FR"),), (("country", "FR"), ("rfm", "champions"))]


@pytest.mark.parametrize("grain", ["day", "week", "month", "block", "window"])
@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_together_is_the_sum_of_the_lines_and_others_of_the_rest(shop, grain, who):
    scope, reach = Scope(segments=who), {"by": "item", "grain": grain, "first": FIRST, "last": LAST}
    every = counts(shop, scope, **reach)
    sums = pl.col("events", "revenue").sum()
    found = together(shop, scope, **reach).select("start", "events", "revenue")
    assert_frame_equal(found.sort("start"), every.group_by("start").agg(sums).sort("start"))
    kept = every["id"].unique().sort()[:2].to_list()
    folded = counts(shop, scope, kept=kept, **reach).select("id", "start", "events", "revenue")
    line = pl.when(pl.col("id").is_in(kept)).then("id").otherwise(pl.lit(OTHERS))
    by_hand = every.group_by(line.alias("id"), "start").agg(sums)
    assert_frame_equal(folded.sort("id", "start"), by_hand.sort("id", "start"))


@pytest.mark.parametrize("of", ["day", "week"])
@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_sizes_are_those_of_the_days_and_of_the_days_within(shop, of, who):
    scope, inner = Scope(segments=who), (FIRST + timedelta(7), LAST - timedelta(14))
    found = sizes(shop, scope, by="item", of=of, first=FIRST, last=LAST, within=inner)
    for name, (first, last) in (("events", (FIRST, LAST)), ("inner", inner)):
        every = counts(shop, scope, by="item", grain="window", first=first, last=last).select("id", "events")
        ours = found.filter(pl.col(name) > 0).select("id", events=name)
        assert_frame_equal(ours.sort("id"), every.filter(pl.col("events") > 0).sort("id"))


def test_what_lies_ready_is_known(shop):
    assert lies_ready(shop, Scope(), by="item", grain="day")
    assert lies_ready(shop, Scope(segments=(("country", "FR"),)), by="category", grain="day")
    assert not lies_ready(shop, Scope(segments=(("country", "FR"),)), by="item", grain="day")
    assert not lies_ready(shop, Scope(), by="category", grain="window", users=True)
