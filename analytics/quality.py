"""How whole a log is: rows and people by day, and the days without any."""

import polars as pl

from data.scope import Scope
from data.store import Store

DAYS_SQL = """
select start as day, events, users from trend
where "by" = 'all' and grain = 'day' and segment = '' order by day
"""
CLOSED_SHARE = 0.8
"""A weekday on which the log is empty at least this often is one on which the shop is closed, not a gap."""


def by_day(store: Store, scope: Scope) -> pl.DataFrame:
    """One row a day from the log's first to its last, empty days included: day, events, users, closed.

    `closed` is true for an empty day on a weekday on which the log is nearly always empty.
    """
    meta = store.meta
    whole = pl.DataFrame({"day": pl.date_range(meta.first_day, meta.last_day, eager=True)})
    days = whole.join(store.query(DAYS_SQL), on="day", how="left").fill_null(0).sort("day")
    weekday = pl.col("day").dt.weekday()
    return days.with_columns(
        ((pl.col("events") == 0) & ((pl.col("events") == 0).mean().over(weekday) >= CLOSED_SHARE)).alias("closed")
    )


def sentence(days: pl.DataFrame, anonymous_share: float) -> str:
    """What the strip shows, in words: closed weekdays, gaps, rows without a person."""
    names = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
    closed = days.filter("closed")["day"].dt.weekday().unique().sort().to_list()
    gaps = days.filter((pl.col("events") == 0) & ~pl.col("closed"))
    parts = []
    if closed:
        days_off = " and ".join(names[number - 1] for number in closed)
        parts.append(f"The shop looks closed on {days_off}: those days are nearly always empty.")
    if gaps.is_empty():
        parts.append("No other day is missing.")
    else:
        first, last = str(gaps["day"].min()), str(gaps["day"].max())
        parts.append(
            f"{gaps.height} other {'day has' if gaps.height == 1 else 'days have'} no row, between {first} and {last}."
        )
    if anonymous_share > 0:
        parts.append(f"{anonymous_share:.1%} of the events carry no known person; they count as events, not as people.")
    return " ".join(parts)
