"""A second look at people who may have changed, visit by visit: their visits dealt to the two windows at random.

`clumps` knows of a person's visits what sums tell. Where interests clump unevenly, a dozen of one thing in one visit,
that does not settle how far chance reaches: on the grocery log 7 of 100 people who did not change were below p = 0.05,
and below 0.001 five times too many. So whoever comes near is looked at again.

e_bk = x_bk - n_b E_ik / n_i is what visit b of window i holds beyond what is expected of it (E_ik events of the
window, as in `season`). The statistic is R = sum_k (sum_{b before} e_bk)^2 m_k / sum_b w_b^2 g_b, with m_k = n1 n2 / N
(1 / E_1k + 1 / E_2k), g_b = sum_k e_bk^2 m_k, w_b = n2 / N before and n1 / N after, and the sum corrected for the
estimated mix as in `clumps`: X^2 over its expected value. Which visits lie before is then drawn by lot, as many as
there are, and R with its own n1, n2 found again. Dividing by what is expected under each deal makes the test exact
where visits are exchangeable, and nearly so where only their expected mix is the same (Janssen 1997; Chung and Romano
2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from analytics.drift.clumps import beyond_estimate
from analytics.drift.moments import Array, pearson_tail

Small = npt.NDArray[np.floating]
"""In single precision: six digits are more than a draw by lot can tell."""
Whole = npt.NDArray[np.int64]
Places = npt.NDArray[np.int16]
SEED = 20_260
"""The deals of so many visits are always the same, so a person's p depends on that person's visits alone."""
DEEP = 0.001
"""Below this the tail is never taken to be lighter than a plain gamma distribution's: the skewness of some hundred
deals is too small by chance as often as too large, and that far out too small a one makes p many times too small."""
FLATTER = 0.9
"""Below DEEP a tail falls by so much of what the fitted gamma distribution says: p = DEEP (p / DEEP)^FLATTER. The
spread of 999 deals is known to 5 to 8 %, and with it how fast the tail falls. On a real grocery log, its visits dealt
to halves at random, p of 2e-5 came 1.35 times as often as it should without this; (2e-5 / 0.001)^-0.1 is 1.48."""
TINY = float(np.finfo(float).tiny)
PADDED = 4
"""Interests are filled up to a multiple of so many, and people with as many then taken together: one person's sums are
the same to the last digit whoever else is dealt."""
CELLS = 1_000_000
"""Numbers in the largest array at a time, so that it stays in the processor's cache."""


@dataclass(frozen=True)
class Visits:
    """The visits of some people: one row a visit and interest, those of a person in a row."""

    start: Whole
    """Where each person's rows begin; one number more than there are people."""
    visit: Whole
    """The place of the visit among the person's, those before first."""
    line: Whole
    """The place of the interest among the person's."""
    n: Array
    visits: Whole
    """People x 2: visits before and after."""


