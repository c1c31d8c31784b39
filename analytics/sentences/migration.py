"""How many people really moved between groups of interest, in a sentence."""

from __future__ import annotations

import polars as pl

from analytics.sentences.words import percent


def moved_between(summary: pl.DataFrame) -> str:
    """The latest step that can be judged: what it looks like, what chance alone makes of it, and the excess."""
    judged = summary.filter(pl.col("excess").is_not_null())
    if judged.is_empty():
        return "Too few people came in two periods in a row for their moves to be told from chance."
    row = judged.row(-1, named=True)
    look = (
        f"From {row['period_before']} to {row['period_after']}, {percent(row['apparent'])} of {row['users']:,} people"
    )
    floor = f"changed their group, and {percent(row['floor'])} would by chance alone"
    excess = f"{row['excess'] * 100:+.1f} points ({row['low'] * 100:+.1f} to {row['high'] * 100:+.1f})"
    said = "so they clearly moved" if row["verdict"] == "moved" else "so no clear move"
    return f"{look} {floor}: {said}, {excess} beyond it."
