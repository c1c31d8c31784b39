"""The changes of level in a store's interests."""

from __future__ import annotations

import polars as pl

from analytics.changes.history import history
from analytics.changes.points import Changes, change_points
from data.scope import Scope
from data.store import Store


def changes(store: Store, scope: Scope, *, by: str, grain: str = "week", metric: str = "share") -> Changes:
    """When the level of every line changed: `change_points` of the complete periods, with the lines' names.

    All history up to the scope's end is looked at; changes before its start are left out of `points`. The penalty
    counts all lines that can be judged, so that a shop in which nothing changed hardly ever shows a change. before,
    after and level are shares with metric share, otherwise a period's sum; of revenue, in events' worth.
    Columns: name behind id, else those of `change_points`, largest change first.
    """
    frame = history(store, scope, by=by, grain=grain, metric=metric)
    found = change_points(frame.drop("name"), grain=grain)
    named = frame.select("id", "name").unique("id", maintain_order=True)
    points = found.points if scope.start is None else found.points.filter(pl.col("at") >= scope.start)
    size = pl.col("change").abs().fill_null(float("inf"))
    points = points.sort(size, "ratio", descending=True)
    return Changes(*(_named(part, named) for part in (points, found.lines)))


def _named(frame: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(named, on="id", how="left", maintain_order="left")
    return joined.select("id", "name", pl.exclude("id", "name"))
