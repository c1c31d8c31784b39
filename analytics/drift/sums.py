"""From visits to what the test of one person reads: sums that add up over days and come from two GROUP BYs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.drift.deals import Visits
from analytics.drift.moments import POWERS, Sums
from data.errors import InputError

SIDES = ("before", "after")
POWER_NAMES = ("visits", "events", "squares", "cubes", "fourths")
"""The sum over a window's visits of n^0, n^1, ... n^4, with n the events of a visit."""
PEOPLE_COLUMNS = ("user", *(f"{name}_{side}" for side in SIDES for name in POWER_NAMES))
LINE_COLUMNS = ("user", "interest", *SIDES, *(f"squares_{side}" for side in SIDES))
VISIT_COLUMNS = ("user", "visit", "interest", "n")
ROW_COLUMNS = ("is_after", *VISIT_COLUMNS)


@dataclass(frozen=True)
class Block:
    """Some users, all that is known of them in two windows."""

    people: pl.DataFrame
    """One row a user: PEOPLE_COLUMNS."""
    lines: pl.DataFrame
    """One row a user and interest, LINE_COLUMNS: events of both windows, and the sums over visits of their squares.
    Users with too little data may have none."""
    visits: Callable[[pl.Series], pl.DataFrame] | None = None
    """From users to their visits: ROW_COLUMNS, is_after telling the window and n above 0. None where only sums are
    known."""


def summed(before: pl.DataFrame, after: pl.DataFrame) -> Block:
    """The visits of two windows, [user, visit, interest, n] each, as a block. A visit is told by user and visit."""
    for name, frame in zip(SIDES, (before, after), strict=True):
        missing = [column for column in VISIT_COLUMNS if column not in frame.columns]
        if missing:
            raise InputError(
                f"The frame `{name}` has no column {', '.join(missing)}, found {', '.join(frame.columns)}. Give it "
                f"{', '.join(VISIT_COLUMNS)}."
            )
    rows = pl.concat(
        [
            frame.select(pl.col(VISIT_COLUMNS), pl.lit(is_after).alias("is_after"))
            for is_after, frame in enumerate((before, after))
        ],
        how="vertical_relaxed",
    ).filter(pl.col("n") > 0)
    keys = ("user", "is_after", "visit", "interest")
    rows = rows.group_by(keys).agg(pl.col("n").sum().cast(pl.Int64)).with_columns(pl.col("is_after").cast(pl.Boolean))
    return Block(*sums_of(rows), lambda users: rows.filter(pl.col("user").is_in(users.implode())))


def sums_of(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People and lines of a block from its visits, one row a visit and interest: ROW_COLUMNS."""
    visits = rows.group_by("user", "is_after", "visit").agg(pl.col("n").sum())

    def of(side: str, value: pl.Expr) -> pl.Expr:
        return value.filter(pl.col("is_after") if side == "after" else ~pl.col("is_after")).sum()

    people = visits.group_by("user").agg(
        of(side, pl.col("n") ** power).cast(pl.Int64).alias(f"{name}_{side}")
        for side in SIDES
        for power, name in enumerate(POWER_NAMES)
    )
    lines = rows.group_by("user", "interest").agg(
        *(of(side, pl.col("n")).alias(side) for side in SIDES),
        *(of(side, pl.col("n") ** 2).cast(pl.Int64).alias(f"squares_{side}") for side in SIDES),
    )
    return people.select(PEOPLE_COLUMNS).sort("user"), lines.select(LINE_COLUMNS).sort("user", "interest")


def arrays(people: pl.DataFrame, lines: pl.DataFrame) -> Sums:
    """The frames as arrays. Both are sorted by user and hold the same users; every line has an event."""
    lengths = lines.select(pl.col("user").rle().struct.field("len"))["len"].to_numpy()
    if len(lengths) != len(people):
        raise InputError(
            f"People and lines have to hold the same users, found {len(people)} and {len(lengths)}. Give every judged "
            "user a line for each interest."
        )

    def column(name: str) -> np.ndarray:
        return lines[name].to_numpy().astype(float)

    def powers(side: str) -> np.ndarray:
        return np.column_stack(
            [people[f"{name}_{side}"].to_numpy().astype(float) for name in POWER_NAMES[: POWERS + 1]]
        )

    return Sums(
        np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        column("before"), column("after"), column("squares_before"), column("squares_after"),
        powers("before"), powers("after"),
    )  # fmt: skip


def visit_arrays(rows: pl.DataFrame, lines: pl.DataFrame) -> Visits:
    """The visits of the users of `lines`, which are sorted by user and interest, in that order of users."""
    places = lines.select("user", "interest", line=pl.int_range(pl.len()).over("user"))
    rows = rows.join(places, on=["user", "interest"]).sort("user", "is_after", "visit")
    rows = rows.with_columns(visit=pl.struct("user", "is_after", "visit").rle_id())
    rows = rows.with_columns(pl.col("visit") - pl.col("visit").first().over("user"))
    each = rows.group_by("user", maintain_order=True).agg(
        pl.len(),
        before=pl.col("visit").filter(~pl.col("is_after")).n_unique(),
        after=pl.col("visit").filter("is_after").n_unique(),
    )
    return Visits(
        np.concatenate([[0], np.cumsum(each["len"].to_numpy(), dtype=np.int64)]),
        rows["visit"].to_numpy().astype(np.int64),
        rows["line"].to_numpy().astype(np.int64),
        rows["n"].to_numpy().astype(float),
        each.select("before", "after").to_numpy().astype(np.int64),
    )
