"""What goes together, and how that changed, in a sentence."""

from __future__ import annotations

import polars as pl

from analytics.sentences.words import listed

MOST = 3
"""Pairs that are named."""


def together(rules: pl.DataFrame, q: float) -> str:
    """The pairs that go together beyond chance, the surest lift first."""
    if rules.is_empty():
        return "Nothing clearly goes together beyond what the sizes of baskets explain."
    named = [
        f"'{row['name_a']}' with '{row['name_b']}' ({row['lift']:.1f} times chance, {row['together']:,} baskets)"
        for row in rules.head(MOST).iter_rows(named=True)
    ]
    count = "One pair goes" if rules.height == 1 else f"{rules.height:,} pairs go"
    rate = f"about {q * 100:.0f} % of them by mistake"
    return f"{count} together beyond chance, {rate}: {listed(named)}."


def goes_with(title: str, rules: pl.DataFrame) -> str:
    """What goes with one interest, from the clear rules that hold it with `other`, the surest lift first."""
    if rules.is_empty():
        return f"Nothing clearly goes with '{title}' beyond what the sizes of baskets explain."
    named = [
        f"'{row['other']}' ({row['lift']:.1f} times chance, at least {row['low']:.1f})"
        for row in rules.head(MOST).iter_rows(named=True)
    ]
    tried = rules.filter(pl.col("replicated_lift").is_not_null())
    again = tried.filter(pl.col("replicated_lift") > 1).height
    held = ""
    if tried.height:
        held = f" Of {tried.height:,} that half of the people showed, {again:,} held in the other half."
    count = "one interest does" if rules.height == 1 else f"{rules.height:,} interests do"
    return f"People who take '{title}' also take {listed(named)} more often than chance. In all {count}.{held}"


def changed_together(clear: pl.DataFrame, compared: int) -> str:
    """The pairs whose lift clearly changed."""
    if clear.is_empty():
        return f"No clear change in how {compared:,} pairs go together."
    named = [
        f"'{row['name_a']}' with '{row['name_b']}' {'more' if row['verdict'] == 'up' else 'less'} often"
        f" (lift {row['lift_before']:.1f} to {row['lift_after']:.1f})"
        for row in clear.head(MOST).iter_rows(named=True)
    ]
    return f"{clear.height:,} of {compared:,} pairs changed: {listed(named)}."
