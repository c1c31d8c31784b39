"""How interest moves over time: one value per line and period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from analytics.choices import ASIDE, COMPARES, GRAINS, METRICS, chosen, chosen_by, segment_of
from analytics.counts import counts, names
from analytics.periods import periods, shift
from analytics.seasons import seasonally_adjusted
from data.errors import InputError
from data.scope import Scope
from data.store import Store

__all__ = ["compared", "index_100", "item_trend", "seasonally_adjusted", "top_with_others", "trend"]

TREND_SCHEMA = {
    "id": pl.Utf8, "name": pl.Utf8, "start": pl.Date, "complete": pl.Boolean, "value": pl.Float64, "events": pl.Int64,
}  # fmt: skip
ITEM_OF_SQL = {
    "theme": "SELECT item_id FROM items WHERE coalesce(theme, 'unsorted') = $interest",
    "category": "SELECT item_id FROM items WHERE category_interest = $interest",
    "brand": "SELECT item_id FROM items WHERE coalesce(brand, 'none') = $interest",
}
OTHERS = "others"


def trend(store: Store, scope: Scope, *, by: str, metric: str, grain: str, limit: int | None = None) -> pl.DataFrame:
    """The value of every line in every period of the scope, zeros filled in, largest line first.

    `by` is theme, category, brand, item, all, or segment:NAME (the lines are that segment's values). A share is
    the line's events / the events of all lines in the same period and among the same people; filtering interests
    leaves that denominator as it is. Where the lines are segment values and interests are chosen, it is the
    interests' part of each value's own events. A period without any event has no share (null).
    Items without an event in the scope are left out; `limit` keeps that many of the largest lines and folds the rest
    into the line 'others' (with metric='users' it drops the rest: people do not add up).
    Columns: id, name, start, complete, value, events.
    """
    chosen_by(by, store.meta.bys, store.meta.segments)
    chosen("metric", metric, METRICS)
    chosen("grain", grain, GRAINS)
    shown = periods(store.meta, grain, scope)
    if shown.is_empty():
        return pl.DataFrame(schema=TREND_SCHEMA)
    first, last = shown["start"][0], shown["end"][-1]
    looked_up = scope.segments or (grain in ("day", "week") and store.meta.large)
    if limit is not None and by not in store.meta.deep and metric == "users" and looked_up and segment_of(by) is None:
        # Distinct people of thousands of items would be counted and thrown away: the largest items are chosen first.
        sizes = counts(store, scope, by=by, grain="window", first=first, last=last)
        largest = _lines(store, scope, by, sizes)["id"][:limit].to_list()
        scope = replace(scope, interests=tuple(largest))
    found = whole_found = counts(store, scope, by=by, grain=grain, first=first, last=last, users=metric == "users")
    lines = _lines(store, scope, by, found)
    if limit is not None and lines.height > limit:
        found, lines = _folded(found, lines, limit, metric)
    grid = lines.join(shown.select("start", "complete"), how="cross")
    frame = grid.join(found, on=["id", "start"], how="left", maintain_order="left").with_columns(
        pl.col("events", "users").fill_null(0), pl.col("revenue").fill_null(0.0)
    )
    if metric == "share":
        whole = _denominators(store, scope, by, grain, whole_found, first, last)
        on = ["id", "start"] if "id" in whole.columns else ["start"]
        frame = frame.join(whole, on=on, how="left", maintain_order="left")
        value = pl.when(pl.col("whole") > 0).then(pl.col("events") / pl.col("whole")).otherwise(None)
    else:
        value = pl.col(metric).cast(pl.Float64)
    return frame.with_columns(value=value).select(*TREND_SCHEMA)


def _lines(store: Store, scope: Scope, by: str, found: pl.DataFrame) -> pl.DataFrame:
    """The lines to show, largest in the scope first: id, name."""
    lines = names(store, by)
    if scope.interests and segment_of(by) is None:
        lines = lines.filter(pl.col("id").is_in(list(scope.interests)))
    size = found.group_by("id").agg(size=pl.col("events").sum())
    joined = lines.join(size, on="id", how="inner" if by == "item" else "left")
    return joined.sort(-pl.col("size").fill_null(0), "rank").select("id", "name")


def _folded(found: pl.DataFrame, lines: pl.DataFrame, limit: int, metric: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The counts and lines with all but the `limit` largest as one."""
    kept = lines.filter(~pl.col("id").is_in(ASIDE))[:limit]
    is_kept = pl.col("id").is_in(kept["id"].to_list())
    if metric == "users":
        return found.filter(is_kept), kept
    rest = found.filter(~is_kept).group_by("start").agg(pl.col("events", "users", "revenue").sum())
    rest = rest.select(pl.lit(OTHERS).alias("id"), "start", "events", "users", "revenue")
    named = pl.DataFrame({"id": [OTHERS], "name": [f"{lines.height - kept.height:,} others"]})
    return pl.concat([found.filter(is_kept), rest]), pl.concat([kept, named])


def _denominators(
    store: Store, scope: Scope, by: str, grain: str, found: pl.DataFrame, first: date, last: date
) -> pl.DataFrame:
    """The events that a share is a part of: start, whole; with id where each line has its own."""
    everything = replace(scope, interests=())
    if segment_of(by) is not None:
        if scope.interests:
            own = counts(store, everything, by=by, grain=grain, first=first, last=last)
            return own.select("id", "start", whole="events")
        found = counts(store, everything, by="all", grain=grain, first=first, last=last)
    elif scope.interests:
        found = counts(store, everything, by=by, grain=grain, first=first, last=last)
    return found.group_by("start").agg(whole=pl.col("events").sum())


def compared(store: Store, scope: Scope, *, by: str, metric: str, grain: str, compare: str) -> pl.DataFrame:
    """The trend with what each value is compared with: trend columns, before.

    compare = previous: the value as many periods earlier as are shown, so that the shown stretch stands beside the
    equally long one right before it. last-year: 364 days earlier by day and week (weekdays stay aligned), 12 months
    by month. `before` is null where that period is incomplete or outside the log.
    """
    chosen("compare", compare, COMPARES)
    shown = trend(store, scope, by=by, metric=metric, grain=grain)
    starts = shown["start"].unique().sort()
    if shown.is_empty():
        return shown.with_columns(before=pl.lit(None, pl.Float64))
    back = len(starts) if compare == "previous" else {"day": 364, "week": 52, "month": 12}[grain]
    earlier = replace(scope, start=shift(starts[0], grain, -back), end=shift(starts[-1], grain, -back))
    past = trend(store, earlier, by=by, metric=metric, grain=grain).filter("complete")
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


def top_with_others(frame: pl.DataFrame, k: int = 8, *, metric: str = "share") -> pl.DataFrame:
    """The `k` largest lines by events of complete periods; the rest, with what has no interest, as 'others'.

    Distinct users do not add up over lines, so with metric='users' the rest is left out instead.
    """
    if frame["id"].n_unique() <= k:
        return frame
    size = pl.col("events").filter(pl.col("complete")).sum()
    sizes = frame.group_by("id", maintain_order=True).agg(size=size, all=pl.col("events").sum())
    sizes = sizes.filter(~pl.col("id").is_in(ASIDE)).sort("size", "all", descending=True, maintain_order=True)
    top = frame.filter(pl.col("id").is_in(sizes["id"][:k].to_list()))
    order = pl.DataFrame({"id": sizes["id"][:k]}).with_row_index("place")
    top = top.join(order, on="id").sort("place", "start").drop("place")
    if metric == "users":
        return top
    rest = frame.filter(~pl.col("id").is_in(sizes["id"][:k].to_list()))
    summed = {name: pl.col(name).sum() for name in ("value", "before") if name in frame.columns}
    known = [pl.when(pl.col(name).is_not_null().any()).then(expr).alias(name) for name, expr in summed.items()]
    others = rest.group_by("start", maintain_order=True).agg(
        pl.lit(OTHERS).alias("id"), pl.lit(f"{rest['id'].n_unique():,} others").alias("name"),
        pl.col("complete").first(), pl.col("events").sum(), *known,
    )  # fmt: skip
    return pl.concat([top, others.sort("start").select(top.columns)])


def item_trend(store: Store, scope: Scope, *, by: str, interest: str, metric: str, grain: str) -> pl.DataFrame:
    """The trend of the items of one interest; shares stay parts of all events. Columns as in `trend`."""
    if by not in ITEM_OF_SQL:
        raise InputError(f"`by` cannot be '{by}' here. Choose one of: {', '.join(ITEM_OF_SQL)}.")
    items = store.query(ITEM_OF_SQL[by], {"interest": interest})["item_id"].to_list()
    if not items:
        return pl.DataFrame(schema=TREND_SCHEMA)
    return trend(store, replace(scope, interests=tuple(items)), by="item", metric=metric, grain=grain)
