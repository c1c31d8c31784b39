"""Which of many tests are discoveries, and how many of the tested changed at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.significance import Array, passes

BEYOND = 0.5
"""Where p-values of people who changed have become rare: what lies above is nearly all of people who did not."""
REACH = 1.959964


class Share(NamedTuple):
    """An estimated share and its 95 % interval, each from 0 to 1."""

    share: float
    low: float
    high: float


def q_values(p: Array) -> Array:
    """The smallest rate of false discoveries at which each p would be one (Benjamini and Hochberg 1995); NaN stays NaN.

    q_(k) = min over j >= k of n p_(j) / j, at most 1. A test is a discovery at level a when q <= a, which is when
    `analytics.significance.passes` says so.

    >>> q_values(np.array([0.01, 0.04, 0.03, 0.5]))
    array([0.04      , 0.05333333, 0.05333333, 0.5       ])
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    ranks = np.arange(1, len(order) + 1)
    q = np.full(len(p), np.nan)
    q[order] = np.minimum(np.minimum.accumulate((p[order] * len(order) / ranks)[::-1])[::-1], 1.0)
    return q


def cut(p: Array, level: float) -> float | None:
    """The largest p that is still a discovery, so that a list can be checked line by line; None where none is."""
    found = p[passes(p, level)]
    return float(found.max()) if len(found) else None


def share_changed(p: Array) -> Share | None:
    """How many of the tested changed, found out or not (Storey 2002): 1 - #{p > 0.5} / (0.5 n). None without tests.

    A floor: who changed a little lies above 0.5 too. The interval is that of the binomial count above 0.5, which
    is the spread of a bootstrap over people: +- 1.96 sqrt(f (1 - f) / n) / 0.5 with f = #{p > 0.5} / n.

    >>> share_changed(np.array([0.001, 0.002, 0.3, 0.6, 0.9]))
    Share(share=0.19999999999999996, low=0.0, high=1.0)
    """
    known = p[~np.isnan(p)]
    if not len(known):
        return None
    above = float((known > BEYOND).mean())
    share = 1 - above / (1 - BEYOND)
    reach = REACH * np.sqrt(above * (1 - above) / len(known)) / (1 - BEYOND)
    return Share(*(float(np.clip(each, 0.0, 1.0)) for each in (share, share - reach, share + reach)))
