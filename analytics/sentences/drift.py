"""What a drift says: whether the mix changed, which interests went up and down, and why; how many people moved."""

from __future__ import annotations

import polars as pl

from analytics.drift.found import Found
from analytics.drift.interests import CHANGED, DOWN, UNKNOWN, UP
from analytics.drift.movers import Movers
from analytics.drift.parts import PARTS
from analytics.sentences.words import day, listed, noun

MOST = 3
"""Interests named on each side."""
CAUSES = {
    "mix": "other people came", "behaviour": "the same people turned to other things",
    "catalogue": "items came or went",
}  # fmt: skip
MAIN = 0.6
"""The part of all that moved from which on one cause is called the main one."""


def verdict(found: Found, *, by: str) -> str:
    """The sentence on the mix as a whole and its interests."""
    drift = found.drift
    span = f"From {_span(found.before)} to {_span(found.after)}"
    if drift.verdict == UNKNOWN:
        return f"{span}, there is not enough data to say whether interest changed: {drift.reason}."
    assert drift.p is not None
    p, beyond = drift.p, " beyond the season" if drift.seasonal else ""
    tested = drift.interests.filter(pl.col("p").is_not_null())
    if drift.verdict != CHANGED:
        return (
            f"{span}, no clear change{beyond} in the mix of {tested.height} {noun(by, tested.height)} "
            f"({p_text(p)}): the differences can be chance."
        )
    moved = drift.interests.filter(pl.col("verdict").is_in([UP, DOWN]))
    opening = f"{span}, interest changed{beyond} ({p_text(p)})"
    if moved.is_empty():
        return f"{opening}, but no single one of {tested.height} {noun(by, tested.height)} stands out."
    sides = [_side(moved.filter(pl.col("verdict") == way), way) for way in (UP, DOWN)]
    count = f"{moved.height} of {tested.height} {noun(by, tested.height)} moved"
    return " ".join([f"{opening}: {count}.", *(f"{side}." for side in sides if side), why(moved)]).rstrip()


def why(moved: pl.DataFrame) -> str:
    """Which of the parts carries most of what the clear interests moved by beyond the season; '' where none did."""
    totals = {part: float(moved[part].abs().sum()) for part in PARTS if part != "season"}
    whole = sum(totals.values())
    if not whole:
        return ""
    largest = max(totals, key=lambda part: totals[part])
    if totals[largest] >= MAIN * whole:
        return f"The main reason: {CAUSES[largest]} ({totals[largest] / whole:.0%} of it).".replace("%", " %")
    two = sorted(totals, key=lambda part: -totals[part])[:2]
    said = [f"{CAUSES[part]} ({totals[part] / whole:.0%})".replace("%", " %") for part in two]
    return f"No single reason: mostly {listed(said)}."


def people(moved: Movers) -> str:
    """How many people could be judged, how many clearly moved, and how many are believed to have."""
    if not moved.tested:
        return (
            f"Nobody can be judged: {moved.not_enough:,} people came, none with 20 events and 6 visits in both windows."
            " Choose longer windows, or look at segments."
        )
    base = f"{moved.tested:,} people can be judged"
    rest = f" ({moved.not_enough:,} have too few events or visits)" if moved.not_enough else ""
    share = ""
    if moved.share is not None and moved.share.low > 0:
        share = (
            f" About {moved.share.share:.0%} of them changed somewhat ({moved.share.low:.0%} to "
            f"{moved.share.high:.0%})".replace("%", " %")
            + ", though not each can be named."
        )
    if not moved.drifted:
        return f"{base}{rest}: of none is it sure enough that interest moved.{share}"
    most = _commonest(moved.people)
    return (
        f"{base}{rest}: of {moved.drifted:,} it is clear that interest moved, with about {moved.level:.0%} of them "
        f"named by mistake.".replace("%", " %")
        + f"{share}{most}"
    )


def _commonest(people: pl.DataFrame) -> str:
    pairs = (
        people.drop_nulls("to")
        .group_by("from_name", "to_name")
        .agg(n=pl.len())
        .sort("n", "from_name", "to_name", descending=[True, False, False])
    )
    if pairs.is_empty() or pairs["n"][0] < 2:
        return ""
    row = pairs.row(0, named=True)
    return f" Most often from '{row['from_name']}' to '{row['to_name']}' ({row['n']:,})."


def _side(side: pl.DataFrame, way: str) -> str:
    if side.is_empty():
        return ""
    named = side.sort(pl.col("beyond").abs(), descending=True).head(MOST)
    parts = [f"'{name}' {_points(beyond)}" for name, beyond in named.select("name", "beyond").iter_rows()]
    more = side.height - named.height
    rest = [f"{more} more"] if more else []
    return f"{'Up' if way == UP else 'Down'}: {listed([*parts, *rest])}"


def _points(change: float) -> str:
    """A change of a share in points.

    >>> _points(0.0312), _points(-0.0004)
    ('+3.1 points', '-0.04 points')
    """
    return f"{change * 100:+.2f} points" if abs(change) < 0.001 else f"{change * 100:+.1f} points"


def p_text(p: float) -> str:
    """A p-value as it is said.

    >>> p_text(0.0002), p_text(0.0414), p_text(0.61)
    ('p < 0.001', 'p = 0.041', 'p = 0.61')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _span(window: object) -> str:
    start, end = window.start, window.end  # type: ignore[attr-defined]
    return f"{day(start, year=start.year != end.year)} - {day(end)}"
