"""How far two windows of one person lie apart, and how far chance alone would part them: for many people at once.

Formulas stand for one person: a_k, b_k events in interest k before and after, t_k = a_k + b_k, n1, n2 and N their
sums, c the interests with t_k > 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
POWERS = 4
"""Up to this power the sizes of visits are summed up; the spread of a visit's share in a test needs the fourth."""
FEWEST = 6
"""Events of both windows below which nothing can be said: the variance divides by N - 3 and its moments settle here."""


LEAST_SKEW = 1.0
"""The least skewness of a statistic, in deviations over its mean."""


@dataclass(frozen=True)
class Sums:
    """What the test reads of each person: one row a person and interest, those of a person in a row."""

    start: npt.NDArray[np.int64]
    """Where each person's interests begin; one number more than there are people."""
    before: Array
    after: Array
    """Events in the interest."""
    squares_before: Array
    squares_after: Array
    """Sum over visits of the square of the visit's events in the interest."""
    sizes_before: Array
    sizes_after: Array
    """People x 5: the sums over visits of n^0 (visits), n^1 (events), n^2, n^3, n^4, with n the events of a visit."""

    @property
    def n1(self) -> Array:
        return self.sizes_before[:, 1]

    @property
    def n2(self) -> Array:
        return self.sizes_after[:, 1]

    def added(self, values: Array) -> Array:
        """The sum of a value over each person's interests."""
        if len(self.start) == 1:
            return np.zeros(0)
        return np.add.reduceat(values, self.start[:-1])

    def spread(self, values: Array) -> Array:
        """A person's value beside each of that person's interests."""
        return np.repeat(values, np.diff(self.start))


def plain_share(sums: Sums) -> Array:
    """The events after that each interest would have if nothing changed: n2 t_k / N."""
    return sums.spread(sums.n2 / (sums.n1 + sums.n2)) * (sums.before + sums.after)


def pearson(sums: Sums, expected: Array) -> Array:
    """X^2 = sum over both windows of (O - E)^2 / E, with `expected` events after; events before are what is left.

    Without a season this is N^2 / (n1 n2) sum_k (a_k - n1 t_k / N)^2 / t_k (Pearson 1900).
    """
    gap = sums.after - expected
    return sums.added(gap * gap * (1 / expected + 1 / (sums.before + sums.after - expected)))


def permutation_moments(n1: Array, n2: Array, c: Array, reciprocals: Array) -> tuple[Array, Array]:
    """Mean E and variance V of X^2 when the events are dealt anew to the two windows, exactly (Haldane 1940, 1945).

    E = N (c - 1) / (N - 1); V = 2 N / (N - 3) (v1 - w1)(v2 - w2) + N^2 / (N - 1) w1 w2 with v1 = (N - 2) / (N - 1),
    v2 = (c - 1)(N - c) / (N - 1), w1 = (N / n1 + N / n2 - 4) / (N - 2), w2 = (`reciprocals` - c^2) / (N - 2), where
    `reciprocals` = sum_k N / t_k. NaN for fewer than four events.
    """
    n = n1 + n2
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = n * (c - 1) / (n - 1)
        v1, v2 = (n - 2) / (n - 1), (c - 1) * (n - c) / (n - 1)
        w1, w2 = (n / n1 + n / n2 - 4) / (n - 2), (reciprocals - c * c) / (n - 2)
        variance = 2 * n / (n - 3) * (v1 - w1) * (v2 - w2) + n * n / (n - 1) * w1 * w2
    few = n <= 3
    return np.where(few, np.nan, expected), np.where(few, np.nan, variance)


def gamma_tail(statistic: Array, mean: Array, relative_variance: Array) -> Array:
    """How likely a gamma variable of that mean and relative variance V / mean^2 is to reach the statistic."""
    with np.errstate(invalid="ignore"):
        return pearson_tail(statistic, mean, relative_variance * mean**2, 2 * np.sqrt(relative_variance))


def pearson_tail(statistic: Array, mean: Array, variance: Array, skewness: Array) -> Array:
    """How likely chance is to reach the statistic: a gamma distribution with three given moments (Pearson's type III).

    p = Q(k, (x - mean) / scale + k), k = 4 / skewness^2, scale = deviation x skewness / 2, Q the regularised upper
    incomplete gamma function. With a skewness of 2 deviation / mean the distribution begins at 0, as a plain gamma
    distribution does; it is never taken to be below half of that, as an estimate from few draws can be by chance. 1
    where mean or variance is not above 0: nothing could have been seen there.
    """
    from scipy.special import gammaincc

    known = (mean > 0) & (variance > 0)
    mean, deviation = np.where(known, mean, 1.0), np.sqrt(np.where(known, variance, 1.0))
    skewness = np.maximum(skewness, LEAST_SKEW * deviation / mean)
    shape = 4 / skewness**2
    reached = np.maximum(shape + 2 * (statistic - mean) / (deviation * skewness), 0.0)
    p: Array = np.where(known, gammaincc(shape, reached), 1.0)
    return p


def divergence(sums: Sums, expected: Array) -> Array:
    """How far the windows lie apart, in nats: G / (2 N) = sum over both windows of O ln(O / E) / N.

    Without a season this is the Jensen-Shannon divergence of the two mixes, weighted by their events (Lin 1991). It
    is above 0 by chance alone: take its mean under no change off before showing it.
    """
    from scipy.special import rel_entr

    parts = rel_entr(sums.after, expected) + rel_entr(sums.before, sums.before + sums.after - expected)
    return sums.added(parts) / (sums.n1 + sums.n2)
