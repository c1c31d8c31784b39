"""How much series scatter, how long their swings last, and what in them is a single odd period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
MOST_MEMORY = 0.8
"""Above this the long-run variance 1 / (1 - rho) runs away on an estimate that is off by a tenth."""
ODD = 4.0
"""Standard deviations that a single period may stand off its neighbours before it is drawn nearer."""
TO_DEVIATION = 1.4826
"""Median of absolute values to standard deviation, of a normal distribution."""


class Noise(NamedTuple):
    """Variance s^2 and autocorrelation rho from period to period, of every series."""

    variance: Array
    memory: Array

    @property
    def long_run(self) -> Array:
        """s^2 (1 + rho) / (1 - rho): n times the variance of the mean of n periods."""
        return self.variance * (1 + self.memory) / (1 - self.memory)


def of_differences(values: Array) -> Noise:
    """From the differences of neighbouring periods, which levels and slow seasons hardly touch.

    With d = x(t) - x(t - 1) of noise whose autocorrelation falls as rho^k: cov(d, d before) / var(d) =
    -(1 - rho) / 2 and var(d) = 2 s^2 (1 - rho). A difference counts as 4 standard deviations at most (of the median
    one), or the step looked for would itself look like noise.
    """
    steps = np.diff(values, axis=1)
    room = ODD * TO_DEVIATION * _median(np.abs(steps))
    steps = np.clip(steps, *(sign * np.where(room > 0, room, np.inf)[:, None] for sign in (-1, 1)))
    variance, pairs = _mean(steps**2), _mean(steps[:, 1:] * steps[:, :-1])
    relative = np.where(variance > 0, pairs / np.where(variance > 0, variance, 1.0), -0.5)
    memory = np.clip(1 + 2 * relative, 0.0, MOST_MEMORY)
    return Noise(variance / (2 * (1 - memory)), memory)


def of_residuals(rest: Array, used: Array) -> Noise:
    """From what a fit with `used` parameters left over."""
    known = (~np.isnan(rest)).sum(axis=1)
    square, pairs = _mean(rest**2), _mean(rest[:, 1:] * rest[:, :-1])
    relative = np.where(square > 0, pairs / np.where(square > 0, square, 1.0), 0.0)
    # Fitted parameters take autocorrelation out with them, about (used + 3 rho) / n of it (Marriott and Pope 1954).
    memory = np.clip(relative + (used + 3 * relative) / np.maximum(known, 1), 0.0, MOST_MEMORY)
    return Noise(square * known / np.maximum(known - used, 1.0), memory)


def tamed(values: Array, least: int, floor: Array) -> Array:
    """The series with odd periods drawn to within 4 standard deviations of the median around them.

    A running median over 2 `least` - 1 periods keeps every level of at least `least` periods with its edges, so a
    change stays what it is and a spike that is over in a week cannot pass for one. The standard deviation is the
    median difference of neighbours; `floor` is its least variance.
    """
    reach = least - 1
    padded = np.pad(values, ((0, 0), (reach, reach)), constant_values=np.nan)
    around = _median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1))
    spread = _median(np.abs(np.diff(values, axis=1))) * TO_DEVIATION / np.sqrt(2)
    room = ODD * np.sqrt(np.maximum(spread**2, floor))[:, None]
    return around + np.clip(values - around, -room, room)


def _mean(values: Array) -> Array:
    known = ~np.isnan(values)
    result: Array = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return result


def _median(values: Array) -> Array:
    """The median along the last axis of what is known; NaN where nothing is."""
    ordered = np.sort(values, axis=-1)
    known = (~np.isnan(values)).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(known - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(known // 2, ordered.shape[-1] - 1), axis=-1)
    result: Array = ((low + high) / 2)[..., 0]
    return result
