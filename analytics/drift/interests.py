"""Whether the mix of interests changed between two windows, which interests went up and down, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.drift.discoveries import q_values
from analytics.drift.effect import effect, effect_of_events
from analytics.drift.mix import Array, Flags, Mix, mix, with_season
from analytics.drift.parts import PARTS, parts
from analytics.drift.randomised import DRAWS, MORE_DRAWS, window_test

CHANGED, UNCLEAR, UNKNOWN = "changed", "no clear change", "not enough data"
UP, DOWN = "up", "down"
LEVEL = 0.05
LEAST_USERS = 20
"""People in each window. Twenty differ enough for a test by lot; it is also what the list of movers asks of events."""
LEAST_EVENTS = 100
"""Events in each window. With fewer, the share of an interest that has a tenth is known to +-6 points at best: only
what doubles could be seen."""
LEAST_EFFECTIVE = 6.0
"""Equally busy people that a window's people are worth. Among m of them all-or-nothing has a chance of 2^(1 - m), which
is below 5 % from 6 on: where a few do nearly everything, no change could ever be clear."""
LEAST_FANS = 5.0
"""People's worth of an interest to be expected in the smaller window. Ten in two equal windows all change sides with a
chance of 2^-9 = .002, which just passes among 25 interests; below that, no lot tells a change from an accident."""
INTEREST_SCHEMA = {
    "interest": pl.Utf8, "share_before": pl.Float64, "share_after": pl.Float64, "change": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "beyond": pl.Float64, "beyond_low": pl.Float64, "beyond_high": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "verdict": pl.Utf8, "events": pl.Int64,
    **dict.fromkeys(PARTS, pl.Float64), **dict.fromkeys((f"{part}_error" for part in PARTS), pl.Float64),
}  # fmt: skip


@dataclass(frozen=True)
class Drift:
    """The answer: of the mix as a whole, and of each interest in a frame."""

    verdict: str
    """changed, no clear change, not enough data."""
    p: float | None
    effect: float
    """JS_w in nats, less what chance alone brings (the mean of the draws), at least 0."""
    interval: tuple[float, float] | None
    """95 %, of the effect."""
    users: tuple[int, int]
    """With events in the window before, and in the one after."""
    events: tuple[int, int]
    reason: str | None
    """Where there is not enough data: what is missing, as a part of a sentence."""
    seasonal: bool
    """Whether a season was taken out of what p, q and verdicts are about."""
    interests: pl.DataFrame
    """INTEREST_SCHEMA, the largest clear changes first, then by change.

    change = share_after - share_before, with its interval low to high; mix + behaviour + catalogue + season = change.
    beyond: change less what the season leads one to expect, with its interval; p, q and verdict (up, down, no clear
    change, not enough data) are about it. q: Benjamini and Hochberg's over all interests tested, and at least the
    mix's own p, so that no interest is called changed in a mix that is not.
    """


def drift(
    before: pl.DataFrame, after: pl.DataFrame, *, season: pl.DataFrame | None = None, seed: int = 0,
    draws: int = DRAWS, more: int = MORE_DRAWS, aside: Collection[str] = (),
) -> Drift:  # fmt: skip
    """Compare two windows of a population, a segment or a list: frames user, interest, n, and common (`per_interest`).

    Without the column common every item counts as common, and the part of the catalogue is 0. season: interest, ratio
    (what is usual after over what is usual before), error and chance where they are known (`year_ratios`). aside: what
    counts in the shares and is no interest: it is not tested, alone or with the others.

    Windows should be of one length: swapping takes it that one is as full of chance as the other.
    """
    return drift_of(mix(before, after), season=season, seed=seed, draws=draws, more=more, aside=aside)


def drift_of(
    plain: Mix, *, season: pl.DataFrame | None = None, seed: int = 0, draws: int = DRAWS, more: int = MORE_DRAWS,
    aside: Collection[str] = (),
) -> Drift:  # fmt: skip
    """The same for windows that are counted already, without season."""
    usual = with_season(plain, season)
    reason = missing(plain)
    interests = ~usual.interests.is_in(list(aside)).to_numpy()
    tested = interests & (usual.effective_fans >= LEAST_FANS) & (reason is None)
    if reason is None and not tested.any():
        reason = "no interest has enough people of its own"
    found = window_test(usual, tested, interests, seed=seed, draws=draws, more=more)
    frame = _interests(plain, usual, tested, found.p, found.interest_p)
    why = parts(usual).drop("share_before", "share_after", "change")
    answer = frame.join(why, on="interest", how="left", maintain_order="left")
    size, interval = effect_of_events(usual), None
    if reason is None:
        size, interval = effect(usual, found.expected, found.variance)
    verdict = UNKNOWN if reason else CHANGED if found.p <= LEVEL else UNCLEAR
    sizes = int(plain.sizes[0]), int(plain.sizes[1])
    p = None if reason else found.p
    return Drift(verdict, p, size, interval, plain.people, sizes, reason, season is not None, answer)


def missing(mix: Mix) -> str | None:
    """What keeps two windows from being compared at all; None where nothing does."""
    people, events = min(mix.people), min(mix.sizes)
    if people < LEAST_USERS:
        return f"one window has {people} people, and a comparison needs {LEAST_USERS} in each"
    if events < LEAST_EVENTS:
        return f"one window has {events:.0f} events, and a comparison needs {LEAST_EVENTS} in each"
    if mix.effective_users < LEAST_EFFECTIVE:
        return "a few people make nearly all events of one window"
    return None


def _interests(plain: Mix, usual: Mix, tested: Flags, whole: float, p: Array) -> pl.DataFrame:
    q = np.maximum(q_values(p), whole)
    clear = np.nan_to_num(q, nan=1.0) <= LEVEL
    verdict = np.where(~tested, UNKNOWN, np.where(~clear, UNCLEAR, np.where(usual.change > 0, UP, DOWN)))
    (low, high), (beyond_low, beyond_high) = plain.interval, usual.interval
    frame = pl.DataFrame({
        "interest": plain.interests, "share_before": plain.shares[0], "share_after": plain.shares[2],
        "change": plain.change, "low": low, "high": high, "beyond": usual.change, "beyond_low": beyond_low,
        "beyond_high": beyond_high, "p": p, "q": q, "verdict": verdict,
        "events": plain.summed(plain.before + plain.after).astype(np.int64),
    })  # fmt: skip
    frame = frame.with_columns(pl.col("p", "q").fill_nan(None))
    known = pl.col("verdict") != UNKNOWN
    frame = frame.with_columns(
        pl.when(known).then(pl.col(name)).alias(name) for name in ("low", "high", "beyond_low", "beyond_high")
    )
    first = pl.col("verdict").is_in([UP, DOWN])
    return frame.sort(first, pl.col("change").abs(), "interest", descending=[True, True, False])
