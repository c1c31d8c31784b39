"""Which interests rise and fade between two stretches of time, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from analytics.choices import ASIDE, METRICS, chosen, chosen_by
from analytics.counts import names
from analytics.periods import complete_days
from analytics.sides import Side, totals
from analytics.sides import sides as count_sides
from analytics.significance import difference, interval, passes
from analytics.stages import BLOCK, BLOCKS, stages
from analytics.windows import Days, Window, windows
from data.errors import InputError
from data.scope import Scope
from data.store import Store

RISER_SCHEMA = {
    "id": pl.Utf8, "name": pl.Utf8, "before": pl.Float64, "after": pl.Float64, "change": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "base": pl.Int64, "clear": pl.Boolean, "stage": pl.Utf8,
    "spark": pl.List(pl.Float64),
}  # fmt: skip
SPARK_WEEKS = BLOCK * BLOCKS
Judge = Callable[..., pl.DataFrame]
"""`risers`, or what answers as it does."""
LEAST_BASE = 50
"""Events in both windows together below which a change is never called clear."""


def risers(
    store: Store,
    scope: Scope,
    *,
    by: str,
    metric: str = "share",
    window: int = 28,
    compare: str = "previous",
    end: date | None = None,
    before: Days | None = None,
    after: Days | None = None,
) -> pl.DataFrame:
    """Every line's change between two windows (see `windows`), largest rise first; 'unsorted' and 'none' are no lines.

    before, after: the metric over each window (share = its events / all events; events, revenue: sums; users:
    distinct people). change = after / before - 1, per day where the windows differ in length; null where before
    is 0. low, high: 95 % interval of the change. base: the events of both windows that it stands on.
    clear: p <= Benjamini-Hochberg's 5 % cut over all lines, and base >= 50. spark: the last 28 complete weeks.
    stage: of those weeks (`stage`), by the same metric.

    The interval and p compare the logs of the weekly values of the two windows (half an event added to each week;
    `analytics.significance.difference` has the formulas). They say whether the change is larger than the lines'
    ordinary difference from week to week. They do not know the season (compare with last year for that), and they
    take weeks as independent: where interest wanders from week to week, wandering is called change. In simulated
    logs of 46 lines that only fluctuate, any line at all was called clear in 3 to 8 of 100. The interval is stretched
    where it would not hold the change itself.
    """
    chosen_by(by, store.meta.bys, store.meta.segments)
    chosen("metric", metric, METRICS)
    earlier, later = windows(store.meta, scope, window=window, compare=compare, end=end, before=before, after=after)
    if metric == "users" and earlier.days != later.days:
        raise InputError(
            f"Distinct people can be compared over windows of equal length only, found {earlier.days} and "
            f"{later.days} days. Choose equal windows, or another metric."
        )
    lines = lines_of(store, scope, by)
    sides = count_sides(store, scope, lines, by=by, metric=metric, windows=(earlier, later, _history(store, later)))
    if metric == "users":
        people = [totals(store, scope, lines, by=by, metric=metric, window=part) for part in (earlier, later)]
        sides[:2] = [replace(side, users=users) for side, users in zip(sides[:2], people, strict=True)]
    return _frame(lines, *sides)


def lines_of(store: Store, scope: Scope, by: str) -> pl.DataFrame:
    """The lines that are judged: those of the scope, or all but what has no interest: id, name, rank."""
    wanted = pl.col("id").is_in(list(scope.interests)) if scope.interests else ~pl.col("id").is_in(ASIDE)
    return names(store, by).filter(wanted)


def _history(store: Store, later: Window) -> Window:
    """The weeks behind sparkline and stage: up to 28, ending with the later window, all complete."""
    covered = complete_days(store.meta)
    assert covered is not None
    weeks = min(SPARK_WEEKS, ((later.end - covered[0]).days + 1) // 7)
    return Window(later.end - timedelta(days=7 * max(weeks, 1) - 1), later.end)


def _frame(lines: pl.DataFrame, earlier: Side, later: Side, history: Side) -> pl.DataFrame:
    """The answer, from the arrays of both windows and of the weeks behind the sparkline."""
    events = earlier.events.sum(axis=1) + later.events.sum(axis=1)
    before, after = earlier.total, later.total
    rate = 1.0 if later.metric in ("share", "users") else earlier.window.days / later.window.days
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.where(before > 0, after / before * rate - 1, np.nan)
        floor = sum(1 / (side.events.sum(axis=1) + side.window.weeks / 2 + 1e-9) for side in (earlier, later))
        weeks = [np.log(side.weekly(0.5)) for side in (earlier, later)]
    known = [week[:, ~np.isnan(week).all(axis=0)] for week in weeks]
    found = difference(known[0], known[1], floor)
    low, high = interval(found)
    clear = passes(found.p) & (events >= LEAST_BASE)
    weekly = history.weekly()
    frame = pl.DataFrame({
        "id": lines["id"], "name": lines["name"], "before": before, "after": after, "change": change,
        "low": np.minimum(low, change), "high": np.maximum(high, change), "base": events.astype(np.int64),
        "clear": clear, "stage": stages(weekly, history.events[:, -weekly.shape[1] :]),
        "spark": pl.Series(weekly.ravel()).fill_nan(None).reshape(weekly.shape).arr.to_list(),
    })  # fmt: skip
    frame = frame.with_columns(pl.col("before", "after", "change", "low", "high").fill_nan(None))
    # What was not there before has no finite change, but is the strongest rise of all.
    rise = pl.when(pl.col("before") == 0).then(pl.when(pl.col("after") > 0).then(float("inf")).otherwise(0.0))
    return frame.sort(rise.otherwise(pl.col("change")), "base", descending=True, nulls_last=True).select(*RISER_SCHEMA)
