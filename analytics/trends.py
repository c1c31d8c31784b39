"""How interest moves over time: one value per line and period."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analytics.choices import COMPARES, GRAINS, METRICS, chosen, chosen_by, segment_of
from analytics.counts import counts, together
from analytics.largest import OTHERS, Lines, counted
from analytics.periods import periods, shift
from analytics.seasons import seasonally_adjusted
from data.errors import InputError
from data.scope import Scope
from data.store import Store

__all__ = ["OTHERS", "compared", "index_100", "item_trend", "seasonally_adjusted", "trend"]

TREND_SCHEMA = {
    "id": pl.Utf8, "name": pl.Utf8, "start": pl.Date, "complete": pl.Boolean, "value": pl.Float64, "events": pl.Int64,
}  # fmt: skip
ITEM_OF_SQL = {
    "theme": "SELECT item_id FROM items WHERE coalesce(theme, 'unsorted') = $interest",
    "category": "SELECT item_id FROM items WHERE category_interest = $interest",
    "brand": "SELECT item_id FROM items WHERE coalesce(brand, 'none') = $interest",
}


def trend(store: Store, scope: Scope, *, by: str, metric: str, grain: str, top: int | None = None) -> pl.DataFrame:
    """The value of every line in every period of the scope, zeros filled in, largest line first.

    `by` is theme, category, brand, item, all, or segment:NAME (the lines are that segment's values). A share is
    the line's events / the events of all lines in the same period and among the same people; filtering interests
    leaves that denominator as it is. Where the lines are segment values and interests are chosen, it is the
    interests' part of each value's own events. A period without any event has no share (null).
    Items without an event in the scope are left out. Where there are more lines than `top`, that many are kept, those
    with most events in complete periods; the rest, with what has no interest, is the line 'others', or left out with
    metric = users: people do not add up.
    Columns: id, name, start, complete, value, events.
    """
    return _trend(store, scope, by=by, metric=metric, grain=grain, top=top)[0]


def _trend(
    store: Store, scope: Scope, *, by: str, metric: str, grain: str, top: int | None = None, lines: Lines | None = None
) -> tuple[pl.DataFrame, Lines | None]:
    """`trend`, with the lines that were chosen for it; or the same of `lines`, chosen before."""
    chosen_by(by, store.meta.bys, store.meta.segments)
    chosen("metric", metric, METRICS)
    chosen("grain", grain, GRAINS)
    shown = periods(store.meta, grain, scope)
    if shown.is_empty():
        return pl.DataFrame(schema=TREND_SCHEMA), lines
    found, lines = counted(store, scope, shown, by=by, metric=metric, grain=grain, top=top, lines=lines)
    grid = lines.shown.join(shown.select("start", "complete"), how="cross")
    frame = grid.join(found, on=["id", "start"], how="left", maintain_order="left").with_columns(
        pl.col("events", "users").fill_null(0), pl.col("revenue").fill_null(0.0)
    )
    if metric == "share":
        whole = _denominators(store, scope, by, grain, found, shown)
        on = ["id", "start"] if "id" in whole.columns else ["start"]
        frame = frame.join(whole, on=on, how="left", maintain_order="left")
        value = pl.when(pl.col("whole") > 0).then(pl.col("events") / pl.col("whole")).otherwise(None)
    else:
        value = pl.col(metric).cast(pl.Float64)
    return frame.with_columns(value=value).select(*TREND_SCHEMA), lines


def _denominators(
    store: Store, scope: Scope, by: str, grain: str, found: pl.DataFrame, shown: pl.DataFrame
) -> pl.DataFrame:
    """The events that a share is a part of: start, whole; with id where each line has its own."""
    everything = replace(scope, interests=())
    reach = {"grain": grain, "first": shown["start"][0], "last": shown["end"][-1]}
    if segment_of(by) is not None:
        if scope.interests:
            own = counts(store, everything, by=by, **reach)
            return own.select("id", "start", whole="events")
        found = counts(store, everything, by="all", **reach)
    elif scope.interests:
        found = together(store, everything, by=by, **reach)
    return found.group_by("start").agg(whole=pl.col("events").sum())


def compared(
    store: Store, scope: Scope, *, by: str, metric: str, grain: str, compare: str, top: int | None = None
) -> pl.DataFrame:
    """The trend with what each value is compared with: trend columns, before.

    compare = previous: the value as many periods earlier as are shown, so that the shown stretch stands beside the
    equally long one right before it. last-year: 364 days earlier by day and week (weekdays stay aligned), 12 months
    by month. `before` is null where that period is incomplete or outside the log; of 'others' (see `trend`) it is the
    value of all lines but those kept.
    """
    chosen("compare", compare, COMPARES)
    knobs = {"by": by, "metric": metric, "grain": grain}
    shown, lines = _trend(store, scope, top=top, **knobs)  # type: ignore[arg-type]
    starts = shown["start"].unique().sort()
    if shown.is_empty():
        return shown.with_columns(before=pl.lit(None, pl.Float64))
    back = len(starts) if compare == "previous" else {"day": 364, "week": 52, "month": 12}[grain]
    earlier = replace(scope, start=shift(starts[0], grain, -back), end=shift(starts[-1], grain, -back))
    past = _trend(store, earlier, lines=lines, **knobs)[0].filter("complete")  # type: ignore[arg-type]
    match = pl.DataFrame({"start": starts, "earlier": [shift(day, grain, -back) for day in starts]})
    past = past.select("id", pl.col("start").alias("earlier"), pl.col("value").alias("before"))
    joined = shown.join(match, on="start", how="left", maintain_order="left")
    return joined.join(past, on=["id", "earlier"], how="left", maintain_order="left").drop("earlier")


def index_100(frame: pl.DataFrame) -> pl.DataFrame:
    """The trend with each line on its own scale: + index (100 = its highest complete period), base, base_events.

    base is the value of that period and base_events its size, to be shown beside the index. A line without a
    positive complete value has none.
    """
    best = frame.filter(pl.col("complete") & (pl.col("value") > 0)).sort("value", descending=True, maintain_order=True)
    best = best.group_by("id", maintain_order=True).first().select("id", base="value", base_events="events")
    return frame.join(best, on="id", how="left", maintain_order="left").with_columns(
        index=100 * pl.col("value") / pl.col("base")
    )


def item_trend(
    store: Store, scope: Scope, *, by: str, interest: str, metric: str, grain: str, top: int | None = None
) -> pl.DataFrame:
    """The trend of the items of one interest; shares stay parts of all events. Columns and `top` as in `trend`."""
    if by not in ITEM_OF_SQL:
        raise InputError(f"`by` cannot be '{by}' here. Choose one of: {', '.join(ITEM_OF_SQL)}.")
    items = store.query(ITEM_OF_SQL[by], {"interest": interest})["item_id"].to_list()
    if not items:
        return pl.DataFrame(schema=TREND_SCHEMA)
    return trend(store, replace(scope, interests=tuple(items)), by="item", metric=metric, grain=grain, top=top)
