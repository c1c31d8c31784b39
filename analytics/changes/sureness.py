"""How sure the size and the place of a change are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
FALL = 7.35
"""Long-run variances that the explained sum of squares falls from the best place to the true one, 95 % of the time:
P(fall <= c) = (1 - exp(-c / 2))^2 (Hansen 2000)."""


def doubts(known: Flags, starts: Flags, columns: Array) -> Array:
    """The variance of every step between levels, in long-run variances, with that of the season fitted beside them."""
    stretch = np.cumsum(starts)
    design = np.column_stack([stretch[:, None] == np.arange(stretch[-1] + 1), columns])[known]
    inverse = np.linalg.pinv(design.T @ design)
    left = np.arange(stretch[-1])
    result: Array = inverse[left, left] + inverse[left + 1, left + 1] - 2 * inverse[left, left + 1]
    return result


def places(values: Array, at: int, noise: float) -> tuple[int, int]:
    """The first and the last place of a change that are nearly as likely as `at`."""
    known = ~np.isnan(values)
    apart = np.cumsum(np.where(known, values - values[known].mean(), 0.0))[:-1]
    size = np.cumsum(known)[:-1].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where((size > 0) & (size < known.sum()), apart**2 * (1 / size + 1 / (known.sum() - size)), 0.0)
    near = np.flatnonzero(gain >= gain[at - 1] - FALL * noise) + 1
    return int(near[0]), int(near[-1])
