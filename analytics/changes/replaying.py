"""What a rule would have reported, and when: history told over again, period by period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from data.errors import InputError

Rule = Callable[[pl.DataFrame], pl.DataFrame]
"""From a history up to some period to what it finds there: id, at, and whatever else."""
RECENT = 13
"""Periods back from the newest in which a change is still news: small ones take weeks to become clear."""
SAME = 4
"""Periods within which two findings of one line are one: a place is set right as more is seen."""


def replay(
    rule: Rule,
    history: pl.DataFrame,
    *,
    first: date | None = None,
    last: date | None = None,
    recent: int = RECENT,
    same: int = SAME,
) -> pl.DataFrame:
    """Every report that `rule` would have made over a history (id, start, ...), each when it was first made.

    For every period from `first` to `last` (all, unless given) the rule sees the rows up to that period alone. What it
    finds is reported when its `at` is among the `recent` newest periods, and no earlier finding of that line lies
    within `same` periods of it: what lasts, or wanders as more is seen, is one report, and what was no longer recent
    when it was first found is none. A period at which the rule raises InputError (too little history, mostly) has no
    reports.
    Columns: reported (the newest period seen), waited (periods from `at` to it; 0: in the very period), then the
    rule's own, as they were at that time. In order of time.
    """
    starts = history["start"].unique().sort()
    place = {start: number for number, start in enumerate(starts)}
    known: dict[object, set[int]] = {}
    reports: list[pl.DataFrame] = []
    ordered = history.sort("start", maintain_order=True)
    for newest, start in enumerate(starts):
        if (first is not None and start < first) or (last is not None and start > last):
            continue
        seen = ordered[: ordered["start"].search_sorted(start, side="right")]
        try:
            found = rule(seen)
        except InputError:
            continue
        ages = [newest - place[at] for at in found["at"]]
        fresh = []
        for row, (line, age) in enumerate(zip(found["id"], ages, strict=True)):
            places = known.setdefault(line, set())
            is_new = all(abs(newest - age - other) > same for other in places)
            places.add(newest - age)
            if is_new and age < recent:
                fresh.append(row)
        own = [name for name in found.columns if name not in ("reported", "waited")]
        told = found[fresh].with_columns(
            pl.lit(start).alias("reported"), pl.Series("waited", [ages[row] for row in fresh], dtype=pl.Int64)
        )
        reports.append(told.select("reported", "waited", *own))
    if not reports:
        return pl.DataFrame(schema={"reported": pl.Date, "waited": pl.Int64, "id": pl.Utf8, "at": pl.Date})
    return pl.concat(reports)


def delays(reports: pl.DataFrame, truth: pl.DataFrame, history: pl.DataFrame, *, within: int = SAME) -> pl.DataFrame:
    """How many periods after each true change (id, at) it was first reported: + delay (0: in its own period).

    The first report of that line, at or after the change, that places it within `within` periods of the truth;
    null where there was none.
    """
    starts = history.select(pl.col("start").unique().sort()).with_row_index("place")
    placed = starts.select("start", pl.col("place").cast(pl.Int64))
    told = reports.select("id", "reported", told="at")
    for column in ("reported", "told"):
        told = told.join(placed.rename({"start": column, "place": f"{column}_place"}), on=column, how="left")
    joined = truth.with_row_index("truth").join(placed.rename({"start": "at"}), on="at", how="left")
    hits = joined.join(told, on="id", how="inner").filter(
        (pl.col("reported_place") >= pl.col("place"))
        & ((pl.col("told_place") - pl.col("place")).abs() <= within)
    )  # fmt: skip
    first = hits.group_by("truth").agg(delay=(pl.col("reported_place") - pl.col("place")).min())
    return joined.join(first, on="truth", how="left", maintain_order="left").drop("truth", "place")
