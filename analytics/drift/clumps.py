"""What it changes that events come in visits: the design effect of each person's test, and the spread of its statistic.

Events of one visit resemble each other, so they say less than as many events on days of their own. A visit b has n_b
events, x_bk of them in interest k; p_k = t_k / N; y_bk = x_bk - n_b p_k. What visits are taken to be: independent of
each other, of whatever size, with the same expected mix when nothing changed. They need not be exchangeable: somebody
who comes twice as often for half as much has not changed. (The mean over permutations of visits would call that a
change: with visits half as long and twice as many, 11 of 100 such people instead of 5.)

What is expected of X^2 is then N / (n1 n2) sum_b w_b^2 s_b, w_b = n2 / N before and n1 / N after, and s_b the expected
sum_k y_bk^2 N / t_k if p_k were known. Observed is
    g = sum_b sum_k y_bk^2 N / t_k = N sum_k (sum_b x_bk^2) / t_k - sum_b n_b^2, of either window,
which is too small, as p_k comes from the same visits: y_b takes n_b / N of itself away, the more the larger a visit is.
By how much follows from the sizes alone once s_b is known as a function of size. With the correlation rho inside
visits it is s_b = s n_b (1 + (n_b - 1) rho) (Kish 1965), and
    E g_window = sum over its visits of s_b - 2 s_b n_b / N + (sum over both windows of s) n_b^2 / N^2.
rho is found by equating g_before + g_after with this (without clumps s = N (c - 1) / (N - 1) is exact), and
deff = N / (n1 n2) sum_windows w^2 g times (what is expected with p_k known / what is expected with p_k estimated),
over E. In visits of one size, as many before as after, that is exactly the mean of X^2 over all ways to deal the visits
to the windows, over E.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analytics.drift.moments import FEWEST, Array, Sums, permutation_moments

Floats = npt.NDArray[np.floating]


class Judged(NamedTuple):
    """What chance alone makes of each person's X^2."""

    mean: Array
    """Of X^2, with visits as units; NaN or 0 where nothing can be seen."""
    relative_variance: Array
    """Its variance over its mean squared, with the mean estimated from the same visits."""
    deff: Array
    """The mean over what it would be if every event were a visit of its own."""
    rho: Array
    """The correlation of events inside visits."""


def chance(sums: Sums) -> Judged:
    """Mean and relative variance of X^2 when nothing changed, with visits as units.

    The relative variance is that of the exact moments of `permutation_moments`, with the visits that stand behind an
    interest in place of its events: tau_k = t_k^2 / sum_b x_bk^2 for t_k, n1 and n2 shrunk alike; an interest that one
    visit alone speaks for varies no more than one event does. Then times (1 - 1 / M) / (1 - 1 / m), m the visits and
    M = (sum_b w_b^2 s_b)^2 / sum_b w_b^4 s_b^2 those that would weigh as much if all weighed the same: X^2 is set
    against a mean in which the same large visits count, and can be no further from it than they are apart.
    """
    n1, n2 = sums.n1, sums.n2
    n = n1 + n2
    events = sums.before + sums.after
    kinds = np.diff(sums.start).astype(float)
    squares = sums.squares_before + sums.squares_after
    expected, _ = permutation_moments(n1, n2, kinds, n * sums.added(1 / events))
    found = [
        n * sums.added(part / events) - sizes[:, 2]
        for part, sizes in ((sums.squares_before, sums.sizes_before), (sums.squares_after, sums.sizes_after))
    ]
    sizes = [sums.sizes_before, sums.sizes_after]
    rho = _correlation(sums, found[0] + found[1], expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = n / (n1 * n2) * beyond_estimate(found, sizes, rho, n)
        weights = [(n2 / n) ** 2, (n1 / n) ** 2]
        whole = sum(weight * _spread(size, rho, 0) for weight, size in zip(weights, sizes, strict=True))
        squared = sum(weight**2 * _spread_squared(size, rho) for weight, size in zip(weights, sizes, strict=True))
        visits = sums.sizes_before[:, 0] + sums.sizes_after[:, 0]
        even = (1 - squared / whole**2) / (1 - 1 / visits)
        variance = _of_visits(sums, events * events / squares, kinds) * even
        deff = mean / expected
    nothing = (n < FEWEST) | (kinds < 2)
    return Judged(
        np.where(nothing, np.nan, mean), np.where(nothing, np.nan, variance), np.where(nothing, 1.0, deff), rho
    )


def beyond_estimate(found: Sequence[Floats], sizes: Sequence[Floats], rho: Floats, n: Floats) -> Floats:
    """sum over windows of w^2 g, times what that is expected to be with p_k known over with p_k estimated.

    `found`: g of the window before and after; `sizes`: their sums of powers of the sizes of visits, up to the third at
    least, along the last axis.
    """
    n1, n2 = sizes[0][..., 1], sizes[1][..., 1]
    weights = [(n2 / n) ** 2, (n1 / n) ** 2]
    known = [_spread(size, rho, 0) for size in sizes]
    seen = [_seen(size, rho, n, known[0] + known[1]) for size in sizes]
    lost = (weights[0] * known[0] + weights[1] * known[1]) / (weights[0] * seen[0] + weights[1] * seen[1])
    result: Floats = (weights[0] * found[0] + weights[1] * found[1]) * lost
    return result


def _correlation(sums: Sums, found: Array, expected: Array) -> Array:
    """rho of each person, from 0 to 1; 0 where visits are of one event each and tell nothing of it."""
    n = sums.n1 + sums.n2
    size2, size3 = (sums.sizes_before[:, power] + sums.sizes_after[:, power] for power in (2, 3))
    alone = n - size2 / n
    together = size2 - 2 * size3 / n + (size2 / n) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = (found / expected - alone) / (together - alone)
    return np.clip(np.nan_to_num(rho, nan=0.0, posinf=0.0, neginf=0.0), 0.0, 1.0)


def _spread(sizes: Floats, rho: Floats, power: int) -> Floats:
    """sum_b s_b n_b^power over the visits of a window, with s = 1."""
    result: Floats = (1 - rho) * sizes[..., power + 1] + rho * sizes[..., power + 2]
    return result


def _spread_squared(sizes: Floats, rho: Floats) -> Floats:
    """sum_b s_b^2 over the visits of a window, with s = 1."""
    apart = 1 - rho
    result: Floats = apart**2 * sizes[:, 2] + 2 * apart * rho * sizes[:, 3] + rho**2 * sizes[:, 4]
    return result


def _seen(sizes: Floats, rho: Floats, n: Floats, both: Floats) -> Floats:
    """What g of a window is expected to be, with s = 1; `both` is the sum of s_b over both windows."""
    return _spread(sizes, rho, 0) - 2 * _spread(sizes, rho, 1) / n + both * sizes[..., 2] / (n * n)


def _of_visits(sums: Sums, standing: Array, kinds: Array) -> Array:
    """The exact relative variance of X^2 if `standing` visits, of one event each, stood behind each interest."""
    visits = sums.added(standing)
    share = sums.n1 / (sums.n1 + sums.n2)
    mean, variance = permutation_moments(visits * share, visits * (1 - share), kinds, visits * sums.added(1 / standing))
    with np.errstate(divide="ignore", invalid="ignore"):
        return variance / mean**2
