"""Simulated people whose interest stays, moves, fades or lasts by known numbers."""

from datetime import date

import numpy as np
import polars as pl

FIRST = date(2024, 1, 1)


def people(
    seed: int,
    *,
    size: int = 600,
    interests: int = 20,
    kinds: int = 6,
    own: float = 3.0,
    narrow: float = 0.5,
    visits: float = 10.0,
    anew: float = 0.0,
    season: float = 0.0,
    busier: float = 1.0,
) -> pl.DataFrame:
    """Two periods of people with Dirichlet mixes around those of their kind.

    anew: the part of people whose kind and mix are drawn anew. season: the standard deviation of the log of what each
    period does to each interest. busier: half of the people come so many times as often in the second period.
    """
    draw = np.random.default_rng([seed, 1])
    centres = draw.dirichlet(np.full(interests, narrow), kinds) * own + 1e-3
    rates = visits * np.exp(draw.normal(0, 0.5, size))
    kind = draw.integers(kinds, size=size)
    mixes = _dirichlet(draw, centres[kind])
    frames = []
    for period in range(2):
        if period and anew:
            drawn = draw.random(size) < anew
            kind = np.where(drawn, draw.integers(kinds, size=size), kind)
            mixes = np.where(drawn[:, None], _dirichlet(draw, centres[kind]), mixes)
        now = mixes * np.exp(draw.normal(0, season, interests))
        come = draw.poisson(rates * np.where((np.arange(size) % 2 == 1) & (period == 1), busier, 1.0))
        frames.append(_bought(draw, now / now.sum(axis=1, keepdims=True), come, period))
    return pl.concat(frames)


def _dirichlet(draw: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    drawn = draw.gamma(weights) + 1e-12
    return drawn / drawn.sum(axis=1, keepdims=True)


def _bought(draw: np.random.Generator, mixes: np.ndarray, come: np.ndarray, period: int) -> pl.DataFrame:
    """Visits of four events on average."""
    sizes = 1 + draw.poisson(3, come.sum())
    user, visit = np.repeat(np.arange(len(come)), come).repeat(sizes), np.arange(come.sum()).repeat(sizes)
    thing = (draw.random((len(user), 1)) > mixes.cumsum(axis=1)[user]).sum(axis=1)
    rows = pl.DataFrame({"user": user, "visit": visit, "interest": thing}).group_by("user", "visit", "interest")
    return rows.agg(n=pl.len().cast(pl.Int64)).with_columns(
        period=pl.lit(period), interest=pl.format("i{}", pl.col("interest"))
    )


def remembering(seed: int, half: float, *, size: int = 400, interests: int = 15, days: int = 360) -> pl.DataFrame:
    """People who come every fifth day and buy three things: each time what they bought before, weighed by a half-life,
    with ten events of everybody's mix."""
    draw, frames = np.random.default_rng([seed, 2]), []
    base = draw.dirichlet(np.full(interests, 2.0))
    weights = np.zeros((size, interests))
    for day in range(days):
        weights *= 0.5 ** (1 / half)
        come = np.flatnonzero(draw.random(size) < 0.2)
        p = weights[come] + 10 * base
        p /= p.sum(axis=1, keepdims=True)
        for _ in range(3):
            thing = np.minimum((draw.random((len(come), 1)) > p.cumsum(axis=1)).sum(axis=1), interests - 1)
            np.add.at(weights, (come, thing), 1)
            frames.append((np.full(len(come), day), come, thing))
    day, user, thing = (np.concatenate(part) for part in zip(*frames, strict=True))
    frame = pl.DataFrame({"user": user, "days": day, "interest": thing}).group_by("user", "days", "interest")
    return frame.agg(n=pl.len().cast(pl.Int64)).select(
        "user", "n", day=pl.lit(FIRST) + pl.duration(days="days"), interest=pl.format("i{}", pl.col("interest"))
    )


def keeping(seed: int, stable: float, half: float, *, size: int = 500, periods: int = 12) -> pl.DataFrame:
    """A part `stable` of what sets people apart stays; the rest is drawn anew so often that it halves in `half`."""
    draw, frames = np.random.default_rng([seed, 3]), []
    stays, passing = (_dirichlet(draw, np.full((size, 12), 0.5)) for _ in range(2))
    part = np.sqrt(stable) / (np.sqrt(stable) + np.sqrt(1 - stable))  # the parts' variances are stable and 1 - stable
    for period in range(periods):
        if period:
            anew = draw.random(size) >= 0.5 ** (1 / half)
            passing = np.where(anew[:, None], _dirichlet(draw, np.full((size, 12), 0.5)), passing)
        frames.append(_bought(draw, part * stays + (1 - part) * passing, draw.poisson(8, size), period))
    return pl.concat(frames)
