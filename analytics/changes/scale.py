"""A scale on which counts scatter alike, whether they are small or large and whatever the traffic."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SPREAD = 0.05
"""Overdispersion of weekly counts beyond Poisson, a standard deviation of 22 %: what interests of shops were found to
have. The scale only has to be roughly right; how much a line scatters on it is estimated line by line."""
HALF = 0.375
"""Anscombe's 3/8 of an event."""


def evened(events: Array, total: Array) -> Array:
    """Counts on the scale asinh(sqrt(SPREAD (x + 3/8) c)), c = mean total / total of the period.

    Anscombe's transform of the negative binomial (1948): a square root for small counts, where Poisson noise rules,
    and a logarithm for large ones, where a season or a change multiplies. On simulated shares it placed changes at
    least as often as shares, their logarithm or their arcsine did, at every size, with no more false alarms.
    """
    mean = np.nanmean(total, axis=1, keepdims=True)
    result: Array = np.arcsinh(np.sqrt(SPREAD * (events + HALF) * mean / total))
    return result


def shares(values: Array, total: Array) -> Array:
    """The mean share of every line that values on the scale stand for: back from `evened`, then the mean."""
    known = ~np.isnan(values)
    mean = np.nanmean(total, axis=1)
    counts = np.where(known, np.sinh(np.maximum(values, 0.0)) ** 2 / SPREAD, 0.0).sum(axis=1) / known.sum(axis=1)
    result: Array = np.maximum(counts / mean - HALF * np.nanmean(1 / total, axis=1), 0.0)
    return result


def least_noise(events: Array, total: Array) -> Array:
    """The variance on the scale that Poisson noise alone has: counts are never surer than that."""
    mean = np.nanmean(total, axis=1, keepdims=True)
    expected = np.nansum(events, axis=1, keepdims=True) / np.nansum(total, axis=1, keepdims=True) * total
    relative = mean / total
    result: Array = np.nanmean(SPREAD * relative / (4 * (1 + SPREAD * relative * expected)), axis=1)
    return result
