"""What a store knows of every line, period by period: the frame that changes and emerging interests are found in."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analytics.changes.table import DAYS
from analytics.choices import ASIDE, METRICS, chosen, chosen_by, segment_of
from analytics.counts import counts, names, together
from analytics.periods import periods
from data.scope import Scope
from data.store import Store

HISTORY_SCHEMA = {"id": pl.Utf8, "name": pl.Utf8, "start": pl.Date, "events": pl.Float64, "total": pl.Float64}


def history(store: Store, scope: Scope, *, by: str, grain: str = "week", metric: str = "share") -> pl.DataFrame:
    """Every line in every complete period up to the scope's end, zeros filled in; its start plays no part.

    A season and a usual level take all the past there is. 'unsorted' and 'none' are no lines; they are part of the
    whole. With metric share, total is the events of all lines in that period and among the same people (of a
    segment's value, with interests chosen: its own events); with others it is 1, also where nothing happened. Revenue
    is told in events: divided by what an event of the line brings on average, and 0 where refunds prevail.
    Columns: id, name, start, events, total.
    """
    chosen("grain", grain, DAYS)
    chosen("metric", metric, METRICS)
    chosen_by(by, store.meta.bys, store.meta.segments)
    shown = periods(store.meta, grain, replace(scope, start=None)).filter("complete")
    lines = _lines(store, scope, by)
    if shown.is_empty() or lines.is_empty():
        return pl.DataFrame(schema=HISTORY_SCHEMA)
    reach = {"grain": grain, "first": shown["start"][0], "last": shown["end"][-1]}
    found = counts(store, scope, by=by, users=metric == "users", **reach)
    grid = lines.select("id", "name").join(shown.select("start"), how="cross")
    frame = grid.join(found, on=["id", "start"], how="left", maintain_order="left")
    if metric == "share":
        whole = _whole(store, scope, by, reach, found)
        on = [name for name in ("id", "start") if name in whole.columns]
        frame = frame.join(whole, on=on, how="left", maintain_order="left").with_columns(pl.col("total").fill_null(0))
    else:
        frame = frame.with_columns(total=pl.lit(1.0))
    value = {"share": "events", "revenue": "worth"}.get(metric, metric)
    worth = pl.col("revenue").sum().over("id") / pl.col("events").sum().over("id")
    frame = frame.with_columns(
        worth=pl.when(worth > 0).then(pl.max_horizontal(pl.col("revenue") / worth, 0.0)).otherwise(0.0)
    )
    return frame.select("id", "name", "start", pl.col(value).fill_null(0).alias("events"), "total").cast(
        HISTORY_SCHEMA  # type: ignore[arg-type]
    )


def _lines(store: Store, scope: Scope, by: str) -> pl.DataFrame:
    lines = names(store, by).filter(~pl.col("id").is_in(ASIDE))
    if scope.interests and segment_of(by) is None:
        lines = lines.filter(pl.col("id").is_in(list(scope.interests)))
    return lines


def _whole(store: Store, scope: Scope, by: str, reach: dict[str, object], found: pl.DataFrame) -> pl.DataFrame:
    """What shares are a part of: start, total; with id where each line has its own."""
    everything = replace(scope, interests=())
    if scope.interests and segment_of(by) is not None:
        own = counts(store, everything, by=by, **reach)  # type: ignore[arg-type]
        return own.select("id", "start", total="events")
    if scope.interests:
        found = together(store, everything, by=by, **reach)  # type: ignore[arg-type]
    elif segment_of(by) is not None:
        found = counts(store, everything, by="all", **reach)  # type: ignore[arg-type]
    return found.group_by("start").agg(total=pl.col("events").sum())
