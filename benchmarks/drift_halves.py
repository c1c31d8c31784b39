"""Real people split at random: each one's visits in two halves by lot, so that nobody changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.drift.sums import POWER_NAMES, ROW_COLUMNS, SIDES, Block
from benchmarks.window_logs import Log

Places = npt.NDArray[np.int64]


class Halves:
    """The visits of a log, ready to be dealt into halves again and again."""

    def __init__(self, log: Log) -> None:
        self.log = log
        first = np.unique(log.visit, return_index=True)[1]
        self.owner = log.user[first]
        """Of each visit."""
        self.size = np.bincount(log.visit, log.n)
        self.visits = np.bincount(self.owner)
        self.rows = pl.DataFrame({
            "user": log.user, "visit": log.visit, "interest": log.interests[log.pair_interest[log.pair]],
            "n": log.n.astype(np.int64),
        })  # fmt: skip
        self.lines = pl.DataFrame({"user": log.pair_user, "interest": log.interests[log.pair_interest]})

    def split(self, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Which visits lie after: half of each person's, of an odd number one more or one less."""
        order = np.lexsort((rng.random(len(self.owner)), self.owner))
        place = np.empty(len(order), dtype=np.int64)
        starts = np.cumsum(self.visits) - self.visits
        place[order] = np.arange(len(order)) - starts[self.owner[order]]
        half = (self.visits + rng.integers(0, 2, len(self.visits))) // 2
        return place >= half[self.owner]

    def block(self, after: npt.NDArray[np.bool_]) -> Block:
        """Everybody, with the visits of `after` in the window after."""
        log, users = self.log, len(self.visits)
        sides = dict(zip(SIDES, (~after, after), strict=True))
        people = {"user": pl.Series(np.arange(users))}
        lines = {}
        for side, visits in sides.items():
            for power, name in enumerate(POWER_NAMES):
                counted = np.bincount(self.owner[visits], self.size[visits] ** power, users)
                people[f"{name}_{side}"] = pl.Series(counted.astype(np.int64))
            rows = visits[log.visit]
            for prefix, power in (("", 1), ("squares_", 2)):
                counted = np.bincount(log.pair[rows], log.n[rows] ** power, len(self.lines))
                lines[prefix + side] = pl.Series(counted.astype(np.int64))
        rows_after = pl.Series(after[log.visit])
        known = self.rows.with_columns(is_after=rows_after).select(ROW_COLUMNS)
        find: Callable[[pl.Series], pl.DataFrame] = lambda users: known.filter(pl.col("user").is_in(users.implode()))  # noqa: E731
        return Block(pl.DataFrame(people), self.lines.with_columns(**lines), find)

    def table(self, after: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Events before and after, users x interests."""
        log, shape = self.log, (len(self.visits), len(self.log.interests))
        cell = log.pair_user[log.pair] * shape[1] + log.pair_interest[log.pair]
        is_after = after[log.visit]
        before, later = (
            np.bincount(cell[rows], log.n[rows], shape[0] * shape[1]).reshape(shape) for rows in (~is_after, is_after)
        )
        return before, later
