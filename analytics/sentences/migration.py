"""How many people really moved between groups of interest, in a sentence."""

from __future__ import annotations

from datetime import date

import polars as pl

from analytics.migration.clusters import LEAST_VISITS
from analytics.migration.flows import LEAST_USERS, MOVED
from analytics.periods import label
from analytics.sentences.words import listed, percent

MOST = 3
"""Flows that are named."""


def step(before: date | int, after: date | int, grain: str) -> str:
    """From where to where a step leads: two periods, or two ages.

    >>> step(date(2011, 1, 1), date(2011, 4, 1), "quarter"), step(0, 1, "month")
    ('Q1 2011 to Q2 2011', 'month 0 to month 1')
    """
    return " to ".join(label(each, grain) if isinstance(each, date) else f"{grain} {each}" for each in (before, after))


def moved_between(summary: pl.DataFrame, grain: str = "quarter") -> str:
    """The latest step that can be judged: the excess first, then what it looks like and what chance alone makes."""
    judged = summary.filter(pl.col("excess").is_not_null())
    if judged.is_empty():
        return _too_few(summary, grain)
    row = judged.row(-1, named=True)
    excess = f"{row['excess'] * 100:+.1f} points ({row['low'] * 100:+.1f} to {row['high'] * 100:+.1f})"
    way = f"From {step(row['period_before'], row['period_after'], grain)}"
    if row["verdict"] == MOVED:
        opening = f"{way} people clearly moved between groups of interest: {excess} beyond chance."
    else:
        opening = f"{way} no clear move between groups of interest: {excess} beyond chance."
    look = f"{percent(row['apparent'])} of {row['users']:,} people seem to be in another group"
    floor = f"two halves of one person's visits already differ in {row['floor'] * 100:.1f} % within the same {grain}"
    more = ""
    if judged.height > 1:
        clear = judged.filter(pl.col("verdict") == MOVED).height
        more = f" Of {judged.height} steps that can be judged, {clear} {'is' if clear == 1 else 'are'} clear."
    return f"{opening} {look}; but {floor}, and in {row['across'] * 100:.1f} % across both.{more}"


def _too_few(summary: pl.DataFrame, grain: str) -> str:
    most = max(summary["users"].to_list(), default=0)
    longer = "" if grain == "quarter" else " Choose longer periods."
    return (
        f"Too few people came in two periods in a row for their moves to be told from chance: at most {most} made "
        f"{LEAST_VISITS} visits in both, and {LEAST_USERS} are needed.{longer}"
    )


def clear_flows(flows: pl.DataFrame) -> str:
    """Which moves of one step are larger or smaller than chance makes them."""
    clear = flows.filter("clear").sort(pl.col("excess").abs(), descending=True)
    if clear.is_empty():
        return "No single move from one group to another is clearly larger than chance makes it."
    named = [
        f"from '{row['from_name']}' to '{row['to_name']}' ({row['excess'] * 100:+.1f} points)"
        for row in clear.head(MOST).iter_rows(named=True)
    ]
    more = [f"{clear.height - MOST} more"] if clear.height > MOST else []
    return f"Beyond chance people went {listed([*named, *more])}."
