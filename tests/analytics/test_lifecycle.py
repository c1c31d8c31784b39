from datetime import date

import duckdb
import polars as pl
import pytest

from analytics.lifecycle import lifecycle
from data.errors import InputError
from data.scope import Scope
from data.store import Store


@pytest.fixture
def store(make_store, event):
    """Three months, of which the last is cut; one row of the table written by hand."""
    made = make_store([event(date(2024, 1, 1)), event(date(2024, 1, 2), 2, "c", "books"), event(date(2024, 3, 5))])
    made.close()
    with duckdb.connect(str(made.path)) as connection:
        connection.execute(
            "INSERT INTO lifecycle VALUES ('month', DATE '2024-01-01', 'category', 'toys', 1, 2, 3, 4, 5)"
        )
        connection.execute("INSERT INTO lifecycle VALUES ('month', DATE '2024-01-01', 'all', '', 9, 0, 0, 0, 0)")
    opened = Store(made.path, made.settings)
    yield opened
    opened.close()


def test_every_interest_has_every_period(store):
    frame = lifecycle(store, Scope(), by="category", grain="month")
    assert frame.schema == {
        "start": pl.Date, "complete": pl.Boolean, "id": pl.String, "name": pl.String, "new": pl.Int64,
        "returning": pl.Int64, "resurrected": pl.Int64, "lapsing": pl.Int64, "dormant": pl.Int64,
    }  # fmt: skip
    assert frame.filter(id="toys").select(
        "start", "complete", "new", "returning", "resurrected", "lapsing", "dormant"
    ).rows() == [
        (date(2024, 1, 1), True, 1, 2, 3, 4, 5),
        (date(2024, 2, 1), True, 0, 0, 0, 0, 0),
        (date(2024, 3, 1), False, 0, 0, 0, 0, 0),
    ]
    assert frame.filter(id="books")["new"].sum() == 0


def test_the_shop_as_a_whole_is_a_line_too(store):
    assert lifecycle(store, Scope(end=date(2024, 1, 31)), by="all", grain="month").select("name", "new").rows() == [
        ("All", 9)
    ]


def test_interests_choose_lines(store):
    assert lifecycle(store, Scope(interests=("books",)), by="category", grain="month")["id"].unique().to_list() == [
        "books"
    ]


def test_what_cannot_be_asked_is_refused(store):
    with pytest.raises(
        InputError, match=r"New, returning and dormant people are counted for everybody only, not for country UK."
    ):
        lifecycle(store, Scope(segments=(("country", "UK"),)), by="category", grain="month")
    with pytest.raises(InputError, match=r"`grain` cannot be 'day'. Choose one of: week, month."):
        lifecycle(store, Scope(), by="category", grain="day")
    with pytest.raises(InputError, match=r"people are not followed by item. Choose one of: all, category."):
        lifecycle(store, Scope(), by="item", grain="month")
