"""How many groups people fall into: as many as are found again in other visits of the same people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from analytics.migration.halves import Array, halved, hashed
from analytics.migration.means import k_means, matched, nearest
from analytics.migration.mixes import Space, points, summed

SIZES = range(3, 11)
"""Numbers of groups that are tried: fewer say nothing, and more than ten bands of a chart cannot be told apart."""
SPLITS = 3
"""Times that visits are halved to try a number of groups: where fits differ, one time may be luck."""
CHOICE_POINTS = 3_000
"""People's periods that each number of groups is tried on."""


class Stability(NamedTuple):
    """How well a number of groups can be found twice."""

    k: int
    agreement: float
    """Of two fits on two halves of the visits, corrected for chance: 1 = the same groups, 0 = any."""
    error: float


def some(rows: pl.DataFrame, at: str, most: int) -> pl.DataFrame:
    """The rows of so many people, chosen by a stable hash, that their periods are `most` at the highest."""
    people = rows.select("user", at).unique()["user"].value_counts().sort("user")
    people = people.with_columns(place=pl.Series(hashed(people["user"].to_numpy(), 7))).sort("place")
    return rows.join(people.filter(pl.col("count").cum_sum() <= most), on="user", how="semi")


def stabilities(
    rows: pl.DataFrame, space: Space, at: str, *, sizes: Sequence[int] = SIZES, seed: int = 0
) -> list[Stability]:
    """For each number of groups, whether two halves of the visits give the same groups and the same members.

    Groups are fitted on the mixes of halves A and, anew, on those of halves B, and paired by their centroids
    (Hungarian method). agreement = (a - e) / (1 - e): a the share of points whose two halves fall into paired
    groups, each by its own fit; e what their sizes alone would give (Cohen's kappa). error: its standard error,
    with people as units.
    """
    kept = some(rows, at, CHOICE_POINTS)
    people = kept["user"].n_unique()
    splits = [split(halved(kept, at, salt=salt), space, at) for salt in range(SPLITS)]
    answer = []
    for k in sizes:
        found = np.array([_agreement(first, second, k, seed + n) for n, (first, second) in enumerate(splits)])
        same, chance = found.mean(axis=0)
        error = np.sqrt(same * (1 - same) / people) / (1 - chance)
        answer.append(Stability(k, float((same - chance) / (1 - chance)), float(error)))
    return answer


def split(rows: pl.DataFrame, space: Space, at: str) -> tuple[Array, Array]:
    """The points of halves A and of halves B, people's periods in the same order."""
    keys, sums = summed(rows, ["user", at, "half"], space)
    found = points(sums, space)
    return found[(keys["half"] == "A").to_numpy()], found[(keys["half"] == "B").to_numpy()]


def _agreement(first: Array, second: Array, k: int, seed: int) -> tuple[float, float]:
    """How often two halves fall into paired groups, each by its own fit, and how often they would by chance."""
    ours, theirs = (k_means(side, k, seed=seed, restarts=4) for side in (first, second))
    a, b = nearest(first, ours)[0], matched(theirs, ours)[nearest(second, theirs)[0]]
    sizes = [np.bincount(label, minlength=k) / len(label) for label in (a, b)]
    return float((a == b).mean()), float(sizes[0] @ sizes[1])


def best_size(found: Sequence[Stability]) -> int:
    """The largest number of groups whose agreement lies within one standard error of the best."""
    best = max(found, key=lambda each: each.agreement)
    return max(each.k for each in found if each.agreement >= best.agreement - best.error)
