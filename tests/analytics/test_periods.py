from datetime import date

import polars as pl
import pytest

from analytics.periods import complete_days, floor, periods, shift
from data.errors import InputError
from data.scope import Scope


def log(event, first, last):
    return [event(first), event(last)]


def test_a_week_is_complete_only_when_the_log_covers_all_of_it(make_store, event):
    # 1 December 2009 was a Tuesday, 9 December a Wednesday.
    store = make_store(log(event, date(2009, 12, 1), date(2009, 12, 16)))
    assert periods(store.meta, "week", Scope()).rows() == [
        (date(2009, 11, 30), date(2009, 12, 6), False),
        (date(2009, 12, 7), date(2009, 12, 13), True),
        (date(2009, 12, 14), date(2009, 12, 20), False),
    ]


def test_the_first_and_last_day_count_only_when_covered(make_store, event):
    store = make_store(
        log(event, date(2024, 1, 1), date(2024, 1, 7)), first_day_complete=False, last_day_complete=False
    )
    assert complete_days(store.meta) == (date(2024, 1, 2), date(2024, 1, 6))
    assert periods(store.meta, "week", Scope())["complete"].to_list() == [False]
    assert periods(store.meta, "day", Scope())["complete"].to_list() == [False, True, True, True, True, True, False]


def test_a_month_from_first_to_last_day_is_complete(make_store, event):
    store = make_store(log(event, date(2024, 2, 1), date(2024, 3, 30)))
    assert periods(store.meta, "month", Scope()).select("start", "complete").rows() == [
        (date(2024, 2, 1), True),
        (date(2024, 3, 1), False),
    ]


def test_dates_that_cut_a_period_show_it_whole(make_store, event):
    store = make_store(log(event, date(2024, 1, 1), date(2024, 3, 31)))
    shown = periods(store.meta, "month", Scope(start=date(2024, 1, 15), end=date(2024, 2, 2)))
    assert shown.rows() == [(date(2024, 1, 1), date(2024, 1, 31), True), (date(2024, 2, 1), date(2024, 2, 29), True)]


def test_dates_outside_the_log_show_nothing(make_store, event):
    store = make_store(log(event, date(2024, 1, 1), date(2024, 3, 31)))
    assert periods(store.meta, "day", Scope(start=date(2025, 1, 1))).is_empty()


def test_an_empty_store_has_no_periods_and_no_complete_day(make_store):
    store = make_store([])
    assert periods(store.meta, "week", Scope()).schema == {"start": pl.Date, "end": pl.Date, "complete": pl.Boolean}
    assert complete_days(store.meta) is None


def test_a_log_of_one_partly_covered_day_has_no_complete_day(make_store, event):
    store = make_store([event(date(2024, 1, 1))], first_day_complete=False, last_day_complete=False)
    assert complete_days(store.meta) is None
    assert periods(store.meta, "day", Scope()).rows() == [(date(2024, 1, 1), date(2024, 1, 1), False)]


def test_an_unknown_grain_is_refused(make_store, event):
    store = make_store([event(date(2024, 1, 1))])
    with pytest.raises(InputError, match=r"`grain` cannot be 'year'. Choose one of: day, week, month, quarter."):
        periods(store.meta, "year", Scope())


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter"])
def test_shifting_there_and_back_is_where_one_was(grain):
    start = floor(date(2024, 2, 29), grain)
    assert shift(shift(start, grain, 17), grain, -17) == start
