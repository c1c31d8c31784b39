"""Simulated shops for the tests of two windows: people with tastes of their own, who come in visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.drift.mix import Array, Mix

TOPIC = 0.3
"""Part of the looks of a visit that go to what the visit is about, as in the planted shop."""
LOOKS = 3.0
"""Looks of a visit on average: one, and a Poisson number more."""
ONE_MIND = 3.0
"""People's tastes are Dirichlet(3 x the shop's shares): most look at two or three interests only."""
BUSIEST = 30.0
"""No person does more than so many times what people do on average."""


@dataclass(frozen=True)
class Shop:
    """Its people: how many events each has in a week on average, and where they go."""

    weekly: Array
    tastes: Array
    """People x interests; rows sum to 1."""
    shares: Array

    @property
    def people(self) -> int:
        return len(self.weekly)


def make_shop(rng: np.random.Generator, people: int, interests: int, weekly: float, spread: float = 0.6) -> Shop:
    """A shop whose r-th interest has a share in proportion to r^-spread, with activity by a power law.

    Activity is Pareto with exponent 1.5 (a tenth of the people do about half of everything), cut at 30 times its mean.
    """
    shares = np.arange(1, interests + 1) ** -spread
    shares /= shares.sum()
    activity = 1 + rng.pareto(1.5, people)
    activity = np.minimum(activity / activity.mean(), BUSIEST)
    tastes = rng.gamma(ONE_MIND * shares, size=(people, interests)) + 1e-9
    tastes /= tastes.sum(axis=1, keepdims=True)
    return Shop(activity / activity.mean() * weekly, tastes, shares)


def turned(shop: Shop, interest: int, factor: float) -> Shop:
    """The same people, who each look `factor` times as much at one interest, and at the others less."""
    weights = shop.tastes.copy()
    weights[:, interest] *= factor
    # What all of them together look at has to grow by the factor, so the others are scaled for all alike.
    others = np.arange(weights.shape[1]) != interest
    share = float(shop.weekly @ shop.tastes[:, interest] / shop.weekly.sum())
    weights[:, others] *= (1 - factor * share) / (1 - share)
    weekly = shop.weekly * weights.sum(axis=1)
    return Shop(weekly, weights / weights.sum(axis=1, keepdims=True), shop.shares)


def in_season(shop: Shop, ratio: Array) -> Shop:
    """The same people, when everybody looks at each interest times its ratio."""
    weights = shop.tastes * ratio
    return Shop(shop.weekly * weights.sum(axis=1), weights / weights.sum(axis=1, keepdims=True), shop.shares)


def visit(rng: np.random.Generator, shop: Shop, weeks: float) -> npt.NDArray[np.int64]:
    """Events of so many weeks: people x interests."""
    visits = rng.poisson(shop.weekly * weeks / LOOKS)
    who = np.repeat(np.arange(shop.people), visits)
    bounds = shop.tastes.cumsum(axis=1)

    def choose(mine: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """An interest for each of these people, by taste."""
        chosen: npt.NDArray[np.int64] = (rng.random(len(mine))[:, None] > bounds[mine]).sum(axis=1)
        return np.minimum(chosen, bounds.shape[1] - 1)

    topic, looks = choose(who), 1 + rng.poisson(LOOKS - 1, len(who))
    topic, who = np.repeat(topic, looks), np.repeat(who, looks)
    seen = np.where(rng.random(len(who)) < TOPIC, topic, choose(who))
    cells = np.bincount(who * bounds.shape[1] + seen, minlength=bounds.size)
    return cells.reshape(bounds.shape)


def windows_of(before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> Mix:
    """Two tables people x interests as the windows they are; people who did nothing are left out."""
    there = np.flatnonzero((before + after).any(axis=1))
    user, interest = np.nonzero((before + after)[there])
    first, second = (side[there][user, interest].astype(float) for side in (before, after))
    one = np.ones(before.shape[1])
    names = pl.Series([f"i{number:02}" for number in range(len(one))])
    return Mix(names, len(there), user, interest, first, second, first, second, one, one * 0, one)


def as_frame(events: npt.NDArray[np.int64]) -> pl.DataFrame:
    """A table people x interests as a frame user, interest, n."""
    user, interest = np.nonzero(events)
    names = pl.Series([f"i{number:02}" for number in range(events.shape[1])])
    return pl.DataFrame({"user": user, "interest": names.gather(interest), "n": events[user, interest]})


def apart(before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> Mix:
    """The same for two groups of different people."""
    return windows_of(np.vstack([before, after * 0]), np.vstack([before * 0, after]))


def same_taste(rng: np.random.Generator, people: int, events: int, interests: int, points: float) -> Mix:
    """People with so many independent events in each window, who all turn `points` of their looks to one interest."""
    shares = rng.dirichlet(np.full(interests, 2.0))
    tastes = rng.gamma(ONE_MIND * interests / 6 * shares, size=(people, interests)) + 1e-9
    tastes /= tastes.sum(axis=1, keepdims=True)
    later = tastes * (1 - points)
    later[:, rng.integers(interests)] += points
    return windows_of(*(np.stack([rng.multinomial(events, mine) for mine in side]) for side in (tastes, later)))
