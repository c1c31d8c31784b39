"""Levels and season of many series, fitted together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.changes.noise import of_differences, of_residuals, tamed
from analytics.changes.segments import Flags, means, partition

Array = npt.NDArray[np.float64]
ROUNDS = 4
"""Rounds of season and cuts in turn; most series stand still after two."""
PRICE = 3.0
"""The penalty of a cut is 3 log(n) long-run variances. Nothing but noise then makes about 1 series in 200 change."""
RIDGE = 1e-9
"""Keeps a season solvable that short stretches leave nothing of; far below what counts."""


@dataclass(frozen=True)
class Fit:
    """Series x periods, or one number a series."""

    starts: Flags
    level: Array
    season: Array
    noise: Array
    """The long-run variance that the cuts were judged by."""
    penalty: Array
    memory: Array


def fit(values: Array, terms: Array, *, least: int, floor: Array, family: int = 1) -> Fit:
    """Season (regression on `terms`) and levels (exact segmentation) of every row of `values` (NaN = missing).

    Season and cuts are found in turn, four rounds: the best stretches of what the season leaves, each of at least
    `least` known periods, at a penalty of 3 log(n) + 2 log(family) long-run variances s^2 (1 + rho) / (1 - rho), then
    least squares of the terms within these stretches. s and rho come from differences in the first round, then from
    the residuals. The rounds are begun twice, with the season of the uncut series, which eats some of a change, and
    with none, which cuts a season; the one with the lower sum of squares + penalties is kept, both priced at the
    lower noise. Beginning with the season alone found a change of 3 s in 60 weeks half as often. `floor` is the least
    long-run variance. `family` is the number of series that one false change would be one too many for:
    2 log(family) is Bonferroni's correction of a Gaussian tail.
    """
    counted = (~np.isnan(values)).sum(axis=1)
    price = PRICE * np.log(np.maximum(counted, 2)) + 2 * math.log(max(family, 1))
    uncut = np.zeros(values.shape, dtype=bool)
    season = _season(values, uncut, terms)
    calm = tamed(values - season, least, floor) + season
    first = _in_turn(calm, season, terms, price, least, floor)
    if not terms.shape[1]:
        return first
    second = _in_turn(calm, np.zeros(values.shape), terms, price, least, floor)
    noise = np.minimum(first.noise, second.noise)
    costs = [_cost(calm, each, price * noise) for each in (first, second)]
    return _either(first, second, costs[0] <= costs[1])


def _in_turn(calm: Array, season: Array, terms: Array, price: Array, least: int, floor: Array) -> Fit:
    """Cuts of what a first idea of the season leaves, the season beside those cuts, and so on."""
    starts, season = np.zeros(calm.shape, dtype=bool), season.copy()
    noise = of_differences(calm - season)
    long_run, memory = np.maximum(noise.long_run, floor), noise.memory
    penalty = price * long_run
    active = np.arange(len(calm))
    for turn in range(ROUNDS):
        penalty[active] = price[active] * long_run[active]
        found = partition(calm[active] - season[active], penalty[active], least)
        moved = (found != starts[active]).any(axis=1)
        starts[active] = found
        season[active] = _season(calm[active], found, terms)
        rest = calm[active] - season[active]
        used = found.sum(axis=1) + 1.0 + terms.shape[1]
        noise = of_residuals(rest - _levels(rest, found), used)
        long_run[active], memory[active] = np.maximum(noise.long_run, floor[active]), noise.memory
        # The first turn judged by differences; from the second on, the same cuts again mean the same for ever.
        active = active[moved] if turn else active
    return Fit(starts, _levels(calm - season, starts), season, penalty / price, penalty, memory)


def _cost(calm: Array, found: Fit, penalty: Array) -> Array:
    rest = calm - found.season - found.level
    result: Array = np.nansum(rest**2, axis=1) + penalty * found.starts.sum(axis=1)
    return result


def _either(first: Fit, second: Fit, is_first: Flags) -> Fit:
    pairs = ((getattr(first, name), getattr(second, name)) for name in Fit.__dataclass_fields__)
    return Fit(*(np.where(is_first[:, None] if one.ndim == 2 else is_first, one, two) for one, two in pairs))


def _levels(values: Array, starts: Flags) -> Array:
    return means(values, np.cumsum(starts, axis=1, dtype=np.int64))


def _season(values: Array, starts: Flags, terms: Array) -> Array:
    """The terms' part of each series, by least squares beside the levels (Frisch and Waugh: within the stretches)."""
    if not terms.shape[1]:
        return np.zeros(values.shape)
    known, stretch = ~np.isnan(values), np.cumsum(starts, axis=1, dtype=np.int64)
    shown = [np.where(known, column, np.nan) for column in terms.T]
    inside = np.stack([np.where(known, column - means(column, stretch), 0.0) for column in shown], axis=1)
    rest = np.where(known, values - means(values, stretch), 0.0)
    square = inside @ inside.transpose(0, 2, 1) + RIDGE * values.shape[1] * np.eye(terms.shape[1])
    coefficients = np.linalg.solve(square, inside @ rest[:, :, None])[:, :, 0]
    result: Array = coefficients @ terms.T
    return result
