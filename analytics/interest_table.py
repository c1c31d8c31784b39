"""The table beside the trend: every interest with its size, its change, last year's change and its stage."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analytics.choices import chosen
from analytics.risers import Judge, risers
from analytics.sides import totals
from analytics.trends import ITEM_OF_SQL
from analytics.windows import WINDOW, windows
from data.errors import InputError
from data.scope import Scope
from data.store import Store

ORDERS = {"rising": "the clear rises first", "fading": "the clear falls first", "largest": "the largest first"}
COLUMNS = ("id", "name", "spark", "value", "change", "low", "high", "verdict", "last_year", "base", "stage")
DIRECTION = {"up": "clearly up", "down": "clearly down", "flat": "no clear change"}


def interest_table(
    store: Store,
    scope: Scope,
    *,
    by: str,
    metric: str,
    grain: str,
    order: str = "rising",
    judge: Judge = risers,
) -> pl.DataFrame:
    """One row per interest, judged over `WINDOW[grain]` days against the same length right before.

    `verdict` is one of DIRECTION's words. `last_year` is the change against the same weeks a year earlier, null
    where the log does not reach back. Sorted as `in_order` does. `judge` asks for risers; whoever has asked the same
    before can answer without counting again.
    Columns: id, name, spark, value, change, low, high, verdict, last_year, base, stage.
    """
    chosen("order", order, ORDERS)
    now = judge(store, scope, by=by, metric=metric, window=WINDOW[grain], compare="previous")
    year = _last_year(store, scope, now, by, metric, WINDOW[grain])
    up = pl.col("clear") & (pl.col("change").fill_null(1) > 0)
    verdict = pl.when(up).then(pl.lit("up")).when("clear").then(pl.lit("down")).otherwise(pl.lit("flat"))
    frame = now.join(year, on="id", how="left", maintain_order="left")
    frame = frame.with_columns(verdict=verdict.replace_strict(DIRECTION, return_dtype=pl.String))
    return in_order(frame.rename({"after": "value"}).select(COLUMNS), order)


def in_order(frame: pl.DataFrame, order: str) -> pl.DataFrame:
    """The rows of an interest table as `order` says; a change that is not clear never leads a list."""
    if order == "largest":
        return frame.sort("value", descending=True, nulls_last=True, maintain_order=True)
    up, down = pl.col("verdict") == DIRECTION["up"], pl.col("verdict") == DIRECTION["down"]
    lead, last, sign = (up, down, -1) if order == "rising" else (down, up, 1)
    place = pl.when(lead).then(0).when(last).then(2).otherwise(1)
    # Between the clear ones nothing is told by the change, so size decides.
    within = pl.when(up | down).then(sign * pl.col("change").fill_null(float("inf"))).otherwise(-pl.col("value"))
    return frame.sort(place, within, maintain_order=True, nulls_last=True)


def _last_year(store: Store, scope: Scope, now: pl.DataFrame, by: str, metric: str, window: int) -> pl.DataFrame:
    """The change of each line against the same days a year earlier: id, last_year."""
    try:
        earlier, _ = windows(store.meta, scope, window=window, compare="last-year")
    except InputError:
        return now.select("id", last_year=pl.lit(None, pl.Float64))
    lines = now.select("id")
    before = totals(store, scope, lines, by=by, metric=metric, window=earlier)
    then = pl.Series("before", before).fill_nan(None)
    change = pl.when(pl.col("then") > 0).then(pl.col("after") / pl.col("then") - 1)
    return now.with_columns(then=then).select("id", last_year=change)


def item_table(store: Store, scope: Scope, *, by: str, interest: str, metric: str, grain: str) -> pl.DataFrame:
    """The same table for the items of one interest, the largest first; a share stays a part of all events."""
    items = store.query(ITEM_OF_SQL[chosen("by", by, ITEM_OF_SQL)], {"interest": interest})["item_id"].to_list()
    if not items:
        raise InputError(f"There is no {by} '{interest}' with items in this log. Choose another one from the table.")
    return interest_table(
        store, replace(scope, interests=tuple(items)), by="item", metric=metric, grain=grain, order="largest"
    )
