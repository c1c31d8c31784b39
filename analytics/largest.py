"""The lines of a trend with their counts: all of them, or the largest and the others as one.

A catalogue has thousands of items and a chart shows eight: the others are added up where they lie, so that nine lines
come out however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analytics.choices import ASIDE, segment_of
from analytics.counts import OTHERS, counts, lies_ready, names, sizes
from data.scope import Scope
from data.store import Store

__all__ = ["OTHERS", "Lines", "counted"]

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
    # Of thousands of lines the largest are asked for first, and of few ones where that spares counting the distinct
    # people of all the others.
    apart = every.height > MANY or (users and not lies_ready(store, scope, by=by, grain=grain, users=True))
    apart = apart and folds and segment_of(by) is None
    found = None if apart else counts(store, scope, grain=grain, users=users, **reach)
    if lines is None or not folds:
        size = _sizes(shown, found) if found is not None else _asked(store, scope, shown, grain, reach)
        ordered = _ordered(every, scope, by, size)
        if top is None or ordered.height <= top:
            if found is None:
                found = counts(store, scope, grain=grain, users=users, **reach)
            return found, Lines(ordered.select("id", "name"))
        lines = _largest(ordered, top, users)
    assert lines.kept is not None
    if found is not None:
        return _folded(found, lines.kept, users), lines
    if users:
        return counts(store, replace(scope, interests=lines.kept), grain=grain, users=True, **reach), lines
    return counts(store, scope, grain=grain, kept=lines.kept, **reach), lines


def _asked(store: Store, scope: Scope, shown: pl.DataFrame, grain: str, reach: dict[str, Any]) -> pl.DataFrame:
    """The events of every line, and of them those in complete periods, which lie together: id, events, inner."""
    complete = shown.filter("complete")
    nothing = reach["last"], reach["first"]
    within = nothing if complete.is_empty() else (complete["start"][0], complete["end"][-1])
    return sizes(store, scope, of=grain, within=within, **reach)


def _sizes(shown: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The same of counts that are there already."""
    complete = pl.col("start").is_in(shown.filter("complete")["start"].to_list())
    return found.group_by("id").agg(pl.col("events").sum(), inner=pl.col("events").filter(complete).sum())


def _ordered(every: pl.DataFrame, scope: Scope, by: str, size: pl.DataFrame) -> pl.DataFrame:
    """The lines of a scope, largest in it first: id, name, inner; of items those with an event in it."""
    if scope.interests and segment_of(by) is None:
        every = every.filter(pl.col("id").is_in(list(scope.interests)))
    joined = every.join(size, on="id", how="inner" if by == "item" else "left").fill_null(0)
    return joined.sort(-pl.col("events"), "rank").select("id", "name", "inner")


def _largest(ordered: pl.DataFrame, top: int, users: bool) -> Lines:
    """The `top` lines with most events in complete periods; what has no interest is never one of them."""
    named = ordered.filter(~pl.col("id").is_in(ASIDE))
    kept = named.sort(-pl.col("inner"), maintain_order=True)[:top].select("id", "name")
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
