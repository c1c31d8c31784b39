"""Visits parted at random into halves, the same halves every time: what the noise of a mix is measured with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from data.errors import InputError

Array = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
VISIT_COLUMNS = ("user", "visit", "period", "interest", "n")
HALVES = "AB"
GOLDEN = 0x9E3779B97F4A7C15


def hashed(values: npt.ArrayLike, salt: int = 0) -> Hashes:
    """A number for every whole number that looks drawn at random and is the same on every machine (splitmix64).

    polars' own hash may change between versions, and with it who belongs to which half.
    """
    with np.errstate(over="ignore"):
        mixed = np.asarray(values).astype(np.int64).astype(np.uint64) + np.uint64(salt + 1) * np.uint64(GOLDEN)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def checked(visits: pl.DataFrame, *more: str) -> pl.DataFrame:
    """The frame, if it is one of visits: user and visit whole numbers, period, interest, n above 0."""
    for name in (*VISIT_COLUMNS, *more):
        if name not in visits.columns:
            raise InputError(f"A frame of visits needs the column `{name}`, found {', '.join(visits.columns)}. Add it.")
    for name in ("user", "visit"):
        if not visits.schema[name].is_integer():
            raise InputError(
                f"The column `{name}` of a frame of visits has to hold whole numbers, found {visits.schema[name]}. "
                "Number them first."
            )
    return visits.filter(pl.col("n") > 0)


def ranked(visits: pl.DataFrame, at: str, salt: int = 0) -> pl.DataFrame:
    """Every visit once, with its place in a random order of the user's visits of that period: user, `at`, visit,
    place (0 first), visits (how many there are)."""
    found = visits.select("user", at, "visit").unique()
    key = hashed(hashed(found["user"].to_numpy()) ^ hashed(found["visit"].to_numpy(), 1), 2 + salt)
    found = found.with_columns(place=pl.Series(key)).with_columns(
        place=pl.col("place").rank("ordinal").over("user", at).cast(pl.Int64) - 1,
        visits=pl.len().over("user", at).cast(pl.Int64),
    )
    return found.sort("user", at, "place")


def halved(visits: pl.DataFrame, at: str = "period", *, equal: bool = False, salt: int = 0) -> pl.DataFrame:
    """The rows of `visits` with their half: A or B, each of equally many visits of a user in a period.

    With `equal`, all halves of a user hold equally many visits, as many as the period with the fewest allows: of
    people who come more often in one period, the mix of that period is less noisy, and two halves of unequal
    noise disagree more often than two of the same. An odd visit is left out.
    Another `salt` parts them anew.
    """
    found = ranked(visits, at, salt)
    kept = pl.col("visits").min().over("user") if equal else pl.col("visits")
    found = found.filter(pl.col("place") < kept // 2 * 2)
    half = pl.when(pl.col("place") % 2 == 0).then(pl.lit("A")).otherwise(pl.lit("B"))
    return visits.join(found.select("user", at, "visit", half=half), on=["user", at, "visit"], how="inner")
