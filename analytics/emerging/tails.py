"""The chance of a count at least as large, under two ideas of how interest scatters from week to week."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

TAILS = ("gamma", "lognormal")
NODES, FARTHEST = 321, 8.0
"""A grid of the normal distribution fine enough for chances down to 1e-12."""
WORTH_A_LOOK = 0.05
"""Gamma chances above this are left as they are: the lognormal's differ in the far tail only."""
Array = npt.NDArray[np.float64]


def chance(found: Array, mean: Array, extra: Array, tail: str = "gamma") -> Array:
    """P(X >= found) of Poisson counts whose rate scatters around `mean` with variance `extra`; NaN stays NaN.

    gamma: the rate is gamma distributed, X negative binomial. lognormal: the larger of that and the chance with a
    lognormal rate, whose far tail is heavier: interests multiply, and what happens once in 10,000 lines and weeks
    under the one happens four times under the other.
    """
    from scipy.special import betainc, gammainc

    with np.errstate(divide="ignore", invalid="ignore"):
        shape = mean**2 / extra
        p = np.where(found > 0, betainc(np.maximum(found, 1.0), shape, mean / (mean + shape)), 1.0)
    p = np.where(np.isnan(found + mean), np.nan, p)
    rare = np.flatnonzero(p < WORTH_A_LOOK)
    if tail == "lognormal" and len(rare):
        z = np.linspace(-FARTHEST, FARTHEST, NODES)
        weight = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
        square = np.log1p(extra[rare] / mean[rare] ** 2)[:, None]
        rates = mean[rare, None] * np.exp(np.sqrt(square) * z - square / 2)
        p[rare] = np.maximum(p[rare], gammainc(found[rare, None], rates) @ weight)
    result: Array = p
    return result
