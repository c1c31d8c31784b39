"""The table beside the trend: the same figures as the risers, last year's change, the items of one interest."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.interest_table import DIRECTION, interest_table, item_table
from analytics.risers import risers
from data.errors import InputError
from data.scope import Scope

KNOBS = {"by": "category", "grain": "week"}
METRICS = ("share", "events", "users", "revenue")


@pytest.fixture(scope="module")
def two_years():
    """Weekly events of toys and books over 108 weeks; toys double in the last four."""

    def rows(event):
        for week in range(108):
            start = date(2024, 1, 1).toordinal() + 7 * week
            for number in range(20 if week < 104 else 40):
                yield event(date.fromordinal(start + number % 7), number, "a", "toys")
            for number in range(60):
                yield event(date.fromordinal(start + number % 7), number, "c", "books")

    return rows


@pytest.mark.parametrize("metric", METRICS)
def test_last_year_is_the_change_of_the_risers_against_it(make_store, event, two_years, metric):
    store = make_store(list(two_years(event)))
    table = interest_table(store, Scope(), metric=metric, **KNOBS)
    year = risers(store, Scope(), by="category", metric=metric, compare="last-year").select("id", last_year="change")
    assert_frame_equal(table.select("id", "last_year").sort("id"), year.sort("id"))
    assert table["last_year"].is_not_null().any() or metric == "revenue"


def test_a_short_log_has_no_last_year(shop):
    table = interest_table(shop, Scope(), metric="share", **KNOBS)
    assert table["last_year"].null_count() == table.height > 0


def test_a_clear_rise_leads_and_a_fall_does_not(make_store, event, two_years):
    table = interest_table(make_store(list(two_years(event))), Scope(), metric="events", order="rising", **KNOBS)
    assert table.select("id", "verdict").row(0) == ("toys", DIRECTION["up"])


@pytest.mark.parametrize("metric", METRICS)
def test_items_of_an_interest_are_judged_as_among_all_items(shop, metric):
    category = shop.query("SELECT id FROM interests WHERE \"by\" = 'category' ORDER BY rank LIMIT 1")["id"][0]
    found = item_table(shop, Scope(), by="category", interest=category, metric=metric, grain="week")
    every = risers(shop, Scope(), by="item", metric=metric)
    every = every.filter(pl.col("id").is_in(found["id"].to_list()))
    for name, theirs in (("value", "after"), ("change", "change"), ("base", "base")):
        left = dict(found.select("id", name).rows())
        assert left == pytest.approx(dict(every.select("id", theirs).rows())), name


def test_an_interest_without_items_is_told(shop):
    with pytest.raises(InputError, match=r"There is no category 'x' with items in this log"):
        item_table(shop, Scope(), by="category", interest="x", metric="share", grain="week")
