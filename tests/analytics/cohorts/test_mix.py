import random
from datetime import date, timedelta

import polars as pl
import pytest

from analytics.cohorts import cohort_mix, moved_to, others_mix
from analytics.cohorts.moves import MOVED_SCHEMA
from data.errors import InputError
from data.lists import save_list
from data.scope import Scope

JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


@pytest.fixture
def store(make_store, event):
    """January: three toys, then in February one toy and one book. February: one book. The log ends on 15 March."""
    return make_store([
        event(date(2024, 1, 1), 1), event(date(2024, 1, 2), 1), event(date(2024, 1, 20), 2),
        event(date(2024, 2, 3), 1), event(date(2024, 2, 3), 1, "c", "books"), event(date(2024, 2, 9), 3, "c", "books"),
        event(date(2024, 3, 15), 2, "e", None),
    ])  # fmt: skip


def test_the_mix_is_of_the_cohorts_own_events_at_that_age(store):
    frame = cohort_mix(store, Scope(), cohort="month", by="category")
    assert frame.columns == ["cohort", "age", "id", "name", "share", "events", "complete"]
    assert frame.select("cohort", "age", "id", "share", "events", "complete").rows() == [
        (JANUARY, 0, "toys", 1.0, 3, True),
        (JANUARY, 1, "toys", 0.5, 1, True),
        (JANUARY, 1, "books", 0.5, 1, True),
        (JANUARY, 2, "none", 1.0, 1, False),
        (FEBRUARY, 0, "books", 1.0, 1, True),
    ]


def test_one_cohort_is_a_part_of_all(store):
    whole = cohort_mix(store, Scope(), cohort="month", by="category")
    assert cohort_mix(store, Scope(), cohort="month", by="category", start=FEBRUARY).equals(
        whole.filter(cohort=FEBRUARY)
    )


def test_interests_choose_lines_and_leave_the_share_as_it_is(store):
    frame = cohort_mix(store, Scope(interests=("books",)), cohort="month", by="category", start=JANUARY)
    assert frame.select("age", "share").rows() == [(1, 0.5)]


def test_the_others_are_everyone_else_at_the_same_age(store):
    frame = others_mix(store, Scope(), cohort="month", by="category", start=JANUARY)
    assert frame.select("cohort", "age", "id", "share", "complete").rows() == [(None, 0, "books", 1.0, True)]


def test_customers_from_before_are_no_yardstick_for_newcomers(make_store, event):
    log = [
        event(date(2024, 1, 1), 1, "a", "toys"),
        event(date(2024, 6, 1), 2, "c", "books"),
        event(date(2024, 7, 31), 3, "c", "books"),
    ]
    frame = others_mix(make_store(log), Scope(), cohort="month", by="category", start=date(2024, 6, 1))
    assert frame["id"].to_list() == ["books"]


def test_shares_add_up_to_one_in_every_cell_and_both_ways_agree(shop):
    number = save_list(shop.settings, "all of them", shop.query("SELECT user_no FROM users")["user_no"].to_list(), {})
    for cohort in ("week", "month", "quarter"):
        frame = cohort_mix(shop, Scope(), cohort=cohort, by="category")
        sums = frame.group_by("cohort", "age").agg(pl.col("share").sum())
        assert sums["share"].to_list() == pytest.approx([1.0] * sums.height)
        assert cohort_mix(shop, Scope(segments=(("list", number),)), cohort=cohort, by="category").equals(frame)


def people(event, number, start, first, later, draw):
    """People who buy five things in their first month and five in the next, a book with the given chances."""
    log = []
    for user in range(number):
        for month, chance in ((0, first), (1, later)):
            for _ in range(5):
                book = draw.random() < chance
                day = start + timedelta(days=31 * month + draw.randrange(20))
                log.append(event(day, 1000 * start.month + user, "c" if book else "a", "books" if book else "toys"))
    return log


def test_what_a_cohort_moved_to_beyond_others_is_found(make_store, event):
    draw = random.Random(1)
    log = people(event, 60, date(2024, 5, 1), 0.2, 0.6, draw) + people(event, 200, date(2024, 7, 1), 0.2, 0.3, draw)
    store = make_store([event(date(2024, 1, 1), 1), *log, event(date(2024, 9, 30), 1)])
    frame = moved_to(store, Scope(), cohort="month", by="category", start=date(2024, 5, 1))
    assert dict(frame.schema) == MOVED_SCHEMA
    assert frame["id"].to_list() == ["books", "toys"]
    row = frame.row(0, named=True)
    assert row["gain"] == pytest.approx((row["later"] - row["first"]) - (row["others_later"] - row["others_first"]))
    assert row["gain"] == pytest.approx(0.3, abs=0.1)
    assert row["low"] < row["gain"] < row["high"]
    assert row["clear"]
    assert row["events_first"] + frame["events_first"][1] == 300


def test_one_large_buyer_makes_no_move(make_store, event):
    draw = random.Random(2)
    log = people(event, 60, date(2024, 5, 1), 0.2, 0.2, draw) + people(event, 200, date(2024, 7, 1), 0.2, 0.2, draw)
    log += [event(date(2024, 6, 5), 5000, "c", "books") for _ in range(150)]
    store = make_store([event(date(2024, 1, 1), 1), *log, event(date(2024, 9, 30), 1)])
    frame = moved_to(store, Scope(), cohort="month", by="category", start=date(2024, 5, 1))
    assert frame["gain"][0] > 0.1
    assert not frame["clear"].any()


def test_moves_that_everybody_makes_are_no_news(make_store, event):
    draw = random.Random(3)
    log = people(event, 80, date(2024, 5, 1), 0.2, 0.6, draw) + people(event, 200, date(2024, 7, 1), 0.2, 0.6, draw)
    store = make_store([event(date(2024, 1, 1), 1), *log, event(date(2024, 9, 30), 1)])
    assert not moved_to(store, Scope(), cohort="month", by="category", start=date(2024, 5, 1))["clear"].any()


def test_a_cohort_without_later_ages_moved_nowhere(store):
    frame = moved_to(store, Scope(), cohort="month", by="category", start=FEBRUARY)
    assert frame.is_empty()
    assert dict(frame.schema) == MOVED_SCHEMA


def test_what_cannot_be_asked_is_refused(store, make_store):
    with pytest.raises(
        InputError, match=r"No month cohort starts on 2024-01-05; the cohorts reach from 2024-01-01 to 2024-02-01"
    ):
        cohort_mix(store, Scope(), cohort="month", by="category", start=date(2024, 1, 5))
    with pytest.raises(InputError, match=r"people are not followed by item. Choose one of: category."):
        cohort_mix(store, Scope(), cohort="month", by="item")
    with pytest.raises(InputError, match=r"`cohort` cannot be 'day'."):
        cohort_mix(store, Scope(), cohort="day", by="category")
