"""Made-up people whose tastes are known to stay or to change, as blocks for the test of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.drift.people import LEAST_EVENTS, LEAST_VISITS
from analytics.drift.sums import POWER_NAMES, ROW_COLUMNS, SIDES, Block

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
INTERESTS = 20
NAMES = pl.Series([f"interest {number:02}" for number in range(INTERESTS)])
LITTLE_USED = 0.02
"""A change goes to an interest with less than this share."""
CELLS = 6_000_000
"""Numbers in the largest array: people are made in groups that fit."""


@dataclass(frozen=True)
class World:
    """People with the same habits in each window, their tastes drawn anew for each from a Dirichlet distribution."""

    events: int
    """Of either window."""
    visits: int
    """Of either window."""
    together: float = 0.0
    """The part of a visit's events that go to one interest, which is drawn from the person's taste."""
    even: float = 0.3
    """The parameter of the Dirichlet distribution: at 0.3 a person has five or six interests, at 1 about twelve."""
    season: float = 0.0
    """Deviation of the log of what the season does to each interest's share."""
    longer: float = 1.0
    """How many times as many events a visit after has."""
    more: float = 1.0
    """How many times as many visits there are after."""

    @property
    def after(self) -> tuple[int, int]:
        """Visits and events of the window after."""
        visits = round(self.visits * self.more)
        return visits, round(self.events * self.more * self.longer)


def tastes(rng: np.random.Generator, users: int, even: float) -> Array:
    return rng.dirichlet(np.full(INTERESTS, even), users)


def shifted(rng: np.random.Generator, taste: Array, points: float) -> Array:
    """The same tastes with that share moved, in proportion, to one little-used interest of each person."""
    little = (taste < LITTLE_USED) | (taste == taste.min(axis=1, keepdims=True))
    place = (rng.random(taste.shape) * little).argmax(axis=1)
    moved = (1 - points) * taste
    moved[np.arange(len(taste)), place] += points
    return moved


def sizes(rng: np.random.Generator, users: int, visits: int, events: int) -> Counts:
    """The events of each visit, at least one, of quite different size: that many in all."""
    weights = rng.gamma(1.5, size=(users, visits))
    return 1 + rng.multinomial(events - visits, weights / weights.sum(axis=1, keepdims=True))


def visits_of(rng: np.random.Generator, taste: Array, size: Counts, together: float) -> Counts:
    """Users x visits x interests: the events of each visit."""
    users, visits = size.shape
    same = rng.binomial(size, together)
    found = rng.multinomial(size - same, np.broadcast_to(taste[:, None, :], (users, visits, INTERESTS)))
    ends = taste.cumsum(axis=1)
    topic = (rng.random((users, visits, 1)) > ends[:, None, :-1]).sum(axis=2, keepdims=True)
    np.put_along_axis(found, topic, np.take_along_axis(found, topic, axis=2) + same[..., None], axis=2)
    return found


def made(
    rng: np.random.Generator, world: World, users: int, points: float = 0.0, season: Array | None = None
) -> Iterator[Block]:
    """Blocks of people of a world, everybody's taste moved by `points`; season: factors of the interests' shares."""
    visits, events = world.after
    step = max(CELLS // ((world.visits + visits) * INTERESTS), 1)
    for first in range(0, users, step):
        some = min(step, users - first)
        taste = tastes(rng, some, world.even)
        later = shifted(rng, taste, points) if points else taste
        if season is not None:
            later = later * season / (later * season).sum(axis=1, keepdims=True)
        windows = [
            visits_of(rng, each, sizes(rng, some, *habit), world.together)
            for each, habit in ((taste, (world.visits, world.events)), (later, (visits, events)))
        ]
        yield block_of(windows[0], windows[1], first)


def block_of(before: Counts, after: Counts, first: int = 0) -> Block:
    """A block from users x visits x interests; visits without events are none. Users are numbered from `first`."""
    events = [window.sum(axis=1) for window in (before, after)]
    user, place = np.nonzero(sum(events))
    lines = {"user": user + first, "interest": NAMES[place]}
    people: dict[str, object] = {"user": np.arange(len(before)) + first}
    for side, window, count in zip(SIDES, (before, after), events, strict=True):
        size = window.sum(axis=2)
        lines[side] = count[user, place]
        lines[f"squares_{side}"] = (window**2).sum(axis=1)[user, place]
        people |= {f"{name}_{side}": np.where(size > 0, size**power, 0).sum(axis=1)
                   for power, name in enumerate(POWER_NAMES)}  # fmt: skip

    rows = []
    for is_after, window in ((False, before), (True, after)):
        who, visit, interest = np.nonzero(window)
        n = window[who, visit, interest]
        rows.append(pl.DataFrame({"is_after": np.full(len(n), is_after), "user": who + first,
                                  "visit": visit, "interest": NAMES[interest], "n": n}))  # fmt: skip
    return as_block(pl.DataFrame(people), pl.DataFrame(lines), pl.concat(rows).select(ROW_COLUMNS))


def as_block(people: pl.DataFrame, lines: pl.DataFrame, rows: pl.DataFrame) -> Block:
    """A block whose visits are all there: `rows` of ROW_COLUMNS."""
    return Block(people, lines, lambda users: rows.filter(pl.col("user").is_in(users.implode())))


def mixed(
    rng: np.random.Generator, users: int, together: float, changed: float = 0.1, points: float = 0.3
) -> tuple[Block, npt.NDArray[np.bool_]]:
    """People as a shop has them, some of whom changed, and who did: 30 events a window on average, ten visits, gamma
    spread with shape 2; only those with enough data, as many as `users`."""
    parts: list[Block] = []
    moved: list[npt.NDArray[np.bool_]] = []
    count = 0
    while count < users:
        taste = tastes(rng, 2_000, 0.3)
        turned = rng.random(len(taste)) < changed
        later = taste.copy()
        later[turned] = shifted(rng, taste[turned], points)
        visits = rng.poisson(rng.gamma(2.0, 5.0, len(taste)), (2, len(taste)))
        places = np.arange(visits.max())
        size = (1 + rng.poisson(2.0, (*visits.shape, len(places)))) * (places < visits[..., None])
        enough = ((visits >= LEAST_VISITS) & (size.sum(axis=2) >= LEAST_EVENTS)).all(axis=0)
        kept = np.flatnonzero(enough)[: users - count]
        windows = [
            visits_of(rng, each[kept], own[kept], together) for each, own in zip((taste, later), size, strict=True)
        ]
        parts.append(block_of(windows[0], windows[1], count))
        moved.append(turned[kept])
        count += len(kept)
    return joined(parts), np.concatenate(moved)


def joined(parts: Sequence[Block]) -> Block:
    """Blocks of different users as one."""
    rows = pl.concat([part.visits(part.people["user"]) for part in parts if part.visits is not None])
    return as_block(pl.concat([part.people for part in parts]), pl.concat([part.lines for part in parts]), rows)
