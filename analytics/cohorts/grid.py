"""The cohort grid as a table: for those who read numbers rather than colours, and for narrow screens."""

import polars as pl

from analytics.periods import label


def as_table(frame: pl.DataFrame, *, value: str, grain: str) -> pl.DataFrame:
    """One row per cohort, newest first: cohort, people, then one column per age named by its number.

    `frame` is one of `retention`. Cells that the log reaches only in part are absent, as they would look like a fall.
    """
    cells = frame.filter("complete").sort("age")
    wide = cells.pivot("age", index=["cohort", "size"], values=value).sort("cohort", descending=True)
    names = [label(start, grain) for start in wide["cohort"]]
    return wide.select(
        pl.Series("cohort", names, pl.String), pl.col("size").alias("people"), pl.exclude("cohort", "size")
    )
