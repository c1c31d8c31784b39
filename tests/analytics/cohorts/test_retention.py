from datetime import date

import polars as pl
import pytest

from analytics.cohorts import cell_users, cohort_sizes, retention
from data.errors import InputError
from data.lists import save_list
from data.scope import Scope


@pytest.fixture
def store(make_store, event):
    """January: people 1 and 2, of whom 1 comes back in February and in March; February: person 3, never again.

    Person 1 looked around before buying; person 4 only ever looked, in March. The log ends on 15 March.
    """
    return make_store([
        event(date(2024, 1, 1), 1, "a", type="view", revenue=0), event(date(2024, 1, 20), 1, "a", revenue=10),
        event(date(2024, 1, 25), 2, "c", "books", country="FR", revenue=4),
        event(date(2024, 2, 3), 1, "c", "books", revenue=2), event(date(2024, 2, 5), 3, "a", revenue=6),
        event(date(2024, 2, 6), 3, "a", type="refund", revenue=-6),
        event(date(2024, 3, 2), 1, "a", revenue=1), event(date(2024, 3, 15), 4, "a", type="view", revenue=0),
    ])  # fmt: skip


def test_sizes_count_people_by_their_first_purchase(store):
    frame = cohort_sizes(store, Scope())
    assert frame.schema == {"cohort": pl.Date, "size": pl.Int64, "from_before": pl.Boolean, "complete": pl.Boolean}
    assert frame.rows() == [
        (date(2024, 1, 1), 2, True, True), (date(2024, 2, 1), 1, True, True), (date(2024, 3, 1), 1, True, False),
    ]  # fmt: skip


def test_retention_counts_who_was_active_at_each_age(store):
    frame = retention(store, Scope())
    january = frame.filter(cohort=date(2024, 1, 1))
    assert january.select("age", "users", "retention", "complete").rows() == [
        (0, 2, 1.0, True), (1, 1, 0.5, True), (2, 1, 0.5, False),
    ]  # fmt: skip
    february = frame.filter(cohort=date(2024, 2, 1))
    assert february.select("age", "users", "retention", "complete").rows() == [(0, 1, 1.0, True), (1, 0, 0.0, False)]


def test_revenue_is_per_person_of_the_cohort_and_adds_up(store):
    january = retention(store, Scope()).filter(cohort=date(2024, 1, 1))
    assert january["revenue_per_user"].to_list() == [7.0, 1.0, 0.5]
    assert january["revenue_so_far"].to_list() == [7.0, 8.0, 8.5]


def test_columns_are_the_contract(store):
    assert retention(store, Scope(), cohort="week").columns == [
        "cohort", "size", "from_before", "age", "users", "retention", "revenue_per_user", "revenue_so_far", "complete",
    ]  # fmt: skip


def test_weeks_and_quarters_have_ages_too(store):
    assert retention(store, Scope(), cohort="quarter").select("cohort", "age", "users", "complete").rows() == [
        (date(2024, 1, 1), 0, 4, False)
    ]
    weeks = retention(store, Scope(), cohort="week")
    assert weeks.filter((pl.col("cohort") == date(2024, 1, 15)) & (pl.col("users") > 0))["age"].to_list() == [0, 2, 6]


def test_dates_choose_cohorts_and_cut_ages(store):
    frame = retention(store, Scope(start=date(2024, 1, 10), end=date(2024, 2, 20)))
    assert frame.select("cohort", "age").rows() == [
        (date(2024, 1, 1), 0), (date(2024, 1, 1), 1), (date(2024, 2, 1), 0),
    ]  # fmt: skip


def test_a_segment_keeps_its_own_people(store):
    frame = retention(store, Scope(segments=(("country", "FR"),)))
    assert frame.filter(cohort=date(2024, 1, 1)).select("size", "age", "users").rows() == [
        (1, 0, 1),
        (1, 1, 0),
        (1, 2, 0),
    ]
    number = save_list(store.settings, "two", [2], {})
    assert retention(store, Scope(segments=(("list", number),))).equals(frame)


def test_interests_ask_who_came_back_to_them(store):
    books = retention(store, Scope(interests=("books",))).filter(cohort=date(2024, 1, 1))
    assert books.select("size", "users").rows() == [(2, 1), (2, 1), (2, 0)]
    both = retention(store, Scope(interests=("books", "toys"))).filter(cohort=date(2024, 1, 1))
    assert both["users"].to_list() == [2, 1, 1]


def test_the_way_over_users_agrees_with_the_ready_table(shop):
    everyone = shop.query("SELECT user_no FROM users")["user_no"].to_list()
    number = save_list(shop.settings, "everyone", everyone, {})
    for cohort in ("week", "month", "quarter"):
        ready, listed = (
            retention(shop, Scope(), cohort=cohort),
            retention(shop, Scope(segments=(("list", number),)), cohort=cohort),
        )
        assert ready.equals(listed)


def test_a_cell_opens_as_its_people(store):
    about = {"cohort": "month", "start": date(2024, 1, 1)}
    assert cell_users(store, age=0, scope=Scope(), **about) == [1, 2]
    assert cell_users(store, age=1, scope=Scope(), **about) == [1]
    assert cell_users(store, age=0, scope=Scope(segments=(("country", "FR"),)), **about) == [2]
    assert cell_users(store, age=0, scope=Scope(interests=("toys",)), **about) == [1]
    assert cell_users(store, age=7, scope=Scope(), **about) == []


def test_every_cell_has_as_many_people_as_it_says(shop):
    for start, age, users in retention(shop, Scope()).select("cohort", "age", "users").iter_rows():
        assert len(cell_users(shop, cohort="month", start=start, age=age, scope=Scope())) == users


def test_a_cell_that_cannot_be_is_refused(store):
    with pytest.raises(
        InputError,
        match=r"There is no cohort cell of month 2024-01-02 at age 0. .*\(2024-01-01\), and ages start at 0.",
    ):
        cell_users(store, cohort="month", start=date(2024, 1, 2), age=0, scope=Scope())
    with pytest.raises(InputError, match=r"There is no cohort cell of month 2024-01-01 at age -1"):
        cell_users(store, cohort="month", start=date(2024, 1, 1), age=-1, scope=Scope())
    with pytest.raises(InputError, match=r"`cohort` cannot be 'year'. Choose one of: week, month, quarter."):
        retention(store, Scope(), cohort="year")


def test_one_person_on_one_day(make_store, event):
    store = make_store([event(date(2024, 1, 1), 1)])
    assert retention(store, Scope()).select("size", "age", "users", "retention", "complete").rows() == [
        (1, 0, 1, 1.0, False)
    ]


def test_a_log_without_people_or_without_anything_has_no_cohorts(make_store, event):
    for log in ([], [event(date(2024, 1, 1), None)]):
        frame = retention(make_store(log), Scope())
        assert frame.is_empty()
        assert "retention" in frame.columns
