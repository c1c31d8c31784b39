from datetime import date

import polars as pl

from analytics.sentences.home import so_what, whole
from analytics.summary import KPI_SCHEMA
from data.scope import Scope


def figures(**rows):
    return pl.DataFrame(
        [
            {"name": name, "value": 10.0, "before": 8.0, "change": change, "low": low, "high": high, "spark": []}
            for name, (change, low, high) in rows.items()
        ],
        schema=KPI_SCHEMA,
    )


def test_clear_changes_come_first():
    assert whole(figures(events=(0.2, 0.1, 0.3), users=(0.1, -0.1, 0.2), revenue=(-0.2, -0.3, -0.1))) == (
        "Over the last 28 complete days, events rose 20 % (95 % interval 10 % to 30 %) and revenue fell "
        "20 % (95 % interval "
        "10 % to 30 %); active people show no clear change."
    )
    assert whole(figures(events=(0.2, 0.1, 0.3), revenue=(0.1, -0.1, 0.2))).endswith("; revenue shows no clear change.")


def test_no_clear_change_is_said_to_be_none():
    assert whole(figures(events=(0.2, -0.1, 0.3))) == (
        "Over the last 28 complete days, events, active people and revenue show no clear change."
    )


def test_without_intervals_only_counts_are_told():
    assert whole(figures(events=(None, None, None), users=(None, None, None))) == (
        "The last complete days hold 10 events and 10 active people; changes need 56 complete days."
    )


def test_the_front_page_speaks_of_the_shop_and_then_of_its_interests(shop):
    text = so_what(shop, Scope())
    assert text.startswith("Over the last 28 complete days, ")
    assert "In the 28 days to 20 Jul 2024" in text


def test_a_log_without_a_whole_day_says_what_to_do(make_store, event):
    store = make_store([event(date(2024, 1, 1))], first_day_complete=False)
    assert (
        so_what(store, Scope()) == "The log covers no whole day yet. Import a longer stretch, and changes appear here."
    )
