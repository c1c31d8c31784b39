"""Whether two stretches of weeks differ by more than their weeks differ among themselves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEVEL = 0.05
BORROW_FROM = 10
MOST_BORROWED = 20.0


class LogChange(NamedTuple):
    """The change of the mean of logs, its standard error, degrees of freedom and two-sided p."""

    change: Array
    error: Array
    freedom: Array
    p: Array


def difference(before: Array, after: Array, floor: Array | float = 0.0) -> LogChange:
    """Whether every row's mean changed, from two matrices lines x weeks of logs; NaN where a side has under two weeks.

    d = mean(after) - mean(before), and se^2 its variance, never below `floor`: a few weeks can be equal by luck, but
    counts are never surer than their Poisson noise. With fewer than 10 lines se and the degrees of freedom are
    Welch's (`_welch`). With more, the lines borrow from each other (`_moderated`): four weeks a side say little about
    one line's variance, and after correction for many lines hardly any change could ever pass.
    """
    from scipy.special import stdtr

    if min(before.shape[1], after.shape[1]) < 2 or not len(before):
        unknown = np.full(len(before), np.nan)
        return LogChange(unknown, unknown, unknown, unknown)
    least = np.broadcast_to(np.asarray(floor, dtype=float), len(before))
    borrow = len(before) >= BORROW_FROM and bool((least > 0).all())
    square, freedom = (_moderated if borrow else _welch)(before, after, least)
    change, error = after.mean(axis=1) - before.mean(axis=1), np.sqrt(square)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(error > 0, 2 * stdtr(freedom, -np.abs(change) / error), np.where(change == 0, 1.0, 0.0))
    return LogChange(change, error, freedom, p)


def _welch(before: Array, after: Array, floor: Array) -> tuple[Array, Array]:
    """se^2 = s_b^2 / n_b + s_a^2 / n_a with Satterthwaite's degrees of freedom (Welch 1947)."""
    sizes = before.shape[1], after.shape[1]
    parts = [rows.var(axis=1, ddof=1) / rows.shape[1] for rows in (before, after)]
    square = np.maximum(parts[0] + parts[1], floor)
    below = sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = np.where(below > 0, square**2 / below, np.inf)
    return square, np.clip(freedom, 1.0, sum(sizes) - 2.0)


def _moderated(before: Array, after: Array, floor: Array) -> tuple[Array, Array]:
    """Each line's variance s^2, drawn towards what lines of its size usually have (Smyth 2004).

    s~^2 = (d0 s0^2 + d s^2) / (d0 + d) with d0 + d degrees of freedom, d = n_b + n_a - 2. log s0^2 is a straight line
    in log(floor), fitted to log s^2; d0 makes the spread of log s^2 around it what chance alone would give:
    trigamma(d0 / 2) = spread - trigamma(d / 2), at most 20. se^2 = s~^2 (1 / n_b + 1 / n_a).
    """
    from scipy.special import digamma, polygamma

    sizes = before.shape[1], after.shape[1]
    d, per_week = float(sum(sizes) - 2), 1 / sizes[0] + 1 / sizes[1]
    pooled = sum(rows.var(axis=1, ddof=1) * (rows.shape[1] - 1) for rows in (before, after)) / d
    pooled = np.maximum(pooled, floor / per_week)
    terms = np.column_stack([np.ones(len(floor)), np.log(floor)])
    fit = terms @ np.linalg.lstsq(terms, np.log(pooled), rcond=None)[0]
    spread = ((np.log(pooled) - fit) ** 2).sum() / (len(floor) - 2) - polygamma(1, d / 2)
    grid = np.geomspace(0.5, MOST_BORROWED, 400)
    d0 = float(grid[np.argmin(np.abs(polygamma(1, grid / 2) - spread))]) if spread > 0 else MOST_BORROWED
    usual = np.exp(fit - digamma(d / 2) + np.log(d / 2) + digamma(d0 / 2) - np.log(d0 / 2))
    moderated = np.maximum((d0 * usual + d * pooled) / (d0 + d), floor / per_week)
    return moderated * per_week, np.full(len(floor), d0 + d)


def interval(found: LogChange, level: float = LEVEL) -> tuple[Array, Array]:
    """The relative change at both ends of the interval that goes with the test: exp(d -+ t se) - 1."""
    from scipy.special import stdtrit

    reach = stdtrit(found.freedom, 1 - level / 2) * found.error
    return np.expm1(found.change - reach), np.expm1(found.change + reach)


def passes(p: Array, level: float = LEVEL) -> npt.NDArray[np.bool_]:
    """Which p-values pass Benjamini and Hochberg's step-up procedure (1995): p_(k) <= level k / n.

    >>> passes(np.array([0.001, 0.04, 0.03, 0.5]))
    array([ True, False, False, False])
    """
    known = ~np.isnan(p)
    ordered = np.sort(p[known])
    limits = level * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    below = np.flatnonzero(ordered <= limits)
    cut = ordered[below[-1]] if len(below) else -1.0
    return known & (np.where(known, p, 1.0) <= cut)
