"""Interest mixes as points: drawn towards everybody's mix, on the scale of Hellinger's distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import polars as pl

from analytics.migration.halves import Array, halved

OTHERS = "others"
MOST = 60
"""Interests that are told apart; what is smaller is one together. Distances in more dimensions are mostly noise."""
ALPHAS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
"""Events of everybody's mix that a person's own are mixed with, from hardly any to hardly anything else."""


@dataclass(frozen=True)
class Space:
    """What mixes are measured in."""

    interests: tuple[str, ...]
    """The last is all others as one."""
    base: tuple[float, ...]
    """Everybody's mix over all periods, which mixes are drawn towards."""
    alpha: float = 1.0

    @property
    def mix(self) -> Array:
        return np.array(self.base)


def space_of(population: pl.DataFrame, most: int = MOST) -> Space:
    """The largest interests and everybody's mix, from the columns interest and n."""
    sizes = population.group_by("interest").agg(pl.col("n").sum()).sort(["n", "interest"], descending=[True, False])
    kept, total = sizes.head(most), float(sizes["n"].sum())
    rest = total - float(kept["n"].sum())
    # One event is added where nothing is left over, so that no share is zero.
    shares = np.append(kept["n"].to_numpy().astype(float), max(rest, 1.0))
    return Space((*kept["interest"].cast(pl.Utf8).to_list(), OTHERS), tuple((shares / shares.sum()).tolist()))


def numbered(visits: pl.DataFrame, space: Space) -> pl.DataFrame:
    """The rows with the place of their interest in `space` as k."""
    place = {name: k for k, name in enumerate(space.interests)}
    number = pl.col("interest").cast(pl.Utf8).replace_strict(place, default=len(place) - 1, return_dtype=pl.Int64)
    return visits.with_columns(k=number)


def summed(rows: pl.DataFrame, keys: Sequence[str], space: Space) -> tuple[pl.DataFrame, Array]:
    """The weights w of each combination of `keys`, one row each in their order, interests as columns."""
    found = rows.select(keys).unique().sort(keys).with_row_index("row")
    wide = len(space.interests)
    # In one order, so that the last digit of a sum does not depend on the order of the rows.
    cells = rows.select(*keys, "k", "w").join(found, on=list(keys), how="inner").sort("row", "k", "w")
    places = cells["row"].to_numpy().astype(np.int64) * wide + cells["k"].to_numpy()
    sums = np.bincount(places, cells["w"].to_numpy().astype(float), len(found) * wide)
    return found.drop("row"), cast(Array, sums.reshape(len(found), wide))


def points(weights: Array, space: Space) -> Array:
    """sqrt(p) with p = (w + alpha q) / (sum w + alpha): the Euclidean distance of two is Hellinger's, times sqrt 2."""
    total = weights.sum(axis=1, keepdims=True)
    return cast(Array, np.sqrt((weights + space.alpha * space.mix) / (total + space.alpha)))


def best_alpha(rows: pl.DataFrame, space: Space, at: str) -> float:
    """How much people are drawn to everybody: what predicts one half of their visits from the other best.

    The mean over people and periods of sum_k m_k log p_k, m the mix of half B and p the mix of half A drawn towards
    everybody's by each alpha of the grid.
    """
    keys, sums = summed(halved(rows, at), ["user", at, "half"], space)
    half = keys["half"].to_numpy()
    first, second = sums[half == "A"], sums[half == "B"]
    seen = second / second.sum(axis=1, keepdims=True)
    gains = [float((seen * np.log(points(first, replace(space, alpha=each)) ** 2)).sum(axis=1).mean())
             for each in ALPHAS]  # fmt: skip
    return ALPHAS[int(np.argmax(gains))]