def dealt(found: Visits, line_start: Whole, expected: tuple[Array, Array], rho: Array, draws: int, who: Whole) -> Array:
    """p of each person of `who`: how likely a random deal of the visits gives as large an R as the windows do.

    line_start, expected: where each person's interests begin, and the events expected of each before and after. rho:
    the correlation inside visits. Mean, variance and skewness of R over `draws` deals make a gamma distribution with
    an origin of its own (`pearson_tail`), whose upper tail is p: so few deals can tell that a p is far below 1 / draws.
    Below DEEP p is that of a gamma distribution without one, where that is more, and the tail is taken to be FLATTER.
    """
    p = np.ones(len(who))
    if not len(who):
        return p
    wide, total = -(-np.diff(line_start)[who] // PADDED) * PADDED, found.visits[who].sum(axis=1)
    order = np.lexsort((wide, total))
    alike = (np.diff(total[order]) == 0) & (np.diff(wide[order]) == 0)
    for same in np.split(order, np.flatnonzero(~alike) + 1):
        visits, width = int(total[same[0]]), int(wide[same[0]])
        step = max(CELLS // (max(visits, width) * (draws + 1)), 1)
        for first in range(0, len(same), step):
            some = same[first : first + step]
            p[some] = _p_of(found, who[some], line_start, expected, rho, _ranks(visits, draws), width)
    return p


def _p_of(
    found: Visits, some: Whole, line_start: Whole, expected: tuple[Array, Array], rho: Array, ranks: Places, width: int
) -> Array:
    """`dealt` for some people with as many visits each, and no more interests than `width`."""
    beyond, sizes, n = _beyond(found, some, (ranks.shape[1], width), line_start, expected)
    lots = np.less(ranks, found.visits[some, 0][:, None, None].astype(ranks.dtype)).astype(np.float32)
    columns = np.stack(
        [np.einsum("ubk,ubk->ub", beyond, beyond), np.ones_like(sizes), sizes, sizes**2, sizes**3], axis=2
    )
    before = np.matmul(lots, columns)
    after = columns.sum(axis=1)[:, None, :] - before
    mean = beyond_estimate(
        [before[..., 0], after[..., 0]], [before[..., 1:], after[..., 1:]], rho[some, None].astype(np.float32), n
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(mean > 0, _squares(lots, beyond) / mean, 0.0).astype(float)
    by_chance = ratio[:, 1:]
    middle = by_chance.mean(axis=1)
    gap = by_chance - middle[:, None]
    square = gap * gap
    variance = square.mean(axis=1)
    cube = np.where(variance > 0, variance, 1.0) ** 1.5
    skewness = np.einsum("ud,ud->u", square, gap) / gap.shape[1] / cube
    p = pearson_tail(ratio[:, 0], middle, variance, skewness)
    plain = pearson_tail(ratio[:, 0], middle, variance, 2 * np.sqrt(variance) / np.maximum(middle, TINY))
    p = np.maximum(p, np.minimum(plain, DEEP))
    return np.where(p < DEEP, DEEP * (p / DEEP) ** FLATTER, p)


def _squares(lots: Small, beyond: Small) -> Small:
    """sum_k (sum_{b before} e_bk)^2 m_k of every deal, over interests or over pairs of visits, whichever are fewer."""
    if beyond.shape[2] <= beyond.shape[1]:
        gaps = np.matmul(lots, beyond)
        return np.einsum("udk,udk->ud", gaps, gaps)
    return np.einsum("udb,udb->ud", np.matmul(lots, np.matmul(beyond, beyond.transpose(0, 2, 1))), lots)


def _beyond(
    found: Visits, some: Whole, shape: tuple[int, int], line_start: Whole, expected: tuple[Array, Array]
) -> tuple[Small, Small, Small]:
    """e_bk sqrt(m_k) of each person's visits and interests, the visits' events, and the person's."""
    held = np.zeros((len(some), *shape), np.float32)
    rows, person = _runs(found.start, some)
    held[person, found.visit[rows], found.line[rows]] = found.n[rows]
    sizes = held.sum(axis=2)
    lines, owner = _runs(line_start, some)
    place = lines - line_start[some][owner]
    windows = [np.zeros((len(some), held.shape[2])) for _ in expected]
    for window, events in zip(windows, expected, strict=True):
        window[owner, place] = events[lines]
    totals = [window.sum(axis=1, keepdims=True) for window in windows]
    parts = [np.divide(1, window, out=np.zeros_like(window), where=window > 0) for window in windows]
    metric = (parts[0] + parts[1]) * (totals[0] * totals[1] / (totals[0] + totals[1]))
    is_before = np.arange(shape[0]) < found.visits[some, :1]
    shares = [
        (window / total * np.sqrt(metric)).astype(np.float32) for window, total in zip(windows, totals, strict=True)
    ]
    held *= np.sqrt(metric).astype(np.float32)[:, None, :]
    held -= sizes[:, :, None] * np.where(is_before[:, :, None], shares[0][:, None, :], shares[1][:, None, :])
    return held, sizes, (totals[0] + totals[1]).astype(np.float32)


def _runs(start: Whole, some: Whole) -> tuple[Whole, Whole]:
    """The rows of some people, and which of them each row belongs to."""
    lengths = start[some + 1] - start[some]
    person = np.repeat(np.arange(len(some)), lengths)
    offset = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return start[some][person] + offset, person


@lru_cache(maxsize=512)
def _ranks(visits: int, draws: int) -> Places:
    """Draws + 1 orders of so many visits, the first as they are; in each the first ones lie before."""
    orders = np.tile(np.arange(visits, dtype=np.int16), (draws + 1, 1))
    orders[1:] = np.random.default_rng((SEED, visits)).permuted(orders[1:], axis=1)
    return orders
