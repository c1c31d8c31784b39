"""Whether a mix of interests changed between two windows: a randomisation test with people as units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.drift.mix import Array, Flags, Mix, Places
from analytics.drift.players import Players, Table, players_of

DRAWS, MORE_DRAWS = 999, 9_999
MORE_BELOW = 0.01
CELLS = 4_000_000
"""Draws x players that are held at once: 16 MB."""
EQUAL = 0.01
"""A draw whose statistic is smaller by no more than this part counts as equally large. Where ten people alone look at
something, all draws that leave them on one side are one case; the others' traffic must not rank it among them."""


@dataclass(frozen=True)
class Found:
    """What the draws say: of the mix as a whole, and of every interest (NaN where it was not tested)."""

    p: float
    interest_p: Array
    expected: float
    """JS_w that chance alone brings on average: what has to be taken off it."""
    variance: float
    """Of JS_w by chance alone."""
    draws: int


@dataclass(frozen=True)
class _Drawn:
    """Statistics of some draws: Pearson's of the mix, and |change| / its standard error of each tested interest."""

    pearson: Array
    sizes: Table
    """Draws x tested interests."""


def window_test(
    mix: Mix, tested: Flags, interests: Flags | None = None, *, seed: int = 0, draws: int = DRAWS,
    more: int = MORE_DRAWS,
) -> Found:  # fmt: skip
    """Randomise over users (drift-and-targeting B3): how large are changes when it is by lot which window is which?

    `analytics.drift.players` says who draws what. The shares are made anew in each draw. An interest's statistic is
    |change| over its standard error, people as units; where few people of one window meet many of the other, the
    error has to be drawn anew as well (Janssen 1997; Chung and Romano 2013). p = (1 + draws at least as large) /
    (1 + draws); where a p is below .01, ten times as many are drawn. Where none of them is as large, p is at most
    2 exp(-T^2 / (2 R)), R a fourth of the sum of squared ranges of what each person can add to T: Hoeffding's bound
    (1963) on what all possible draws together say.

    The mix has two statistics: Pearson's sum_k change_k^2 / share_k, which is JS_w to second order and sees small
    changes of many interests, and the largest of the interests' own, which sees one. Its p is how often the smaller
    p of the two is by chance as small as it was, from the same draws. `interests`: those that the mix consists of,
    where some lines only count in the shares; `tested` are some of them.
    """
    nothing = np.full(len(tested), np.nan)
    if not tested.any():
        return Found(np.nan, nothing, 0.0, 0.0, 0)
    there = mix.pooled > 0
    all_of_it = there if interests is None else there & interests
    players = players_of(mix, np.random.default_rng((seed, 0)))
    judged = _Judged(mix, players, np.arange(len(tested)), tested, all_of_it)
    rng = np.random.default_rng((seed, 1))
    variance = mix.season_variance + players.variance
    observed = judged.statistics(mix.change[None], variance[None])
    found = judged.drawn(rng, draws)
    whole, single = _compared(observed, found)
    if whole < MORE_BELOW and more > draws:
        further = judged.drawn(rng, more - draws)
        found = _Drawn(np.r_[found.pearson, further.pearson], np.concatenate([found.sizes, further.sizes]))
        whole, single = _compared(observed, found)
    elif (few := single < MORE_BELOW).any() and more > draws:
        further = judged.only(np.flatnonzero(tested)[few]).drawn(rng, more - draws)
        single[few] = _alone(observed.sizes[:, few], np.concatenate([found.sizes[:, few], further.sizes]))
    reach = (players.reach + mix.season_reach)[tested]
    bound = 2 * np.exp(-(mix.change[tested] ** 2) / (2 * np.maximum(reach, 1e-300)))
    none_as_large = single <= 1.5 / (1 + max(draws, more))
    single = np.where(none_as_large, np.minimum(single, bound), single)
    if whole <= 1.5 / (1 + len(found.pearson)):
        # As sure as the surest interest after Bonferroni's correction, twice for the two statistics.
        whole = min(whole, 2 * int(tested.sum()) * float(single.min()))
    nothing[tested] = single
    unit = mix.sizes[0] * mix.sizes[1] / sum(mix.sizes) ** 2 / 2
    rest = there & ~all_of_it
    expected = float(found.pearson.mean() + (variance[rest] / mix.pooled[rest]).sum())
    return Found(whole, nothing, unit * expected, unit**2 * float(found.pearson.var()), len(found.pearson))


