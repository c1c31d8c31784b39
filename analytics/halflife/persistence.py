"""How much of what sets a person apart is still there some periods later."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.halflife.losses import redrawn
from analytics.migration.halves import Array, checked, halved
from analytics.migration.mixes import MOST, Space, numbered, space_of, summed
from data.errors import InputError

CURVE_SCHEMA = {
    "lag": pl.Int64, "days": pl.Float64, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "fitted": pl.Float64, "users": pl.Int64,
}  # fmt: skip
FIT_SCHEMA = {
    "stable": pl.Float64, "stable_low": pl.Float64, "stable_high": pl.Float64, "half_life": pl.Float64,
    "half_life_low": pl.Float64, "half_life_high": pl.Float64, "users": pl.Int64,
}  # fmt: skip
LEAST_VISITS = 4
"""Visits of a person in a period below which the period takes no part: two a half."""
LEAST_USERS = 50
LEAST_LAGS = 4
"""Lags below which two numbers cannot be fitted to the curve."""
MOST_LAGS = 24
LEAST_PAIRS = 2
"""Pairs of periods that a lag is seen in: one alone would say how these two differ, such as January and December."""
SHORTEST, LONGEST, HALVES = 0.2, 4.0, 80
"""Half-lives that are tried: from a fifth of a period to four times the longest lag, beyond which nothing is seen."""
TINY = 1e-8
"""The least variance of a lag, where all people are alike."""
DRAWS = 500
ENDS = (0.025, 0.975)


class Persistence(NamedTuple):
    """The answers of `persistence`."""

    curve: pl.DataFrame
    fit: pl.DataFrame


class _Period(NamedTuple):
    users: npt.NDArray[np.int64]
    apart: Array
    """What sets each person apart, the mean of both halves: users x interests."""
    kept: Array
    """The product of the two halves: what of it is no noise."""


def persistence(visits: pl.DataFrame, *, days: float = 28.0, most: int = MOST, seed: int = 0) -> Persistence:
    """How what sets people apart lasts over periods of `days` days each, from user, visit, period, interest, n.

    d = a person's mix in a period minus the mean of all people's mixes, for each of two halves A and B of the
    person's visits (at random, at least two visits each). value of a lag l: over people who are there in t and t + l,
    sum of d_t d_(t+l) / sum of (d_tA d_tB + d_(t+l)A d_(t+l)B) / 2, with d_t the mean of both halves. Noise of
    different visits has no product, so it cancels above and below; and above and below stand the same people.
    fit: s + (1 - s) 2^(-l / h) by least squares, each lag weighted by 1 / its variance: stable = s, the part that does
    not fade within the log, half_life = h in days, of the rest; null where nothing fades. low, high: 95 % intervals
    over people (bootstrap).
    curve [lag, days, value, low, high, fitted, users]; fit, one row [stable, stable_low, stable_high, half_life,
    half_life_low, half_life_high, users].
    """
    rows = checked(visits)
    if not rows.schema["period"].is_integer():
        raise InputError(
            f"Periods have to be numbered in equal steps, found {rows.schema['period']}. Number them first."
        )
    space = space_of(rows, most)
    rows = numbered(rows, space).with_columns(w=pl.col("n"))
    rows = rows.filter(pl.col("visit").n_unique().over("user", "period") >= LEAST_VISITS)
    found = _periods(halved(rows), space)
    users = np.unique(np.concatenate([each.users for each in found.values()])) if found else np.zeros(0, dtype=np.int64)
    if len(users) < LEAST_USERS or len(found) <= LEAST_LAGS:
        raise InputError(
            f"How long interest lasts is seen in {LEAST_USERS} people over more than {LEAST_LAGS} periods with "
            f"{LEAST_VISITS} visits each, found {len(users)} people over {len(found)} periods. Choose a longer stretch."
        )
    lags = [lag for lag in range(1, MOST_LAGS + 1) if sum(t + lag in found for t in found) >= LEAST_PAIRS]
    above, below = np.zeros((len(users), len(lags))), np.zeros((len(users), len(lags)))
    people = np.zeros((len(users), len(lags)), dtype=bool)
    for column, lag in enumerate(lags):
        for t in (t for t in found if t + lag in found):
            _add(above[:, column], below[:, column], people[:, column], users, found[t], found[t + lag])
    return _answer(np.array(lags), above, below, people.sum(axis=0), days, seed)


def _periods(rows: pl.DataFrame, space: Space) -> dict[int, _Period]:
    """What sets people apart in each period."""
    found = {}
    for period, part in sorted(rows.partition_by("period", as_dict=True).items()):
        keys, sums = summed(part, ["user", "half"], space)
        mixes = (sums / sums.sum(axis=1, keepdims=True)).reshape(-1, 2, sums.shape[1])
        # Each half is set apart from its own mean: an error of a common one would be in both, and have a product.
        apart = mixes - mixes.mean(axis=0)
        users = keys["user"].to_numpy()[::2].astype(np.int64)
        found[int(period[0])] = _Period(users, apart.mean(axis=1), (apart[:, 0] * apart[:, 1]).sum(axis=1))
    return found


def _add(
    above: Array,
    below: Array,
    people: npt.NDArray[np.bool_],
    users: npt.NDArray[np.int64],
    first: _Period,
    then: _Period,
) -> None:
    """Add the products of people who are there in both periods."""
    both, a, b = np.intersect1d(first.users, then.users, assume_unique=True, return_indices=True)
    place = np.searchsorted(users, both)
    above[place] += (first.apart[a] * then.apart[b]).sum(axis=1)
    below[place] += (first.kept[a] + then.kept[b]) / 2
    people[place] = True


def _answer(
    lags: npt.NDArray[np.int64], above: Array, below: Array, people: npt.NDArray[np.int64], days: float, seed: int
) -> Persistence:
    """Curve and fit of everybody, and of people drawn again for the intervals."""
    drawn = redrawn(np.column_stack([above, below]), DRAWS, seed)
    # Where what halves have in common may be nothing, it cannot be divided by.
    shared = np.quantile(drawn[:, len(lags) :], ENDS[0], axis=0) > 0
    kept = np.flatnonzero((people >= LEAST_USERS) & shared)
    if len(kept) < LEAST_LAGS:
        raise InputError(
            f"Two halves of people's visits have too little in common to follow it over {LEAST_LAGS} periods: nothing "
            "lasting sets people apart, or too few come back. Choose longer periods or a longer stretch."
        )
    values = drawn[:, kept] / drawn[:, kept + len(lags)]
    value, lags, people = above[:, kept].sum(axis=0) / below[:, kept].sum(axis=0), lags[kept], people[kept]
    low, high = np.quantile(values, ENDS, axis=0)
    weight = 1 / np.maximum(values.var(axis=0), TINY)
    stable, half = _fitted(value[None], weight, lags)
    stables, halves = _fitted(values, weight, lags)
    curve = {
        "lag": lags, "days": lags * days, "value": value, "low": low, "high": high,
        "fitted": stable[0] + (1 - stable[0]) * 2 ** (-lags / half[0]), "users": people,
    }  # fmt: skip
    ends, ends_half = np.quantile(stables, ENDS), np.quantile(halves, ENDS) * days
    fit = {
        "stable": stable[0], "stable_low": ends[0], "stable_high": ends[1],
        "half_life": half[0] * days if stable[0] < 1 else None, "half_life_low": ends_half[0],
        "half_life_high": ends_half[1], "users": int(people[0]),
    }  # fmt: skip
    return Persistence(pl.DataFrame(curve, CURVE_SCHEMA), pl.DataFrame([fit], FIT_SCHEMA))


def _fitted(values: Array, weight: Array, lags: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """s and h of each row of values: for every h of a grid the best s has a formula, and the best pair is taken."""
    halves = np.geomspace(SHORTEST, LONGEST * lags.max(), HALVES)
    fading = 2 ** (-lags / halves[:, None])
    room = 1 - fading
    stable = ((values - fading[:, None]) * room[:, None] * weight).sum(axis=2) / (room**2 * weight).sum(axis=1)[:, None]
    stable = np.clip(stable, 0, 1)
    missed = values - fading[:, None] - stable[:, :, None] * room[:, None]
    best = (missed**2 * weight).sum(axis=2).argmin(axis=0)
    return stable[best, np.arange(len(values))], halves[best]
