"""Where the level of a line on the chart clearly changed."""

from dataclasses import replace
from typing import Any

import polars as pl

from analytics.changes import changes
from analytics.sentences.levels import marked
from analytics.trends import OTHERS
from data.scope import Scope
from data.store import Store
from pages.shared import cached

MARKED = {("share", "week"), ("share", "day"), ("events", "week")}
"""Metric and grain of charts with marks. Months are too few to be judged; revenue and people are not what an interest
is; and in events by day a shop that is shut over Christmas shows every line fall and rise again."""
EXPLANATION = """
**Diamonds** stand where the level of a line changed and stayed changed for at least 3 weeks (by day: 14 days). Season,
days of the week and levels are fitted together; a change has to explain more than a penalty that grows with how far one
period resembles the next and with how many lines are judged, so that a shop in which nothing changed hardly ever shows
one. All history before the dates plays a part. A slow trend shows as several steps. The percentage compares the new
level with the one before. Marks are drawn for shares by day and week, and for events by week.
"""


def wanted(grain: str, metric: str) -> bool:
    """Whether marks are drawn at all."""
    return (metric, grain) in MARKED


def found(store: Store, scope: Scope, *, by: str, grain: str, metric: str, shown: tuple[str, ...]) -> pl.DataFrame:
    """The changes of level of the shown lines, largest first; columns at `changes.points`.

    All lines are judged, so that a mark means the same on every chart; of items, which may be thousands, those shown.
    """
    ids = [line for line in shown if line != OTHERS]
    asked = replace(scope, interests=tuple(ids)) if by == "item" else scope
    return changes(store, asked, by=by, grain=grain, metric=metric).points.filter(pl.col("id").is_in(ids))


def of_chart(store: Store, scope: Scope, frame: pl.DataFrame, **about: Any) -> pl.DataFrame | None:
    """The marks of the lines in `frame`, counted once; None where none are drawn."""
    if not wanted(about["grain"], about["metric"]):
        return None
    shown = tuple(frame["id"].unique(maintain_order=True))
    return cached.answer(found, store, scope, shown=shown, by=about["by"], grain=about["grain"], metric=about["metric"])


def said(points: pl.DataFrame | None, frame: pl.DataFrame, by: str) -> str:
    """The sentence under the chart."""
    return "" if points is None else marked(points, by=by, lines=frame.filter(pl.col("id") != OTHERS)["id"].n_unique())
