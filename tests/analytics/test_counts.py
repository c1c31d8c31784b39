"""Where counts come from makes no difference: ready or looked up, by weeks or by blocks of days, alone or together."""

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics import counts as counting
from analytics.counts import counts, lies_ready, together
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


@pytest.mark.parametrize("grain", ["day", "week", "month", "block", "window"])
@pytest.mark.parametrize("who", [(), (("country", "FR"),), (("country", "FR"), ("rfm", "champions"))], ids=str)
def test_together_is_the_sum_of_the_lines(shop, grain, who):
    scope, reach = Scope(segments=who), {"by": "item", "grain": grain, "first": FIRST, "last": LAST}
    every = counts(shop, scope, **reach)
    left_out = every["id"].unique().sort()[:2].to_list()
    for out in ([], left_out):
        summed = every.filter(~pl.col("id").is_in(out)).group_by("start").agg(pl.col("events", "revenue").sum())
        found = together(shop, scope, left_out=out, **reach).select("start", "events", "revenue")
        assert_frame_equal(found.sort("start"), summed.sort("start"))


def test_what_lies_ready_is_known(shop):
    assert lies_ready(shop, Scope(), by="item", grain="day")
    assert lies_ready(shop, Scope(segments=(("country", "FR"),)), by="category", grain="day")
    assert not lies_ready(shop, Scope(segments=(("country", "FR"),)), by="item", grain="day")
    assert not lies_ready(shop, Scope(), by="category", grain="window", users=True)
