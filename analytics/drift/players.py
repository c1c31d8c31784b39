"""Who draws what in the window test, and what the changes of the shares are after a draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analytics.drift.mix import Array, Flags, Mix, Places, sums

Table = npt.NDArray[np.floating]
GROUPS = 8_192
"""Swappers beyond this number draw together, in so many groups made by lot: a subgroup of all swaps, so the test stays
exact, and the spread of its draws is known to 1 / sqrt(2 x 8192) = 0.8 %."""
LABELLED = 20_000
"""Up to so many people of a single window draw labels; more of them swap, as the others do."""
EVEN = 1.1
"""Where a labelled person weighs at most so much more in one window than in the other, the spread of a change hardly
depends on who is where, and is not drawn anew."""
PRECISE = 2_000
"""Up to so many players the sums are in double precision, so that draws that are equal count as equal."""


@dataclass(frozen=True)
class Players:
    """Swappers and labelled people as tables of players x (interests + 1), the last column the whole.

    A swapper gives his vector of the window before to the one after and the other way round, or does not, each with
    probability 1/2. Vectors are parts of their window, not events: a window with more traffic must not turn into
    another mix when half of the people are swapped.

    Somebody seen in one window only is labelled before or after, with the probabilities that these people are so
    divided. His vector is in units of a usual person of his own window, and weighs as much as a usual person of
    whichever window he comes to lie in: so windows keep their weight, and groups their sizes but for chance.
    """

    before: Table
    """Of the swappers, as `after`."""
    after: Table
    labelled: Table
    is_after: Flags
    """Of the labelled."""
    scale: tuple[float, float]
    """What a unit of the labelled weighs in the window before and in the one after."""
    pooled: Array

    @property
    def count(self) -> int:
        return max(len(self.before) + len(self.labelled), 1)

    @property
    def part(self) -> float:
        """Of the labelled, those of the window after."""
        return float(self.is_after.mean()) if len(self.is_after) else 0.0

    @cached_property
    def _squares(self) -> tuple[Table, Table]:
        """(d_k - d p_k)^2 of what swappers change, and of the labelled, p the shares of both windows."""
        mine = (self.after - self.before, self.labelled)
        first, second = ((rows[:, :-1] - rows[:, -1:] * self.pooled.astype(rows.dtype)) ** 2 for rows in mine)
        return first, second

    @cached_property
    def reach(self) -> Array:
        """A fourth of the sum of squared ranges of what each player can add to a change."""
        swaps, labels = (square.sum(axis=0, dtype=float) for square in self._squares)
        result: Array = swaps + sum(self.scale) ** 2 / 4 * labels
        return result

    @property
    def variance(self) -> Array:
        """Variance of the change as observed, people as units."""
        return self._variance(self.is_after[None].astype(self.labelled.dtype))[0]

    def _variance(self, after: Table) -> Array:
        """The same when `after` says, for each draw, who of the labelled is after: draws x interests."""
        swaps, labels = (square.sum(axis=0, dtype=float) for square in self._squares)
        first, second = (each**2 for each in self.scale)
        if max(self.scale) < EVEN * min(self.scale):
            return np.repeat((swaps + (first + second) / 2 * labels)[None], len(after), axis=0)
        result: Array = swaps + first * labels + (after @ self._squares[1]).astype(float) * (second - first)
        return result

    def only(self, columns: Places) -> Players:
        """The same people, and some of the interests."""
        rows = np.append(columns, self.before.shape[1] - 1)
        before, after, labelled = (each[:, rows] for each in (self.before, self.after, self.labelled))
        return Players(before, after, labelled, self.is_after, self.scale, self.pooled[columns])

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        """Changes of the shares and their variances in so many draws: draws x interests each.

        A change is told from what it is on average, which is not 0 where people of one window weigh more in one window
        than in the other: that a window is made of other people is a change, not chance.
        """
        bits = rng.integers(0, 256, (draws, -(-len(self.before) // 8)), dtype=np.uint8)
        stays = np.unpackbits(bits, axis=1, count=len(self.before)).astype(self.before.dtype)
        lots = rng.integers(0, 65536, (draws, len(self.labelled)), dtype=np.uint16)
        after = (lots < round(self.part * 65536)).astype(self.labelled.dtype)
        return self._change(stays, after) - self._centre, self._variance(after)

    @cached_property
    def _centre(self) -> Array:
        likely = np.full((1, len(self.labelled)), self.part, dtype=self.labelled.dtype)
        return self._change(np.full((1, len(self.before)), 0.5, dtype=self.before.dtype), likely)

    def _change(self, stays: Table, after: Table) -> Array:
        """Shares after less shares before, by who stays and who of the labelled is after: draws x interests."""
        whole, labelled = (self.before + self.after).sum(axis=0, dtype=float), self.labelled.sum(axis=0, dtype=float)
        mine, lots = self.before.sum(axis=0, dtype=float) + stays @ (self.after - self.before), after @ self.labelled
        later = mine + self.scale[1] * lots
        earlier = whole - mine + self.scale[0] * (labelled - lots)
        # Among a handful all can come to lie in one window; the other then has shares of nothing.
        shares = [side[:, :-1] / np.maximum(side[:, -1:], 1e-12) for side in (earlier, later)]
        result: Array = shares[1] - shares[0]
        return result


def players_of(mix: Mix, rng: np.random.Generator) -> Players:
    """Everybody as a player. People of one window are labelled where there are some in either, and not too many."""
    first, second = (total > 0 for total in mix.totals)
    single = first != second
    groups = int((single & first).sum()), int((single & second).sum())
    if min(groups) == 0 or sum(groups) > LABELLED:
        single = np.zeros(mix.users, dtype=bool)
    swappers, labelled = np.flatnonzero(~single), np.flatnonzero(single)
    size = min(len(swappers), GROUPS)
    place = np.empty(mix.users, dtype=np.int64)
    place[swappers] = np.arange(size) if size == len(swappers) else rng.integers(0, size, len(swappers))
    place[labelled] = np.arange(len(labelled))
    precise = size + len(labelled) <= PRECISE
    mine, after = ~single[mix.user], second[labelled]
    parts = [total[labelled][side] for total, side in zip(mix.totals, (~after, after), strict=True)]
    scale = [float(part.mean()) if len(part) else 1.0 for part in parts]
    tables = [_table(mix, mine, place, size, side) for side in mix.sides]
    usual = _table(mix, ~mine, place, len(labelled), mix.sides[0] / scale[0] + mix.sides[1] / scale[1])
    before, later, rest = (_as(table, precise) for table in (*tables, usual))
    return Players(before, later, rest, after, (scale[0], scale[1]), mix.pooled)


def _as(table: Array, precise: bool) -> Table:
    return table if precise else table.astype(np.float32)


def _table(mix: Mix, rows: Flags, place: Places, size: int, values: Array) -> Array:
    """Players x (interests + 1) of some rows' values."""
    width = len(mix.interests)
    cell = place[mix.user[rows]] * width + mix.interest[rows]
    table = sums(cell, values[rows], size * width).reshape(size, width)
    return np.column_stack([table, table.sum(axis=1)])