@dataclass(frozen=True)
class _Judged:
    """Two windows, who draws, and which interests are looked at, alone and together."""

    mix: Mix
    players: Players
    columns: Places
    """The interests of the mix that the players' tables hold."""
    tested: Flags
    """Of the columns, as `interests`: those that are tested alone, and those that are tested together."""
    interests: Flags

    def only(self, columns: Places) -> _Judged:
        """The same people and some interests, each alone."""
        every = np.ones(len(columns), dtype=bool)
        return _Judged(self.mix, self.players.only(columns), columns, every, ~every)

    def statistics(self, change: Array, variance: Array) -> _Drawn:
        """Of changes and their variances: draws x columns."""
        with np.errstate(invalid="ignore", divide="ignore"):
            sizes = np.abs(change[:, self.tested]) / np.sqrt(variance[:, self.tested])
        share = self.mix.pooled[self.columns][self.interests]
        return _Drawn((change[:, self.interests] ** 2 / share).sum(axis=1), np.nan_to_num(sizes))

    def drawn(self, rng: np.random.Generator, draws: int) -> _Drawn:
        """So many draws."""
        spread = self.mix.season_variance[self.columns]
        parts = [
            self.statistics(change + _season_noise(self.mix, rng, len(change))[:, self.columns], variance + spread)
            for change, variance in _rounds(self.players, rng, draws)
        ]
        return _Drawn(np.concatenate([part.pearson for part in parts]), np.concatenate([part.sizes for part in parts]))


def _rounds(players: Players, rng: np.random.Generator, draws: int) -> Iterator[tuple[Array, Array]]:
    each = max(CELLS // players.count, 1)
    for start in range(0, draws, each):
        yield players.draw(rng, min(each, draws - start))


def _season_noise(mix: Mix, rng: np.random.Generator, draws: int) -> Array:
    """What the ratio's own error adds to a change: -g_k (e_k - sum_j g_j e_j) with g = s_1 r / sum(s_1 r)."""
    if not mix.error.any():
        return np.zeros((1, len(mix.error)))
    mean, variance = mix.season_if_any
    size, usual = (draws, len(mix.error)), mix.shares[1]
    some = rng.random(size) < mix.chance
    error = np.where(some, mean + rng.normal(0, 1, size) * np.sqrt(variance), 0.0) - np.log(mix.ratio)
    result: Array = -usual * (error - (error @ usual)[:, None])
    return result


def _alone(observed: Table, drawn: Table) -> Array:
    """p of each interest."""
    result: Array = (1 + (drawn >= observed * (1 - EQUAL)).sum(axis=0)) / (1 + len(drawn))
    return result


def _compared(observed: _Drawn, found: _Drawn) -> tuple[float, Array]:
    """p of the mix, and of each interest."""
    slack = 1 - EQUAL
    pearson = _share_as_large(np.r_[observed.pearson * slack, found.pearson])
    largest = _share_as_large(np.r_[observed.sizes.max(axis=1) * slack, found.sizes.max(axis=1)])
    smaller = np.minimum(pearson, largest)
    return float((smaller <= smaller[0]).mean()), _alone(observed.sizes, found.sizes)


def _share_as_large(values: Array) -> Array:
    """Of each value the share of all that are at least as large."""
    ordered = np.sort(values)
    return 1 - np.searchsorted(ordered, values, side="left") / len(values)
