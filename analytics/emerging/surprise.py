"""How surprising a count is, from the twelve periods before it and from how surprising periods usually are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BEFORE = 12
"""Periods that a count is compared with."""
ERRORS = 52
"""Earlier periods whose own surprises say how surprising periods are: a year, so that the season's are among them."""
USUAL = 0.05
"""Overdispersion that is assumed where little is known: interests of shops scatter 22 % from week to week."""
BORROWED = 20.0
"""Degrees of freedom of that assumption among all lines, and of all lines together for one."""
CAP = 9.0
"""A past burst counts as three standard deviations at most: it would hide the next one."""
ROUNDS = 4
"""The cap and the weights depend on what they are estimating; it stands still after three."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Lines x periods: what was expected of each period from the 12 known ones before it; NaN where there are fewer."""

    found: Array
    mean: Array
    doubt: Array
    """The variance of `mean` that Poisson noise of the past gives it."""
    spread: Array
    """The same for overdispersion: the part of phi mean^2."""
    before: Array
    """Events of the 12 periods."""
    total: Array
    """The whole that `found` is a part of, and of the 12 periods."""
    total_before: Array


def past(events: Array, total: Array) -> Past:
    """Expectations from two matrices lines x periods, oldest first (NaN = not known).

    With S events of a total of T in the 12 known periods before and N now, the mean is (S + 1/2) N / T (Jeffreys) and
    its variance (S + 1/2) (N / T)^2 + phi mean^2 sum(N_i^2) / T^2.
    """
    known = ~np.isnan(events)
    # Known periods are moved together, newest last, so that the 12 before are the 12 columns before.
    order = np.argsort(known, axis=1, kind="stable")
    events, total = (np.take_along_axis(each, order, axis=1) for each in (events, total))
    before, total_before, squares = (_before(each) for each in (events, total, total**2))
    share = (before + 0.5) / total_before
    mean = share * total
    return Past(
        events, mean, (before + 0.5) * (total / total_before) ** 2, squares / total_before**2, before, total,
        total_before,
    )  # fmt: skip


def _before(values: Array) -> Array:
    """The sum of the 12 columns before each."""
    count, periods = values.shape
    result = np.full((count, periods), np.nan)
    if periods > BEFORE:
        windows = np.lib.stride_tricks.sliding_window_view(values, BEFORE, axis=1)[:, :-1]
        result[:, BEFORE:] = windows.sum(axis=2)
    return result


def dispersion(seen: Past) -> Array:
    """phi of every line: how much its counts scatter beyond Poisson, var = m + phi m^2.

    Of the periods before the newest: (x - m)^2 - m - doubt is phi m^2 (1 + spread) on average, and of the newest's own
    12 around their mean phi m^2 (1 - 1 / 12). A line's phi is the ratio of the sums over both. It is worth
    n (m phi / (1 + m phi))^2 degrees of freedom: of small counts nearly all scatter is Poisson's. All lines' phi is
    their mean by that weight and 0.05 at 20 degrees; a line's is its own and all lines' at 20.
    """
    mean, doubt, spread = (each[:, -ERRORS - 1 : -1] for each in (seen.mean, seen.doubt, seen.spread))
    error = (seen.found[:, -ERRORS - 1 : -1] - mean) ** 2
    own, whole = seen.found[:, -BEFORE - 1 : -1], seen.total[:, -BEFORE - 1 : -1]
    share = seen.before[:, -1:] / seen.total_before[:, -1:]
    inner = share * whole
    inner_error = (own - inner) ** 2
    part = 1 - whole / seen.total_before[:, -1:]
    number = (~np.isnan(mean)).sum(axis=1) + BEFORE - 1
    size = np.nan_to_num(inner.mean(axis=1))
    all_lines, phi = USUAL, np.full(len(mean), USUAL)
    for _ in range(ROUNDS):
        variance = mean + doubt + phi[:, None] * mean**2 * (1 + spread)
        excess = np.minimum(error, CAP * variance) - mean - doubt
        inner_variance = inner + phi[:, None] * inner**2
        inner_excess = np.minimum(inner_error, CAP * inner_variance) - inner * part
        amount = np.nansum(mean**2 * (1 + spread), axis=1) + np.nansum(inner**2 * part, axis=1)
        gathered = np.nansum(excess, axis=1) + np.nansum(inner_excess, axis=1)
        own_phi = np.where(amount > 0, gathered / np.where(amount > 0, amount, 1.0), 0.0)
        worth = number * (size * all_lines / (1 + size * all_lines)) ** 2
        all_lines = max((BORROWED * USUAL + (worth * own_phi).sum()) / (BORROWED + worth.sum()), 0.0)
        phi = np.maximum((BORROWED * all_lines + worth * own_phi) / (BORROWED + worth), 0.0)
    return phi
