"""Groups of people by what they are interested in: fitted once, named, and the same names when fitted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.migration.halves import Array, checked, halved, hashed, ranked
from analytics.migration.means import Labels, k_means, matched, nearest, settled
from analytics.migration.mixes import MOST, Space, best_alpha, numbered, points, space_of, summed
from analytics.migration.naming import named
from analytics.migration.seasons import without_season
from analytics.migration.stability import SIZES, best_size, some, split, stabilities
from data.errors import InputError

FIT_POINTS = 20_000
"""People's periods that the centroids are fitted on."""
LEAST_VISITS = 6
"""Visits of a person in a period below which the period takes no part, as for drift: three a half."""
SURE = 0.8**2
"""How often the other half has to agree with a member that is called confident: two halves that are each right four
times of five agree so often."""
FOLDS = 5
"""Parts of the people that a fit is made without in turn."""
TENTHS = 10
"""Parts that margins are judged in: a few people each in a small shop, and one step of confidence from the next."""


@dataclass(frozen=True)
class Clusters:
    """A fit: what points are, where the centroids lie, and what the groups are called."""

    space: Space
    ids: tuple[int, ...]
    names: tuple[str, ...]
    centroids: tuple[tuple[float, ...], ...]
    folds: tuple[tuple[tuple[float, ...], ...], ...]
    """The centroids without a part of the people each. Centroids lie where the points they were fitted on are dense, so
    boundaries avoid these points: two halves of a period that took part in the fit agree too often, by one point of
    a hundred among 150 people. Each person's halves are judged by the fit without that person."""
    cut: float
    """The margin from which a member is confident: half of the visits would be enough in four of five cases."""
    seed: int = 0

    @property
    def places(self) -> Array:
        return np.array(self.centroids)

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return asdict(self)


def from_dict(kept: Mapping[str, Any]) -> Clusters:
    """The fit that `as_dict` was made of."""
    space = kept["space"]
    return Clusters(
        Space(tuple(space["interests"]), tuple(space["base"]), float(space["alpha"])),
        tuple(kept["ids"]),
        tuple(kept["names"]),
        _rows(kept["centroids"]),
        tuple(_rows(each) for each in kept["folds"]),
        float(kept["cut"]),
        int(kept["seed"]),
    )


def folds_of(users: npt.ArrayLike) -> Labels:
    """The fold that each person is left out of."""
    return (hashed(users, 5) % np.uint64(FOLDS)).astype(np.int64)


def _rows(matrix: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in matrix)


def group_mixes(clusters: Clusters) -> pl.DataFrame:
    """What each group is interested in, largest share first: group, name, interest, share, base (everybody's share).

    Shares are those of the centroid, which is drawn towards everybody's mix.
    """
    shares = clusters.places**2
    shares /= shares.sum(axis=1, keepdims=True)
    groups, wide = len(clusters.ids), len(clusters.space.interests)
    return pl.DataFrame({
        "group": np.repeat(clusters.ids, wide), "name": [name for name in clusters.names for _ in range(wide)],
        "interest": clusters.space.interests * groups, "share": shares.ravel(), "base": clusters.space.base * groups,
    }).sort(["group", "share"], descending=[False, True])  # fmt: skip


