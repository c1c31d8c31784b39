"""Where a line stands in its life, judged so that no single week can decide it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

STAGES = ("steady", "emerging", "rising", "peaked", "fading")
BLOCK, BLOCKS, FEWEST_BLOCKS = 4, 7, 3
LEAST_EVENTS = 100
"""Events that the weeks judged have to hold, their largest week not counted."""
RISE, STEP, PEAK, NEW = 1.25, 1.1, 1.5, 4.0
NOISE, PEAK_NOISE = 1.25, 2.0

Array = npt.NDArray[np.float64]


def stage(values: Sequence[float | None] | Array, events: Sequence[float | None] | Array | None = None) -> str:
    """The stage of one series of complete weeks, oldest first: emerging, rising, peaked, fading or steady.

    `values` are usually shares; a missing week is None or NaN. `events` are the counts behind them.

    The last 28 weeks are cut into blocks of four, counted back from the newest; m0 is the median of the newest
    block, m1 of the one before it, and so on to m6 (at least three blocks are needed). `past` is the median of
    m1, m2, ...; `noise` is the median over the blocks of standard deviation / mean of their weeks.
    R = max(1.25, exp(1.25 noise)), P = max(1.5, exp(2 noise)). The first that holds is the stage:

    - emerging: m2, m3, ... all <= m0 / 4, and m0 >= m1 / 1.1: hardly anything before, clearly something now
    - peaked: an earlier block mh >= P x the median of the blocks before it, m0 <= mh / P, and m0 <= 1.1 m1
    - rising: m0 >= R x past and m0 >= m1 / 1.1: well above the usual level, and not falling back
    - fading: m0 <= past / R and m0 <= 1.1 m1
    - steady: everything else, series with under 100 events (their largest week not counted), and every label that
      would change if any one of the weeks were missing (its block's median then is that of the other three).

    A series that already misses a week has used that allowance up and is judged as it is. Of simulated series
    that only fluctuate (Poisson, mean 10 to 200 a week, with 0 to 50 % lognormal noise on top), at most 4 in 100
    get another label than steady; random walks do drift and are labelled more often.

    >>> stage([10.0] * 24 + [20.0] * 4), stage([10.0] * 27 + [90.0])
    ('rising', 'steady')
    """
    series = np.array([[np.nan if value is None else value for value in values]], dtype=float)
    sizes = None
    if events is not None:
        sizes = np.array([[0.0 if size is None else size for size in events]], dtype=float)
    return stages(series, sizes)[0]


def stages(values: Array, events: Array | None = None) -> list[str]:
    """`stage` of every row of a matrix of lines x weeks, oldest week first."""
    count = min(BLOCKS, values.shape[1] // BLOCK)
    if count < FEWEST_BLOCKS or not len(values):
        return ["steady"] * len(values)
    used = values[:, values.shape[1] - BLOCK * count :]
    if events is not None:
        sizes = np.where(np.isnan(used), 0.0, events[:, events.shape[1] - BLOCK * count :])
        held = sizes.sum(axis=1) - np.where(np.isnan(used).any(axis=1), 0.0, sizes.max(axis=1))
        # Most lines of a catalogue are tiny: leave them out before the work, not after it.
        large = held >= LEAST_EVENTS
        found = iter(stages(used[large]))
        return [next(found) if is_large else STAGES[0] for is_large in large]
    # Newest block first, so that block k is k blocks ago whatever the length.
    weeks = used.reshape(len(used), count, BLOCK)[:, ::-1]
    missing = np.isnan(weeks)
    ordered = np.sort(weeks, axis=2)
    spread = _spread(weeks)
    label = _judge(_medians(ordered), spread)
    whole = ~missing.any(axis=(1, 2))
    for block in range(count):
        # Leaving one of four sorted weeks out leaves the second or the third as the median: two cases a block.
        for middle in (1, 2):
            medians = _medians(ordered)
            medians[:, block] = ordered[:, block, middle]
            label[whole & (_judge(medians, np.delete(spread, block, axis=1)) != label)] = 0
    return [STAGES[place] for place in label]


def _medians(ordered: Array) -> Array:
    """The medians of blocks whose weeks are sorted, missing ones last."""
    present = BLOCK - np.isnan(ordered).sum(axis=2, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(present - 1, 0) // 2, axis=2)
    high = np.take_along_axis(ordered, np.minimum(present // 2, BLOCK - 1), axis=2)
    return ((low + np.where(present == 0, np.nan, high)) / 2)[:, :, 0]


def _spread(weeks: Array) -> Array:
    """Standard deviation / mean of each whole block; NaN where a week is missing or nothing happened."""
    mean = weeks.mean(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(mean > 0, weeks.std(axis=2, ddof=1) / mean, np.nan)


def _judge(m: Array, spread: Array) -> npt.NDArray[np.int64]:
    """The place in STAGES of each row of block medians, newest first; steady where a median is unknown."""
    known = ~np.isnan(m).any(axis=1)
    m = np.where(np.isnan(m), 0.0, m)
    # Sorted by hand: nanmedian warns on rows without any value, and those simply have no noise.
    ordered = np.sort(spread, axis=1)
    number = (~np.isnan(spread)).sum(axis=1)
    row = np.arange(len(m))
    low, high = ordered[row, np.maximum(number - 1, 0) // 2], ordered[row, np.minimum(number // 2, spread.shape[1] - 1)]
    noise = np.where(number > 0, (low + high) / 2, 0.0)
    rise, peak = np.maximum(RISE, np.exp(NOISE * noise)), np.maximum(PEAK, np.exp(PEAK_NOISE * noise))
    now, last, past = m[:, 0], m[:, 1], np.median(m[:, 1:], axis=1)
    label = np.zeros(len(m), dtype=np.int64)
    label[(past > 0) & (now <= past / rise) & (now <= last * STEP)] = 4
    label[(now > 0) & (now >= rise * past) & (now >= last / STEP)] = 2
    for high_block in range(1, m.shape[1] - 1):
        top, before = m[:, high_block], np.median(m[:, high_block + 1 :], axis=1)
        label[(top > 0) & (top >= peak * before) & (now <= top / peak) & (now <= STEP * last)] = 3
    label[(now > 0) & (m[:, 2:].max(axis=1) <= now / NEW) & (now >= last / STEP)] = 1
    label[~known] = 0
    return label
