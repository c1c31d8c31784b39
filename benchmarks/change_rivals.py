"""What others do: segmentation of the raw series, of what STL leaves, and z-scores of counts."""

import numpy as np
import polars as pl

from analytics.changes.noise import of_differences, of_residuals
from analytics.changes.segments import means, partition

BEFORE = 12


def plain_cuts(values: np.ndarray) -> np.ndarray:
    """PELT's answer on the raw series: 2 log(n) s^2, s from differences of neighbours."""
    variance = np.diff(values, axis=1).var(axis=1) / 2
    return partition(values, 2 * np.log(values.shape[1]) * variance, 2)


def cuts_after_stl(values: np.ndarray) -> np.ndarray:
    """PELT's answer on what STL leaves of a yearly season, at our penalty: 3 log(n) long-run variances."""
    from statsmodels.tsa.seasonal import STL

    rest = np.stack([each - STL(each, period=52).fit().seasonal for each in values])
    noise, starts = of_differences(rest), np.zeros(rest.shape, dtype=bool)
    for _ in range(2):
        starts = partition(rest, 3 * np.log(rest.shape[1]) * noise.long_run, 3)
        left = rest - means(rest, np.cumsum(starts, axis=1, dtype=np.int64))
        noise = of_residuals(left, starts.sum(axis=1) + 1.0)
    return starts


def high_z(frame: pl.DataFrame, *, robust: bool = False) -> np.ndarray:
    """Lines of 13 weeks whose last count is more than 3 standard deviations above the mean of the 12 before."""
    counts = frame["events"].to_numpy().reshape(-1, BEFORE + 1)
    past, now = counts[:, :-1], counts[:, -1]
    if robust:
        middle = np.median(past, axis=1)
        spread = 1.4826 * np.median(np.abs(past - middle[:, None]), axis=1)
    else:
        middle, spread = past.mean(axis=1), past.std(axis=1, ddof=1)
    return now > middle + 3 * np.maximum(spread, 1e-9)
