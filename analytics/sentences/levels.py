"""Which of the lines on a chart have a new level, in a sentence."""

from __future__ import annotations

import polars as pl

from analytics.sentences.words import day, listed, noun

MOST = 3
"""Changes that are named."""


def marked(points: pl.DataFrame, *, by: str, lines: int) -> str:
    """The latest change of each of the shown lines, newest first; '' where there is none.

    `points`: rows of `changes.points` that are drawn. `lines`: how many lines the chart shows.
    """
    if points.is_empty():
        return ""
    latest = points.sort("at", descending=True).unique("id", keep="first", maintain_order=True)
    named = [_said(row) for row in latest.head(MOST).iter_rows(named=True)]
    more = latest.height - len(named)
    rest = [f"{more} more"] if more else []
    of = f"{latest.height} of the {lines} {noun(by, lines)} shown" if lines > 1 else "the line"
    verb = "have" if lines > 1 and latest.height > 1 else "has"
    return f"Diamonds mark new levels, beyond season, swings and chance: {of} {verb} one, {listed([*named, *rest])}."


def _said(row: dict[str, object]) -> str:
    change = row["change"]
    since = f"since {day(row['at'])}"  # type: ignore[arg-type]
    return f"'{row['name']}' {since}" + ("" if change is None else f" ({change * 100:+.0f} %)")  # type: ignore[operator]
