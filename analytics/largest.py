"""The lines of a trend with their counts: all of them, or the largest and the others as one.

A catalogue has thousands of items and a chart shows eight. Where the counts lie ready, the others are added up where
they lie, so that nine lines come out however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analytics.choices import ASIDE, segment_of
from analytics.counts import counts, lies_ready, names, together
from data.scope import Scope
from data.store import Store

OTHERS = "others"
MANY = 200
"""Lines from which on it is cheaper to ask which are the largest than to fetch them all."""


@dataclass(frozen=True)
class Lines:
    """The lines of a trend, largest first."""

    shown: pl.DataFrame
    """id, name."""
    kept: tuple[str, ...] | None = None
    """The largest, where the others are one line or left out."""


def counted(
    store: Store,
    scope: Scope,
    shown: pl.DataFrame,
    *,
    by: str,
    metric: str,
    grain: str,
    top: int | None = None,
    lines: Lines | None = None,
) -> tuple[pl.DataFrame, Lines]:
    """Counts (see `analytics.counts`) in the periods `shown`, and the lines they are of.

    The lines are the `top` largest of `by` with the others, or those chosen before: `lines`; all where neither is
    given or there are no others. With metric = users the others are left out, as people do not add up.
    """
    every, users = names(store, by), metric == "users"
    reach: dict[str, Any] = {"by": by, "first": shown["start"][0], "last": shown["end"][-1]}
    folds = top is not None if lines is None else lines.kept is not None
    # Where nothing lies ready, rows of people are gone through once and folded here, unless that would mean to count
    # the distinct people of every line.
    ready = lies_ready(store, scope, by=by, grain=grain, users=users)
    apart = folds and segment_of(by) is None and (every.height > MANY if ready else users)
    found = None if apart else counts(store, scope, grain=grain, users=users, **reach)
    if lines is None or not folds:
        sizes = found if found is not None else counts(store, scope, grain="window", of=grain, **reach)
        ordered = _ordered(every, scope, by, sizes)
        if top is None or ordered.height <= top:
            if found is None:
                found = counts(store, scope, grain=grain, users=users, **reach)
            return found, Lines(ordered)
        lines = _largest(ordered, _complete(store, scope, shown, by, grain, found), top, users)
    assert lines.kept is not None
    if found is not None:
        return _folded(found, lines.kept, users), lines
    own = counts(store, replace(scope, interests=lines.kept), grain=grain, users=users, **reach)
    if users:
        return own, lines
    rest = together(store, scope, grain=grain, left_out=lines.kept, **reach)
    return pl.concat([own, rest.with_columns(id=pl.lit(OTHERS))]), lines


def _ordered(every: pl.DataFrame, scope: Scope, by: str, sizes: pl.DataFrame) -> pl.DataFrame:
    """The lines of a scope, largest in it first: id, name; of items those with an event in it."""
    if scope.interests and segment_of(by) is None:
        every = every.filter(pl.col("id").is_in(list(scope.interests)))
    size = sizes.group_by("id").agg(size=pl.col("events").sum())
    joined = every.join(size, on="id", how="inner" if by == "item" else "left")
    return joined.sort(-pl.col("size").fill_null(0), "rank").select("id", "name")


def _complete(
    store: Store, scope: Scope, shown: pl.DataFrame, by: str, grain: str, found: pl.DataFrame | None
) -> pl.DataFrame:
    """What happened in complete periods, which lie together: counts."""
    complete = shown.filter("complete")
    if found is not None:
        return found.filter(pl.col("start").is_in(complete["start"].to_list()))
    if complete.is_empty():
        return pl.DataFrame(schema={"id": pl.String, "events": pl.Int64})
    first, last = complete["start"][0], complete["end"][-1]
    return counts(store, scope, by=by, grain="window", of=grain, first=first, last=last)


def _largest(ordered: pl.DataFrame, complete: pl.DataFrame, top: int, users: bool) -> Lines:
    """The `top` lines with most events in complete periods; what has no interest is never one of them."""
    size = complete.group_by("id").agg(size=pl.col("events").sum())
    sized = ordered.filter(~pl.col("id").is_in(ASIDE)).join(size, on="id", how="left", maintain_order="left")
    kept = sized.sort(-pl.col("size").fill_null(0), maintain_order=True)[:top].select("id", "name")
    others = pl.DataFrame({"id": [OTHERS], "name": [f"{ordered.height - kept.height:,} others"]})
    return Lines(kept if users else pl.concat([kept, others]), tuple(kept["id"]))


def _folded(found: pl.DataFrame, kept: tuple[str, ...], users: bool) -> pl.DataFrame:
    """The counts with all but the kept lines as one."""
    is_kept = pl.col("id").is_in(list(kept))
    if users:
        return found.filter(is_kept)
    rest = found.filter(~is_kept).group_by("start").agg(pl.col("events", "users", "revenue").sum())
    rest = rest.select(pl.lit(OTHERS).alias("id"), "start", "events", "users", "revenue")
    return pl.concat([found.filter(is_kept), rest])
