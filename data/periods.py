"""Days and the weeks, months and quarters they belong to, as small tables that the rollup SQL joins."""

from datetime import date, timedelta

import polars as pl

ACTIVE_DAYS = 28
"""Somebody with an event in this many days is active."""

GRAINS = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q"}
"""Grains by name, as polars truncates to them; weeks start on Monday."""


def period_starts(first: date, last: date, grains: tuple[str, ...]) -> pl.DataFrame:
    """One row per day and grain: [day, grain, start, no]; `no` numbers the periods of a grain without gaps."""
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    year, month = pl.col("start").dt.year().cast(pl.Int64), pl.col("start").dt.month().cast(pl.Int64)
    number = {
        "day": (pl.col("start") - date(1970, 1, 5)).dt.total_days(),
        "week": (pl.col("start") - date(1970, 1, 5)).dt.total_days() // 7,
        "month": year * 12 + month,
        "quarter": year * 4 + (month - 1) // 3,
    }
    return pl.concat(
        days.with_columns(grain=pl.lit(grain), start=pl.col("day").dt.truncate(GRAINS[grain])).with_columns(
            no=number[grain].cast(pl.Int32)
        )
        for grain in grains
    )


def month_days(month: str) -> tuple[date, date]:
    """First and last day of a month.

    >>> month_days("2011-12")
    (datetime.date(2011, 12, 1), datetime.date(2011, 12, 31))
    """
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def period_ends(first: date, last: date, grains: tuple[str, ...]) -> pl.DataFrame:
    """One row per period: [grain, start, end], the end inside the log: the last period ends with the log."""
    return (
        period_starts(first, last, grains)
        .group_by("grain", "start")
        .agg(end=pl.col("day").max())
        .sort("grain", "start")
    )


def lifecycle_windows(first: date, last: date) -> pl.DataFrame:
    """One row per day and period whose 28 days up to its end hold that day: [day, grain, start, opens]."""
    ends = period_ends(first, last, ("week", "month"))
    rows = [
        (end - timedelta(days=back), grain, start, end - timedelta(days=ACTIVE_DAYS - 1))
        for grain, start, end in ends.iter_rows()
        for back in range(ACTIVE_DAYS)
    ]
    return pl.DataFrame(rows, {"day": pl.Date, "grain": pl.String, "start": pl.Date, "opens": pl.Date}, orient="row")
