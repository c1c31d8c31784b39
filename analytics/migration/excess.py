"""How much more two periods disagree than one period does with itself: numbers from the groups of four halves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from analytics.migration.halves import Array
from analytics.migration.means import Labels

DRAWS = 1000
"""Bootstrap draws: each end of a 95 % interval stands on 25 of them."""
WITHIN = ((0, 1), (2, 3))
"""The pairs of halves of one period: 0 and 1 lie before, 2 and 3 after."""
ACROSS = ((0, 2), (0, 3), (1, 2), (1, 3))
ORDERS = tuple(permutations(range(4)))
ENDS = (0.025, 0.975)
REACH = 1.96


@dataclass(frozen=True)
class Excess:
    """One number, or a matrix of one per pair of groups: what is seen, what noise makes, and the difference."""

    across: Array
    floor: Array
    excess: Array
    low: Array
    high: Array
    p: Array


@dataclass(frozen=True)
class Judged:
    """What four halves of everybody say together."""

    moves: Excess
    """Of any move: numbers."""
    flows: Excess
    """From each group (row) to each (column): matrices."""
    renewed: tuple[float, float, float]
    """The share of people whose interest was drawn anew, low and high; NaN where halves agree no better than chance."""


def judged(parts: Labels, k: int, seed: int = 0) -> Judged:
    """`parts`: a row a person, the group (0 to k - 1) of each of the four halves; formulas in `flows.migration`."""
    patterns, counts = np.unique(parts, axis=0, return_counts=True)
    people = int(counts.sum())
    odds = counts / people
    # Drawing people with replacement is drawing how many there are of each pattern.
    drawn = np.random.default_rng(seed).multinomial(people, odds, DRAWS) / people
    across, within = _table(patterns, ACROSS, k), _both_ways(_table(patterns, WITHIN, k))
    spread, total = np.zeros_like(across), np.zeros(len(patterns))
    for order in ORDERS:
        swapped = _swapped(patterns, order, k)
        spread += swapped**2 / len(ORDERS)
        total += _moving(swapped) ** 2 / len(ORDERS)
    flows = _excess(across, within, spread, odds, drawn, people)
    moves = [_moving(table) for table in (across, within)]
    return Judged(_excess(moves[0], moves[1], total, odds, drawn, people), flows, _renewed(moves, across, odds, drawn))


def _table(patterns: Labels, pairs: Sequence[tuple[int, int]], k: int) -> Array:
    """How often each pattern goes from each group to each, as a mean over `pairs` of halves: patterns x k x k."""
    found = np.zeros((len(patterns), k, k))
    for a, b in pairs:
        np.add.at(found, (np.arange(len(patterns)), patterns[:, a], patterns[:, b]), 1 / len(pairs))
    return found


def _both_ways(table: Array) -> Array:
    """Halves of one period have no before and after: half each way."""
    mean: Array = (table + table.transpose(0, 2, 1)) / 2
    return mean


def _swapped(patterns: Labels, order: Sequence[int], k: int) -> Array:
    """The excess of each pattern were its halves in another order, which under no change they could be as well."""
    other = patterns[:, list(order)]
    return _table(other, ACROSS, k) - _both_ways(_table(other, WITHIN, k))


def _moving(table: Array) -> Array:
    """All flows from a group to another one together."""
    total: Array = table.sum(axis=(1, 2)) - np.trace(table, axis1=1, axis2=2)
    return total


def _excess(across: Array, within: Array, spread: Array, odds: Array, drawn: Array, people: int) -> Excess:
    """Means over people, their interval, and p from the variance over all orders of the halves.

    The interval is the bootstrap's, at least as far as 1.96 of the error under no change to each side: among 150 people
    a percentile interval alone holds its number in 92 of 100.
    """
    from scipy.special import ndtr

    shape, flat = across.shape[1:], (len(odds), -1)
    seen, noise = odds @ across.reshape(flat), odds @ within.reshape(flat)
    low, high = np.quantile(drawn @ (across - within).reshape(flat), ENDS, axis=0)
    error = np.sqrt(odds @ spread.reshape(flat) / people)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(error > 0, 2 * ndtr(-np.abs(seen - noise) / error), 1.0)
    low, high = np.minimum(low, seen - noise - REACH * error), np.maximum(high, seen - noise + REACH * error)
    return Excess(*(np.reshape(each, shape) for each in (seen, noise, seen - noise, low, high, p)))


def _renewed(moves: Sequence[Array], across: Array, odds: Array, drawn: Array) -> tuple[float, float, float]:
    """excess / (1 - floor - e), for all people and for every draw of them."""
    flat = (len(odds), -1)
    before, after = across.sum(axis=2).reshape(flat), across.sum(axis=1).reshape(flat)

    def share(weights: Array) -> Array:
        seen, noise = weights @ moves[0], weights @ moves[1]
        by_chance = ((weights @ before) * (weights @ after)).sum(axis=-1)
        room = 1 - noise - by_chance
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = np.where(room > 0, (seen - noise) / room, np.nan)
        return found

    each = share(drawn)
    if np.isnan(each).mean() > 1 - (ENDS[1] - ENDS[0]):
        return (float("nan"),) * 3
    low, high = np.nanquantile(each, ENDS)
    return float(share(odds)), float(low), float(high)
