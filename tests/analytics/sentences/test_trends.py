from datetime import date, timedelta

import polars as pl
import pytest

from analytics.risers import RISER_SCHEMA
from analytics.sentences.trends import changes, so_what
from analytics.windows import Window
from data.scope import Scope

BEFORE, AFTER = Window(date(2024, 4, 1), date(2024, 4, 28)), Window(date(2024, 4, 29), date(2024, 5, 26))


def line(name, change, clear, base=900, low=-0.1, high=0.1):
    return {
        "id": name, "name": name, "before": 1.0, "after": 1.0, "change": change, "low": low, "high": high, "base": base,
        "clear": clear, "stage": "steady", "spark": [],
    }  # fmt: skip


def frame(*lines):
    return pl.DataFrame(list(lines), schema=RISER_SCHEMA)


def said(found, by="theme", metric="share", before=BEFORE):
    return changes(found, before, AFTER, by=by, metric=metric)


def test_rises_falls_and_what_stays_are_told_with_size_and_certainty():
    found = frame(
        line("art", 0.5, True, 1200, 0.2, 0.9),
        line("tea", 0.2, True),
        line("mugs", 0.1, False),
        line("pens", 0, False),
        line("wrap", -0.3, True, 400, -0.5, -0.1),
    )
    assert said(found) == (
        "In the 28 days to 26 May 2024, against the 28 before: of 5 themes, two clearly rose, most of all "
        "'art' (+50 %, 95 % "
        "interval +20 % to +90 %, 1,200 events); one clearly fell: 'wrap' (-30 %, 95 % interval -50 % to "
        "-10 %, 400 events); "
        "2 show no clear change. Open 'art' next, to see which of its items did it."
    )


def test_without_a_clear_change_the_largest_is_called_chance():
    assert said(frame(line("a", 0.3, False), line("tiny", 9.0, False, base=3), line("b", -0.6, False))) == (
        "In the 28 days to 26 May 2024, against the 28 before: no clear change in the share of any of 3 "
        "themes. The largest "
        "difference, 'b' -60 %, can be chance."
    )


def test_one_line_is_spoken_of_by_itself():
    assert said(frame(line("All", 0.4, True, 500, 0.1, 0.8)), by="all", metric="events") == (
        "In the 28 days to 26 May 2024, against the 28 before, the events rose 40 % (95 % interval 10 % "
        "to 80 %) on 500 events."
    )
    assert said(frame(line("tea", -0.4, True, 500, -0.6, -0.1)), metric="users").endswith(
        "the people of 'tea' fell 40 % (95 % interval 10 % to 60 %) on 500 events."
    )
    assert "no clear change in the revenue of the shop." in said(
        frame(line("All", 0.4, False)), by="all", metric="revenue"
    )
    assert "of the one category." in said(frame(line("x", 0.4, False)), by="category")


def test_what_is_new_has_no_percentage():
    found = frame(line("ufo", None, True, 80, None, None), line("b", 0, False))
    assert "one clearly rose: 'ufo' (new, 80 events); one shows no clear change." in said(found)


def test_the_comparison_is_named():
    found = frame(line("a", 0.3, False))
    assert "against the same days a year earlier" in said(found, before=AFTER.moved(timedelta(days=-364)))
    assert "against 1 Feb to 29 Feb 2024" in said(found, before=Window(date(2024, 2, 1), date(2024, 2, 29)))


def test_lines_that_hold_nothing_else_are_not_to_be_opened():
    assert said(frame(line("FR", 0.3, True), line("UK", 0, False)), by="segment:country").endswith("Look at 'FR' next.")


def test_nothing_at_all_is_said_to_be_nothing():
    assert said(frame()) == "Nothing happened in these days among these people."
    assert said(frame(line("a", None, False, base=0))) == "Nothing happened in these days among these people."


@pytest.mark.parametrize(("grain", "days"), [("day", 14), ("week", 28), ("month", 91)])
def test_a_store_is_judged_over_days_that_go_with_the_grain(shop, grain, days):
    assert so_what(shop, Scope(), by="category", metric="share", grain=grain).startswith(
        f"In the {days} days to 20 Jul 2024"
    )


def test_a_short_log_is_said_to_be_short(make_store, event):
    store = make_store([event(date(2024, 1, 1)), event(date(2024, 1, 20))])
    assert so_what(store, Scope(), by="category", metric="share", grain="week").startswith(
        "No change can be judged yet. Comparing 2023-12-24 to 2024-01-20 with the days right before needs"
    )
