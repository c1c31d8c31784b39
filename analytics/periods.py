"""Days, weeks, months and quarters of a log, and which of them are complete."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from analytics.choices import COHORTS, GRAINS, chosen
from data.scope import Scope
from data.store import Meta

EVERY = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q"}
PERIOD_SCHEMA = {"start": pl.Date, "end": pl.Date, "complete": pl.Boolean}


def floor(day: date, grain: str) -> date:
    """The first day of the period that holds `day`; weeks start on Monday.

    >>> floor(date(2011, 12, 9), "week"), floor(date(2011, 12, 9), "quarter")
    (datetime.date(2011, 12, 5), datetime.date(2011, 10, 1))
    """
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return day


def shift(start: date, grain: str, count: int) -> date:
    """The first day of the period `count` periods after the one that starts on `start`.

    >>> shift(date(2011, 1, 1), "month", -1), shift(date(2011, 12, 5), "week", 2)
    (datetime.date(2010, 12, 1), datetime.date(2011, 12, 19))
    """
    if grain in ("day", "week"):
        return start + timedelta(days=count * (7 if grain == "week" else 1))
    months = start.year * 12 + start.month - 1 + count * (3 if grain == "quarter" else 1)
    return date(months // 12, months % 12 + 1, 1)


def label(start: date, grain: str) -> str:
    """A period as people name it.

    >>> label(date(2010, 11, 1), "month"), label(date(2010, 10, 1), "quarter"), label(date(2010, 11, 1), "week")
    ('Nov 2010', 'Q4 2010', '1 Nov 2010')
    """
    if grain == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    return f"{start:%b %Y}" if grain == "month" else f"{start.day} {start:%b %Y}"


def complete_days(meta: Meta) -> tuple[date, date] | None:
    """The first and the last day that the log covers wholly, or None where it covers no whole day.

    The first and the last day of a log count as incomplete unless it covers more than 20 of their hours, which
    the store has decided already.
    """
    if not meta.events or meta.first_day is None or meta.last_day is None:
        return None
    first = meta.first_day + timedelta(days=not meta.first_day_complete)
    last = meta.last_day - timedelta(days=not meta.last_day_complete)
    return (first, last) if first <= last else None


def periods(meta: Meta, grain: str, scope: Scope) -> pl.DataFrame:
    """Every period of the log that the scope's dates touch, oldest first.

    A period that the dates cut is shown whole: its counts are those of the whole period, so a filter never makes
    the first or the last value look like a fall. Columns: start, end (its last day), complete (False where the
    period is not wholly between the log's first and last event).
    """
    chosen("grain", grain, {**GRAINS, **COHORTS})
    if not meta.events or meta.first_day is None or meta.last_day is None:
        return pl.DataFrame(schema=PERIOD_SCHEMA)
    first = max(meta.first_day, scope.start or meta.first_day)
    last = min(meta.last_day, scope.end or meta.last_day)
    if first > last:
        return pl.DataFrame(schema=PERIOD_SCHEMA)
    starts = pl.date_range(floor(first, grain), last, EVERY[grain], eager=True).alias("start")
    frame = pl.DataFrame({"start": starts}).with_columns(
        end=pl.col("start").dt.offset_by(EVERY[grain]).dt.offset_by("-1d")
    )
    return frame.with_columns(complete=is_complete(meta, pl.col("start"), pl.col("end"))).select(*PERIOD_SCHEMA)


def is_complete(meta: Meta, start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Whether the period from `start` to `end` lies wholly in the days that the log covers."""
    covered = complete_days(meta)
    if covered is None:
        return pl.lit(False)
    return (start >= covered[0]) & (end <= covered[1])
