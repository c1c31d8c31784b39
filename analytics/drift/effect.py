"""How far two mixes lie apart: the weighted Jensen-Shannon divergence, and what chance alone makes of it."""

from __future__ import annotations

import numpy as np

from analytics.drift.mix import Array, Mix, sums

REACH = 1.959964


def divergence(mix: Mix) -> float:
    """JS_w = H(t / N) - n_1 / N H(a / n_1) - n_2 / N H(b / n_2) in nats, a being what the season leads to."""
    first, second = mix.sizes
    parts = (first * _entropy(mix.shares[1]) + second * _entropy(mix.shares[2])) / ((first + second) or 1.0)
    return max(_entropy(mix.pooled) - parts, 0.0)


def divergence_variance(mix: Mix) -> float:
    """Variance of JS_w to first order, by users: sum_u (sum_k z_uk dJS/ds_k)^2; dJS/ds_tk = n_t/N ln(s_tk/s_k)."""
    influence = np.zeros(mix.users)
    for side, total, share, size in zip(mix.sides, mix.totals, mix.shares[1:], mix.sizes, strict=True):
        slope = np.log(np.maximum(share, 1e-300) / np.maximum(mix.pooled, 1e-300)) * (share > 0)
        mine = sums(mix.user, side * slope[mix.interest], mix.users) - total * float(share @ slope)
        influence += size / (sum(mix.sizes) or 1.0) * mine
    return float(influence @ influence)


def effect(mix: Mix, expected: float, variance: float) -> tuple[float, tuple[float, float]]:
    """JS_w less `expected`, its mean by chance, and the 95 % interval; none is below 0.

    The spread of JS_w is `variance`, that of chance alone, and that of a change which is there: to first order in
    proportion to the change, c delta. (The first-order variance holds chance too, since its slopes are made of noise:
    twice `variance`, which is taken off.) The interval holds every delta with (JS - delta)^2 <= z^2 (variance + c
    delta), as Wilson's does for a rate: an effect that happens to look small is not taken to be known well.
    """
    size = divergence(mix) - expected
    least = max(size, float(np.sqrt(variance)))
    slope = max(divergence_variance(mix) - 2 * variance, 0.0) / least if least > 0 else 0.0
    middle = size + REACH**2 * slope / 2
    reach = float(np.sqrt(max(middle**2 - size**2 + REACH**2 * variance, 0.0)))
    return max(size, 0.0), (max(middle - reach, 0.0), max(middle + reach, 0.0))


def effect_of_events(mix: Mix) -> float:
    """JS_w less (c - 1) / (2 N), what chance brings on average to c interests of N independent events; at least 0."""
    return max(divergence(mix) - (len(mix.interests) - 1) / (2 * max(sum(mix.sizes), 1.0)), 0.0)


def _entropy(shares: Array) -> float:
    known = shares[shares > 0]
    return float(-(known * np.log(known)).sum())
