"""The events to expect of people when the season changes what everybody looks at, and nothing else changed."""

from __future__ import annotations

import numpy as np

from analytics.drift.moments import Array, Sums

ROUNDS = 20
"""Rounds of fitting at most; with ratios from a half to two each leaves a tenth of the error, so 8 to 12 are run."""
CLOSE = 1e-9
"""Part of a person's events by which a fit may still be wrong."""


def expected_after(sums: Sums, ratio: Array) -> Array:
    """The events after that each of a person's interests would have if only the season had changed anything.

    E_1k + E_2k = t_k, sum_k E_2k = n2, E_2k / E_1k in proportion to `ratio`: iterative proportional fitting (Deming and
    Stephan 1940) from (1, ratio), where the person's share of time before is 1 / (1 + factor x ratio_k) and a
    round scales the factor until the windows have their totals. Ratios count relative to each other only. Whose fit is
    close is left as it is, so that nobody's depends on who else is fitted.
    """
    events = sums.before + sums.after
    n1, n2 = sums.n1, sums.n2
    factor = n2 / n1 * sums.added(events) / np.maximum(sums.added(events * ratio), np.finfo(float).tiny)
    expected = events
    for _ in range(ROUNDS):
        odds = sums.spread(factor) * ratio
        expected = events * (odds / (1 + odds))
        found = sums.added(expected)
        close = np.abs(found - n2) <= CLOSE * (n1 + n2)
        if bool(close.all()):
            break
        factor = factor * np.where(close, 1.0, (n2 / found) * ((n1 + n2 - found) / n1))
    return expected