def fit(
    visits: pl.DataFrame,
    *,
    k: int | None = None,
    at: str = "period",
    population: pl.DataFrame | None = None,
    names: Mapping[str, str] | None = None,
    earlier: Clusters | None = None,
    most: int = MOST,
    least: int = LEAST_VISITS,
    seed: int = 0,
) -> Clusters:
    """Groups of people's mixes over all periods together, from rows of user, visit, period, interest, n.

    A point is the mix of one person in one period (`at`: another column, such as the age of a cohort) with at
    least `least` visits: without the season (`without_season`), drawn towards everybody's (`mixes.points`), as square
    roots. Groups are k-means of these. k is the one that `stabilities` finds best where it is not given.
    With an `earlier` fit its space is kept, and its ids and names where a group is the same (`_kept`).
    """
    rows = checked(visits, at)
    if rows.is_empty():
        raise InputError("There are no visits to group people by. Widen the dates, or take filters away.")
    everybody = rows if population is None else checked(population)
    space = earlier.space if earlier else space_of(everybody, most)
    rows = without_season(numbered(rows, space), space, numbered(everybody, space))
    rows = busy(rows, at, least)
    times = rows.select("user", at).n_unique()
    if times < 2 * max(SIZES):
        raise InputError(
            f"Only {times} times a person made {least} visits in a period; groups need {2 * max(SIZES)}. "
            "Choose longer periods or a longer stretch."
        )
    if not earlier:
        space = replace(space, alpha=best_alpha(rows, space, at))
    keys, sums = summed(some(rows, at, FIT_POINTS), ["user", at], space)
    k = k or (len(earlier.ids) if earlier else best_size(stabilities(rows, space, at, seed=seed)))
    found = points(sums, space)
    centroids = k_means(found, k, seed=seed)
    called = named(_members(sums, nearest(found, centroids)[0], k), space.interests, space.mix, names or {})
    ids = tuple(range(1, k + 1))
    if earlier:
        ids, called = _kept(centroids, called, earlier)
    order = np.argsort(ids)
    return Clusters(
        space,
        tuple(ids[i] for i in order),
        tuple(called[i] for i in order),
        _rows(centroids[order]),
        tuple(_rows(_left_out(found, keys["user"], centroids, fold)[order]) for fold in range(FOLDS)),
        _cut(rows, space, centroids, at),
        seed,
    )


def busy(rows: pl.DataFrame, at: str, least: int) -> pl.DataFrame:
    """The rows of people's periods with at least `least` visits."""
    kept = ranked(rows, at).filter(pl.col("visits") >= least).select("user", at).unique()
    return rows.join(kept, on=["user", at], how="semi")


def _members(sums: Array, label: Labels, k: int) -> Array:
    """The mix of each group's members together, each person's period counting once."""
    belongs = np.zeros((k, len(sums)))
    belongs[label, np.arange(len(sums))] = 1
    mixes = belongs @ (sums / sums.sum(axis=1, keepdims=True))
    return cast(Array, mixes / np.maximum(mixes.sum(axis=1, keepdims=True), 1e-9))


def _left_out(found: Array, users: pl.Series, centroids: Array, fold: int) -> Array:
    """The centroids, settled anew without the people of one fold."""
    kept = found[folds_of(users.to_numpy()) != fold]
    return settled(kept, centroids)[0] if len(kept) else centroids


def _cut(rows: pl.DataFrame, space: Space, centroids: Array, at: str) -> float:
    """The margin of half A from which up half B agrees often enough in every tenth of people; infinite for none."""
    first, second = split(halved(some(rows, at, FIT_POINTS), at), space, at)
    label, margin = nearest(first, centroids)
    order = np.argsort(-margin, kind="stable")
    same, margin = (label == nearest(second, centroids)[0])[order], margin[order]
    cut = float("inf")
    for tenth in np.array_split(np.arange(len(order)), TENTHS):
        if same[tenth].mean() < SURE:
            break
        cut = float(margin[tenth[-1]])
    return cut


def _kept(centroids: Array, called: Sequence[str], earlier: Clusters) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Ids and names of a new fit, those of the earlier one where a group is the same.

    Centroids are paired so that the sum of distances is smallest. A pair is the same group where they lie nearer to
    each other than half the way from the earlier one to its next neighbour; any other group gets a new id and name.
    """
    before = earlier.places
    partner = matched(centroids, before)
    ids, names = [], []
    fresh = max(earlier.ids) + 1
    gaps = np.sqrt(((before[:, None] - before[None]) ** 2).sum(axis=2)) + np.diag(np.full(len(before), np.inf))
    for g, other in enumerate(partner):
        away = centroids[g] - before[other]
        if other >= 0 and np.sqrt((away**2).sum()) < gaps[other].min() / 2:
            ids.append(earlier.ids[other])
            names.append(earlier.names[other])
        else:
            ids.append(fresh)
            names.append(f"{called[g]} (new)" if called[g] in earlier.names else called[g])
            fresh += 1
    return tuple(ids), tuple(names)
