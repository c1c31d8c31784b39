"""The state of the shop in a few figures, and which answers its log can carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.counts import counts
from analytics.periods import complete_days
from analytics.readiness import readiness
from analytics.risers import SPARK_WEEKS, risers
from analytics.significance import difference, interval
from data.errors import InputError
from data.scope import Scope
from data.store import Store

__all__ = ["kpis", "readiness"]

KPI_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.Utf8, "value": pl.Float64, "before": pl.Float64, "change": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "spark": pl.List(pl.Float64),
}  # fmt: skip
DAYS = 28
MEASURES = ("events", "users", "revenue")


def kpis(store: Store, scope: Scope) -> pl.DataFrame:
    """Events, active people, revenue and the number of rising interests, over the last 28 complete days of the scope.

    before: the 28 days right before; change = value / before - 1; low, high: its 95 % interval from the weeks on both
    sides (`analytics.significance`), null where there are too few. spark: the last 28 complete weeks. rising: the
    lines of the log's default interest whose share clearly rose between the same two stretches; it has no change.
    A log shorter than that gives the value over the days it has, and nulls.
    Columns: name (events, users, revenue, rising), value, before, change, low, high, spark.
    """
    scope = replace(scope, interests=())
    covered = complete_days(store.meta)
    if covered is None:
        return pl.DataFrame(schema=KPI_SCHEMA)
    first, last = covered[0], min(covered[1], scope.end or covered[1])
    if last < first:
        return pl.DataFrame(schema=KPI_SCHEMA)
    rows = _figures(store, scope, first, last)
    rising = [_rising(store, scope, day) for day in (last, last - timedelta(days=DAYS))]
    if rising[0] is not None:
        rows.append({"name": "rising", "value": rising[0], "before": rising[1], "spark": []})
    return pl.DataFrame([{name: row.get(name) for name in KPI_SCHEMA} for row in rows], schema=KPI_SCHEMA)


def _figures(store: Store, scope: Scope, first: date, last: date) -> list[dict[str, object]]:
    """Events, users and revenue of the last 28 days, against the 28 before where the log has them."""
    earlier = last - timedelta(days=DAYS)
    now = _totals(store, scope, max(first, earlier + timedelta(days=1)), last)
    past = _totals(store, scope, earlier - timedelta(days=DAYS - 1), earlier)
    weeks = min(SPARK_WEEKS, ((last - first).days + 1) // 7)
    start = last - timedelta(days=7 * weeks - 1)
    found = counts(store, scope, by="all", grain="block", first=start, last=last, users=True)
    starts = pl.DataFrame({"start": pl.date_range(start, last, "7d", eager=True)}, schema={"start": pl.Date})
    weekly = starts.join(found, on="start", how="left", maintain_order="left")
    rows = []
    for name in MEASURES:
        series = weekly[name].fill_null(0).cast(pl.Float64)
        row: dict[str, object] = {"name": name, "value": now[name], "spark": series.to_list()}
        if weeks >= 8:
            row["before"] = past[name]
        if weeks >= 8 and past[name] > 0:
            row.update(_change(now[name] / past[name] - 1, series.to_numpy()[-8:]))
        rows.append(row)
    return rows


def _change(change: float, weekly: npt.NDArray[np.float64]) -> dict[str, object]:
    """A change and its interval, from the eight weeks on both sides."""
    logs = np.log(np.maximum(weekly, 0.5))[None, :]
    low, high = interval(difference(logs[:, :4], logs[:, 4:]))
    return {"change": change, "low": min(float(low[0]), change), "high": max(float(high[0]), change)}


def _totals(store: Store, scope: Scope, first: date, last: date) -> dict[str, float]:
    found = counts(store, scope, by="all", grain="window", first=first, last=last, users=True)
    return {name: float(found[name].sum()) for name in MEASURES}


def _rising(store: Store, scope: Scope, end: date) -> float | None:
    """How many interests clearly rise at `end`; None where the log is too short to say."""
    try:
        found = risers(store, scope, by=store.meta.default_by, end=end)
    except InputError:
        return None
    return float(found.filter(pl.col("clear") & (pl.col("change").is_null() | (pl.col("change") > 0))).height)
