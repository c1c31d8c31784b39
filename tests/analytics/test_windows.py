from datetime import date, timedelta

import pytest

from analytics.windows import Window, windows
from data.errors import InputError
from data.scope import Scope

FIRST, LAST = date(2023, 1, 1), date(2024, 6, 30)


@pytest.fixture
def meta(make_store, event):
    return make_store([event(FIRST), event(LAST)], last_day_complete=False).meta


def test_the_last_complete_days_stand_against_those_before(meta):
    before, after = windows(meta, Scope())
    assert (str(after), str(before)) == ("2024-06-02 to 2024-06-29", "2024-05-05 to 2024-06-01")
    assert (after.days, after.weeks) == (28, 4)


def test_last_year_is_364_days_earlier(meta):
    before, after = windows(meta, Scope(), compare="last-year")
    assert after.start - before.start == timedelta(days=364)
    assert before.start.weekday() == after.start.weekday()


def test_the_earliest_end_counts(meta):
    assert windows(meta, Scope(end=date(2024, 5, 31)))[1].end == date(2024, 5, 31)
    assert windows(meta, Scope(end=date(2024, 5, 31)), end=date(2024, 4, 30))[1].end == date(2024, 4, 30)
    assert windows(meta, Scope(), end=date(2030, 1, 1))[1].end == date(2024, 6, 29)


def test_explicit_windows_lose_days_that_the_log_does_not_cover(meta):
    before, after = windows(
        meta, Scope(), before=(date(2022, 12, 1), date(2023, 1, 31)), after=(date(2024, 6, 1), date(2024, 6, 30))
    )
    assert before == Window(FIRST, date(2023, 1, 31))
    assert after == Window(date(2024, 6, 1), date(2024, 6, 29))


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"window": 30}, "`window` has to be whole weeks, at least two, found 30 days. Try 28 or 91."),
        ({"window": 7}, "`window` has to be whole weeks, at least two, found 7 days."),
        ({"compare": "ever"}, "`compare` cannot be 'ever'. Choose one of: previous, last-year."),
        ({"before": (FIRST, FIRST)}, "A comparison needs both windows: give `before` and `after`, or neither."),
        ({"before": (LAST, FIRST), "after": (FIRST, LAST)}, "The window `before` is the wrong way round"),
        (
            {"before": (FIRST, date(2023, 2, 1)), "after": (date(2023, 2, 1), LAST)},
            "The windows overlap or are swapped",
        ),
        ({"before": (FIRST, FIRST), "after": (LAST, LAST)}, "The window `after` .* lies outside the complete days"),
        (
            {"window": 280},
            "Comparing 2023-09-24 to 2024-06-29 with the days right before needs complete days from 2022-12-18",
        ),
    ],
)
def test_windows_that_cannot_be_are_refused(meta, knobs, message):
    with pytest.raises(InputError, match=message):
        windows(meta, Scope(), **knobs)


def test_the_first_complete_day_is_early_enough(meta):
    assert windows(meta, Scope(), window=182, compare="last-year")[0].start == FIRST


def test_a_year_that_is_not_there_is_said_to_be_lacking(meta):
    with pytest.raises(InputError, match=r"with the same days a year earlier needs complete days from 2022-12-03 on"):
        windows(meta, Scope(end=date(2023, 12, 29)), compare="last-year")


def test_a_log_without_a_whole_day_cannot_be_compared(make_store, event):
    store = make_store([event(FIRST)], first_day_complete=False)
    with pytest.raises(InputError, match=r"The log covers no whole day yet, so nothing can be compared."):
        windows(store.meta, Scope())
