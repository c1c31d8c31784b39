from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.seasons import seasonally_adjusted
from data.errors import InputError


def frame(values, *, grain="day", incomplete=0, **more):
    count = len(values)
    step = {"day": "1d", "week": "1w", "month": "1mo"}[grain]
    starts = pl.date_range(date(2020, 1, 6), date(2020, 1, 6) + timedelta(days=40 * count), step, eager=True)[:count]
    return pl.DataFrame({
        "id": "a", "name": "A", "start": starts, "complete": [False] * incomplete + [True] * (count - incomplete),
        "value": pl.Series(values, dtype=pl.Float64), "events": 1, **more,
    })  # fmt: skip


def test_the_week_is_taken_out_of_days():
    weekday = np.tile([10.0, 20, 30, 40, 50, 60, 0], 10)
    adjusted, note = seasonally_adjusted(frame(weekday + 5), "day")
    assert note == "The usual pattern of the week is taken out; incomplete periods are left out."
    assert adjusted["value"].std() < 1
    assert adjusted["value"].mean() == pytest.approx(35, abs=1)


def test_incomplete_periods_are_left_out():
    adjusted, _ = seasonally_adjusted(frame(np.arange(70.0), incomplete=3), "day")
    assert adjusted.height == 67
    assert adjusted["complete"].all()


def test_gaps_stay_gaps():
    values = [*np.arange(70.0)]
    values[30] = None
    adjusted, _ = seasonally_adjusted(frame(values), "day")
    assert adjusted["value"].is_null().sum() + adjusted["value"].is_nan().sum() == 1


def test_what_is_compared_with_is_adjusted_too():
    weekday = np.tile([10.0, 20, 30, 40, 50, 60, 0], 10)
    adjusted, _ = seasonally_adjusted(frame(weekday, before=weekday), "day")
    assert adjusted["before"].equals(adjusted["value"], check_names=False)


@pytest.mark.parametrize(
    ("grain", "count", "sentence"),
    [
        ("day", 55, "The usual pattern of the week is still in these values: it takes 8 whole weeks to know it, "
         "and these dates hold 7.9."),
        ("week", 104, "The usual pattern of the year is still in these values: it takes 3 whole years to know it, "
         "and these dates hold 2.0."),
        ("month", 35, "The usual pattern of the year is still in these values: it takes 3 whole years to know it, "
         "and these dates hold 2.9."),
    ],
)  # fmt: skip
def test_too_few_cycles_leave_the_values_and_say_so(grain, count, sentence):
    given = frame(np.arange(float(count)), grain=grain)
    adjusted, note = seasonally_adjusted(given, grain)
    assert adjusted.equals(given)
    assert note == sentence


@pytest.mark.parametrize(("grain", "period"), [("week", 52), ("month", 12)])
def test_three_years_are_enough(grain, period):
    season = 100 + 50 * np.sin(2 * np.pi * np.arange(3 * period) / period)
    adjusted, note = seasonally_adjusted(frame(season, grain=grain), grain)
    assert note.startswith("The usual pattern of the year is taken out")
    assert adjusted["value"].std() < 5


def test_an_unknown_grain_is_refused():
    with pytest.raises(InputError, match=r"`grain` cannot be 'hour'. Choose one of: day, week, month."):
        seasonally_adjusted(frame([1.0]), "hour")
