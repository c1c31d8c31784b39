"""How long interest lasts, in sentences."""

from __future__ import annotations

from typing import Any

import polars as pl

from analytics.sentences.words import listed

MOST = 3
"""Interests that are named on each side."""
SPANS = ((7, "a week"), (14, "two weeks"), (28, "four weeks"), (56, "eight weeks"), (90, "three months"),
         (180, "half a year"), (365, "a year"))  # fmt: skip
FOREVER = float("inf")


def span(days: float) -> str:
    """A half-life of the grid in words.

    >>> span(180.0), span(45.0)
    ('half a year', '45 days')
    """
    return dict(SPANS).get(round(days), f"{days:.0f} days")


def lasts(curve: pl.DataFrame) -> str:
    """After how long an event counts half, and how sure that is, from `halflife.half_life`."""
    best: float = curve.filter("best")["half_life"][0]
    close = curve.filter("close")["half_life"].sort().to_list()
    users, cuts = curve["users"][0], curve["cuts"][0]
    ground = f"Told by what {users:,} people did in the next four weeks, at {cuts} {'dates' if cuts > 1 else 'date'}."
    if best == FOREVER:
        opening = "What people looked at long ago says as much about what comes next as what they look at today."
    else:
        opening = (
            f"What people looked at {span(best)} ago says half as much about what comes next as what they look at "
            f"today."
        )
    return f"{opening} {_beside(best, close)} {ground}"


def _beside(best: float, close: list[float]) -> str:
    if len(close) < 2:
        return "Every other half-life that was tried foretells clearly worse."
    shortest, longest = close[0], close[-1]
    upper = "never forgetting" if longest == FOREVER else span(longest)
    return f"Anything from {span(shortest)} to {upper} foretells about as well."


def stays(fit: pl.DataFrame) -> str:
    """What of a person's own interests stays, and how fast the rest fades, from `halflife.persistence`."""
    row: dict[str, Any] = fit.row(0, named=True)
    stable = f"{row['stable'] * 100:.0f} % ({row['stable_low'] * 100:.0f} to {row['stable_high'] * 100:.0f})"
    if row["half_life"] is None:
        return f"What sets a person apart from the others does not fade within this log, in {row['users']:,} people."
    fading = f"the rest halves in {row['half_life']:.0f} days"
    if row["half_life_low"] is not None and row["half_life_high"] is not None:
        fading += f" ({row['half_life_low']:.0f} to {row['half_life_high']:.0f})"
    return f"Of what sets a person apart from the others, {stable} does not fade within this log; {fading}."


def by_interest(lines: pl.DataFrame, usual: float) -> str:
    """Which interests last shorter or longer than `usual`, the shop's half-life, from `halflife.line_half_lives`; ''
    where that can be said of none."""
    told = lines.filter(pl.col("source") == "own")
    quick = told.filter(pl.col("own_high") < usual, pl.col("half_life") < usual)["name"].to_list()
    slow = told.filter(pl.col("own_low") > usual, pl.col("half_life") > usual)["name"].to_list()
    parts = [f"{word} for {_named(side)}" for word, side in (("shorter", quick), ("longer", slow)) if side]
    return f"It seems to be {' and '.join(parts)}." if parts else ""


def _named(side: list[str]) -> str:
    more = [f"{len(side) - MOST} more"] if len(side) > MOST else []
    return listed([*(f"'{name}'" for name in side[:MOST]), *more])
