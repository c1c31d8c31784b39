"""The best way to cut series into stretches of one level each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def partition(values: Array, penalty: Array, least: int) -> Flags:
    """Where new levels start, from a matrix of series x periods (NaN = missing): True in the first period of each.

    Exact: of all ways to cut a series into stretches of at least `least` known periods, the one with the least sum of
    squares around the stretches' means plus `penalty` for every cut. Optimal partitioning (Jackson et al. 2005), for
    all series at once: with T, W the sums of values and of known periods up to t,
    G(t) = min over s of G(s) - (T(t) - T(s))^2 / (W(t) - W(s)) + penalty, the sum of squares up to t left out.
    """
    known = ~np.isnan(values)
    count, periods = values.shape
    row, whole = np.arange(count), bool(known.all())
    sums, sizes = np.zeros((count, periods + 1)), np.zeros((count, periods + 1))
    sums[:, 1:] = np.cumsum(np.where(known, values, 0.0), axis=1)
    sizes[:, 1:] = np.cumsum(known, axis=1)
    best = np.full((count, periods + 1), np.inf)
    best[:, 0] = -penalty
    back = np.zeros((count, periods + 1), dtype=np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        for end in range(least, periods + 1):
            starts = end - least + 1
            gain = sums[:, end, None] - sums[:, :starts]
            gain *= gain
            size = sizes[: 1 if whole else count, end, None] - sizes[: 1 if whole else count, :starts]
            gain /= size
            cost = np.subtract(best[:, :starts], gain, out=gain)
            if not whole:
                cost[size < least] = np.inf
            back[:, end] = cost.argmin(axis=1)
            best[:, end] = cost[row, back[:, end]] + penalty
    found = np.zeros((count, periods + 1), dtype=bool)
    place = np.where(np.isfinite(best[:, periods]), periods, 0)
    while place.any():
        place = np.where(place > 0, back[row, place], 0)
        found[row, place] = True
    found[:, 0] = False
    return found[:, :periods] if whole else _onto_known(found[:, :periods], known)


def _onto_known(starts: Flags, known: Flags) -> Flags:
    """Starts that lie in a gap, moved to the first known period after it."""
    row, place = np.nonzero(starts)
    periods = np.arange(starts.shape[1])
    after = np.where(known, periods, starts.shape[1])[:, ::-1]
    following = np.minimum.accumulate(after, axis=1)[:, ::-1]
    moved = np.zeros_like(starts)
    moved[row, following[row, place]] = True
    return moved


def means(values: Array, stretch: npt.NDArray[np.int64]) -> Array:
    """The mean of each value's stretch, in the shape of the values; 0 where nothing of it is known."""
    known = ~np.isnan(values)
    width = int(stretch.max(initial=0)) + 1
    place = (stretch + width * np.arange(len(values))[:, None]).ravel()
    total = np.bincount(place, np.where(known, values, 0.0).ravel(), width * len(values))
    size = np.bincount(place, known.ravel().astype(float), width * len(values))
    result: Array = (total / np.maximum(size, 1.0))[place].reshape(values.shape)
    return result
