"""Which days are counted together: stretches of bounded size, and the periods that touched days lie in."""

from collections.abc import Collection
from datetime import date, timedelta

import duckdb
import polars as pl

from data.periods import GRAINS, period_starts
from data.rollups.counting import TREND_GRAINS
from data.rollups.files import BATCH_ROWS


def stretches(connection: duckdb.DuckDBPyConnection, first: date, last: date, grain: str) -> list[tuple[date, date]]:
    """Whole months or quarters together up to BATCH_ROWS events."""
    size = connection.sql("select day, cast(sum(events) as bigint) as events from file_day group by day").pl()
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)}).join(size, on="day", how="left").fill_null(0)
    parts = days.group_by(start=pl.col("day").dt.truncate(GRAINS[grain])).agg(
        pl.col("events").sum(), end=pl.col("day").max(), begin=pl.col("day").min()
    ).sort("start")  # fmt: skip
    found: list[tuple[date, date]] = []
    rows = 0
    for begin, end, events in parts.select("begin", "end", "events").iter_rows():
        if not found or rows + events > BATCH_ROWS:
            found.append((begin, end))
            rows = 0
        found[-1] = (found[-1][0], end)
        rows += events
    return found


def spans(start: date, end: date, last: date, *, is_first: bool) -> pl.DataFrame:
    """The periods counted with a stretch: its days, months and quarters, and the weeks that begin in it."""
    whole = period_starts(start, end, ("day", "month", "quarter"))
    # The week in which the log begins may begin before it.
    reach = start - timedelta(days=6) if is_first else start
    weeks = period_starts(reach, min(end + timedelta(days=6), last), ("week",))
    begun = weeks.filter((pl.col("start") >= reach) & (pl.col("start") <= end))
    return pl.concat([whole, begun]).select("grain", "day", "start")


def touched_spans(touched: Collection[date]) -> pl.DataFrame:
    """The touched days and all days of the weeks and months they lie in."""
    if not touched:
        return pl.DataFrame(schema={"grain": pl.String, "day": pl.Date, "start": pl.Date})
    low, high = min(touched), max(touched)
    reach = period_starts(low - timedelta(days=31), high + timedelta(days=31), TREND_GRAINS)
    inside = reach.filter(pl.col("day").is_in(list(touched))).select("grain", "start").unique()
    return reach.join(inside, on=["grain", "start"], how="semi").select("grain", "day", "start")
