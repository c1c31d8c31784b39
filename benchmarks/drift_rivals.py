"""The default rules of two drift tools, for one categorical column, on users x interests of event counts.

Written anew from their sources as of 2026, to be run on the same people without their sixty and eighty packages.
Evidently (src/evidently/calculations/stattests): up to 1,000 rows of reference Pearson's chi-squared test of the
current counts against those of the reference as if these were known, scaled to the current size, p < 0.05
(chisquare_stattest.py), and a z-test of two shares where there are only two values; above 1,000 rows the
Jensen-Shannon distance, base 2, >= 0.1 (jensenshannon.py). NannyML (nannyml/drift/univariate/methods.py): the
Jensen-Shannon distance, base 2, above a constant 0.1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
DISTANCE, LEVEL, MANY_ROWS = 0.1, 0.05, 1_000


def distance(before: Array, after: Array) -> Array:
    """The Jensen-Shannon distance of each row, base 2: the root of the mean of both divergences from the mean mix."""
    from scipy.special import rel_entr

    shares = [side / side.sum(axis=1, keepdims=True) for side in (before, after)]
    middle = (shares[0] + shares[1]) / 2
    parts = sum(rel_entr(share, middle).sum(axis=1) for share in shares)
    result: Array = np.sqrt(np.maximum(parts, 0) / 2 / np.log(2))
    return result


def nannyml(before: Array, after: Array) -> Flags:
    """Where NannyML's default would raise an alarm."""
    return distance(before, after) > DISTANCE


def evidently(before: Array, after: Array) -> Flags:
    """Where Evidently's default would find drift."""
    from scipy.special import chdtrc, ndtr

    totals = [side.sum(axis=1) for side in (before, after)]
    values = ((before + after) > 0).sum(axis=1)
    expected = before * (totals[1] / totals[0])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # What the reference never had is infinitely unlikely.
        x2 = np.nansum((after - expected) ** 2 / expected, axis=1)
        first = ((before + after) > 0).argmax(axis=1)[:, None]
        shares = [np.take_along_axis(side, first, axis=1)[:, 0] for side in (before, after)]
        pooled = (shares[0] + shares[1]) / (totals[0] + totals[1])
        gap = shares[0] / totals[0] - shares[1] / totals[1]
        z = gap / np.sqrt(pooled * (1 - pooled) * (1 / totals[0] + 1 / totals[1]))
    p = np.where(values == 2, 2 * ndtr(-np.abs(z)), chdtrc(np.maximum(values - 1, 1), x2))
    found: Flags = np.where(totals[0] > MANY_ROWS, distance(before, after) >= DISTANCE, (p < LEVEL) & (values > 1))
    return found


RULES = {"Evidently's default": evidently, "NannyML's default": nannyml}
