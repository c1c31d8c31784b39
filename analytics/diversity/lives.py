"""Interests that are born in people, and interests that die in people who still come."""

from __future__ import annotations

from datetime import date

import polars as pl

from analytics.significance import LEVEL
from data.errors import InputError

LIFE_SCHEMA = {
    "interest": pl.Utf8, "users": pl.Int64, "births": pl.Int64, "clear_births": pl.Int64, "deaths": pl.Int64,
    "gone": pl.Int64, "judged": pl.Int64, "by_chance": pl.Float64,
}  # fmt: skip
GAPS = 3
"""Mean gaps without a visit after which an interest counts as dead."""
RETURNS = 2
"""Visits after the first one that make an interest of a first look."""


def lives(visits: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Births and deaths of each interest from `first` to `last`, in a frame [user, day, interest] of the whole log.

    users: people who had the interest by `last`.
    births: it was first seen in these days, in somebody who had come before without it, and was seen on at least two
    later days. clear_births: of them, those in which it had been absent for so long before (see below).
    deaths: seen on k >= 3 days over T days, then absent for A > 3 of the user's own mean gaps T / (k - 1) with
    p = (T / (T + A))^(k - 1) < .05, while the user still came. p is the chance of so long an absence if the user's
    visits to it were a Poisson process, whose rate is not known but seen on k days only: with a rate known for
    certain it would be exp(-A (k - 1) / T). A death has the date on which it became sure; a return undoes it.
    gone: the same in people who never came again, to anything: they left, the interest did not die.
    judged: lives that could have died or be clearly born (k >= 3) by `last`; by_chance: 5 % of them, as many as would
    count as dead on `last` if nobody's interest ever died. Deaths of some days are a part of those of the whole log.
    """
    if missing := [name for name in ("user", "day", "interest") if name not in visits.columns]:
        raise InputError(
            f"Births and deaths need the columns user, day and interest, and {', '.join(missing)} is missing. Rename "
            "the columns."
        )
    if first > last:
        raise InputError(f"The days are the wrong way round: {first} to {last}. Swap them.")
    seen = visits.select("user", "day", "interest").drop_nulls().unique().filter(pl.col("day") <= last)
    users = seen.group_by("user").agg(came=pl.col("day").min(), left=pl.col("day").max())
    each = seen.group_by("user", "interest").agg(born=pl.col("day").min(), ended=pl.col("day").max(), k=pl.len())
    return _summed(each.join(users, on="user"), first, last)


def _summed(each: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Every life judged, and summed per interest."""
    span = (pl.col("ended") - pl.col("born")).dt.total_days().cast(pl.Float64)
    times = (pl.col("k").cast(pl.Float64) - 1).clip(1)
    # The shortest absence with p < .05, and above 3 mean gaps: T / (T + A) = .05^(1 / (k - 1)).
    needed = pl.max_horizontal(span * (LEVEL ** (-1 / times) - 1), GAPS * span / times)
    judged = (pl.col("k") > RETURNS) & (span > 0)
    # Sure from the first whole day beyond it.
    sure = pl.col("ended") + pl.duration(days=needed.floor().cast(pl.Int64) + 1)
    lead = (pl.col("born") - pl.col("came")).dt.total_days()
    dead = judged & (sure <= last) & (sure >= first)
    is_born = (pl.col("born") >= first) & (pl.col("came") < pl.col("born")) & (pl.col("k") > RETURNS)
    still = pl.col("left") > pl.col("ended")
    found = each.with_columns(
        is_judged=judged, is_born=is_born, is_clear=is_born & judged & (lead > needed), dies=dead & still,
        leaves=dead & ~still,
    )  # fmt: skip
    summed = found.group_by("interest").agg(
        users=pl.len(), births=pl.col("is_born").sum(), clear_births=pl.col("is_clear").sum(),
        deaths=pl.col("dies").sum(), gone=pl.col("leaves").sum(), judged=pl.col("is_judged").sum(),
    )  # fmt: skip
    summed = summed.with_columns(by_chance=LEVEL * pl.col("judged"))
    return summed.sort("interest").select(pl.col(name).cast(kind) for name, kind in LIFE_SCHEMA.items())
