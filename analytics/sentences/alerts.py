"""What changes of level and sudden rises say."""

from __future__ import annotations

import polars as pl

from analytics.changes.points import Changes
from analytics.sentences.words import day, listed, noun

MOST = 3
"""Findings that are named."""


def levels(found: Changes, *, by: str) -> str:
    """The changes of level, the largest named with their dates."""
    judged = found.lines.filter(pl.col("verdict") != "not enough data").height
    if not judged:
        return f"None of {found.lines.height:,} {noun(by, found.lines.height)} has enough history to be judged."
    of = f"{judged:,} {noun(by, judged)}"
    if found.points.is_empty():
        return f"No clear change of level in {of}: swings and season explain what they did."
    lines = found.points["id"].n_unique()
    named = [_level(row) for row in found.points.head(MOST).iter_rows(named=True)]
    return f"{lines:,} of {of} changed their level: {listed([*named, *_more(found.points.height)])}."


def _level(row: dict[str, object]) -> str:
    change = row["change"]
    size = "new" if change is None else f"{change * 100:+.0f} %"  # type: ignore[operator]
    reach = f"{day(row['earliest'], year=False)} to {day(row['latest'])}"  # type: ignore[arg-type]
    since = day(row["at"])  # type: ignore[arg-type]
    return f"'{row['name']}' {size} since {since}" + ("" if row["earliest"] == row["latest"] else f" ({reach})")


def surges(found: pl.DataFrame, *, by: str, grain: str) -> str:
    """What suddenly took more of the traffic."""
    if found.is_empty():
        return "There is nothing to compare."
    period = f"the {grain} of {day(found['at'][0])}" if grain == "week" else f"{day(found['at'][0])}"
    fired = found.filter("fired").sort("p")
    if fired.is_empty():
        return f"In {period} none of {found.height:,} {noun(by, found.height)} took clearly more of the traffic."
    named = [
        f"'{row['name']}' ({row['found']:,} events where {row['expected']:,.0f} were to be expected)"
        for row in fired.head(MOST).iter_rows(named=True)
    ]
    verb = "takes" if fired.height == 1 else "take"
    return f"In {period} {listed([*named, *_more(fired.height)])} suddenly {verb} more of the traffic."


def _more(count: int) -> list[str]:
    return [f"{count - MOST} more"] if count > MOST else []
