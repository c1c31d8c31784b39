"""Series and shops whose changes, seasons and bursts are known: what the benchmark of changes draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

FIRST, YEAR = date(2022, 1, 3), 52.18
ENDS = 20
"""Weeks at both ends in which no change is planted, a fifth of short series."""


def wandering(rng: np.random.Generator, shape: tuple[int, int], memory: float) -> np.ndarray:
    """Noise of variance 1 whose autocorrelation falls as memory^k."""
    steps, found = rng.normal(size=(shape[0], shape[1] + 50)), np.zeros((shape[0], shape[1] + 50))
    for place in range(1, found.shape[1]):
        found[:, place] = memory * found[:, place - 1] + np.sqrt(1 - memory**2) * steps[:, place]
    return found[:, 50:]


def waves(rng: np.random.Generator, shape: tuple[int, int], second: float = 0.0, *, year: float = YEAR) -> np.ndarray:
    """A yearly wave of amplitude 1 at a random phase, with a wave of half a year of amplitude `second`."""
    place = np.arange(shape[1]) / year
    one, two = (np.sin(2 * np.pi * (k * place + rng.random((shape[0], 1)))) for k in (1, 2))
    return one + second * two


def levels(
    rng: np.random.Generator, count: int, *, weeks: int, season: float, memory: float, shift: float
) -> tuple[np.ndarray, np.ndarray]:
    """Series in units of their noise, with one change of level each, up or down, and the week it came."""
    values = wandering(rng, (count, weeks), memory) + season * waves(rng, (count, weeks))
    ends = min(ENDS, weeks // 5)
    at = rng.integers(ends, weeks - ends, count)
    return values + shift * rng.choice([-1, 1], count)[:, None] * (np.arange(weeks) >= at[:, None]), at


def week(place: int) -> date:
    return FIRST + timedelta(weeks=int(place))


def as_frame(ids: Sequence[str], days: int = 7, **columns: np.ndarray) -> pl.DataFrame:
    """Lines x weeks, or periods of other days, as a long frame."""
    weeks = next(iter(columns.values())).shape[1]
    starts = pl.Series("start", [FIRST + timedelta(days=days * place) for place in range(weeks)])
    return pl.DataFrame({
        "id": np.repeat(np.array(ids), weeks), "start": pl.concat([starts] * len(ids)),
        **{name: values.ravel() for name, values in columns.items()},
    })  # fmt: skip


def value_frame(values: np.ndarray) -> pl.DataFrame:
    return as_frame([str(line) for line in range(len(values))], value=values)


@dataclass(frozen=True)
class World:
    """How interests of a shop move when nothing happens."""

    name: str
    scatter: float
    """Standard deviation of the logarithm of a share from week to week."""
    memory: float = 0.0
    season: float = 0.0
    """Amplitude in units of the scatter."""
    christmas: float = 0.0
    """The share of interests that more than double for some weeks around Christmas."""


def shops(
    rng: np.random.Generator, world: World, count: int, *, lines: int = 30, weeks: int = 156, events: int = 3000
) -> pl.DataFrame:
    """Shops in which no interest changes: id (shop-line), start, events, total.

    Interests by Zipf's law, from some 750 events a week to 25; traffic grows by two thirds in three years and by half
    around Christmas, when nothing else is different.
    """
    shape, place = (count * lines, weeks), np.arange(weeks)
    rank = np.arange(1, lines + 1)
    log = world.scatter * wandering(rng, shape, world.memory)
    log += world.season * world.scatter * waves(rng, shape, 0.5) / np.sqrt(1.25)
    peak = np.exp(-(((place % YEAR) - 48) ** 2) / 8)
    log += peak * (rng.random((shape[0], 1)) < world.christmas)
    traffic = events * np.exp(0.5 * place / weeks) * (1 + 0.5 * peak)
    mean = np.tile(1 / rank / (1 / rank).sum(), count)[:, None] * np.exp(log) * traffic
    drawn = rng.poisson(mean)
    total = np.repeat(drawn.reshape(count, lines, weeks).sum(axis=1), lines, axis=0)
    ids = [f"{shop}-{line}" for shop in range(count) for line in range(lines)]
    return as_frame(ids, events=drawn, total=total)


def thirteen_weeks(
    rng: np.random.Generator, mean: float, *, lines: int = 20, scatter: float = 0.22, traffic: float = 1.0,
    burst: float = 1.0,
) -> pl.DataFrame:  # fmt: skip
    """Lines of one size over 13 weeks; in the last, all the shop has `traffic` times as many events, the lines `burst`
    times as many again."""
    weekly = np.exp(rng.normal(0, 0.05, 13)) * np.where(np.arange(13) == 12, traffic, 1.0)
    rates = mean * weekly * np.exp(rng.normal(-(scatter**2) / 2, scatter, (lines, 13)))
    rates[:, 12] *= burst
    total = np.broadcast_to(rng.poisson(50 * mean * weekly), (lines, 13))
    return as_frame([str(line) for line in range(lines)], events=rng.poisson(rates), total=total)


def shops_by_day(rng: np.random.Generator, count: int, *, lines: int = 30, days: int = 450) -> pl.DataFrame:
    """Shops like those of `shops` in which nothing happens but the days of the week, of every line its own: a day's
    share scatters by 30 %, half of it passed on to the next, under a season of the same size."""
    shape, place = (count * lines, days), np.arange(days)
    rank = np.arange(1, lines + 1)
    log = 0.3 * wandering(rng, shape, 0.5) + 0.3 * waves(rng, shape, year=365.25)
    log += rng.normal(0, 0.3, (shape[0], 7))[:, place % 7]
    traffic = 430 * np.exp(0.3 * np.sin(2 * np.pi * place / 7)) * np.exp(rng.normal(0, 0.1, days))
    drawn = rng.poisson(np.tile(1 / rank / (1 / rank).sum(), count)[:, None] * np.exp(log) * traffic)
    total = np.repeat(drawn.reshape(count, lines, days).sum(axis=1), lines, axis=0)
    ids = [f"{shop}-{line}" for shop in range(count) for line in range(lines)]
    return as_frame(ids, days=1, events=drawn, total=total)
