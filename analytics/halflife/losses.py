"""What mixes of the past, forgotten at different speeds, say about the days that came next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.migration.halves import hashed
from data.errors import InputError

Array = npt.NDArray[np.float64]
GRID = (7.0, 14.0, 28.0, 56.0, 90.0, 180.0, 365.0, float("inf"))
"""Days after which an event counts half; infinity: nothing is forgotten."""
ALPHAS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Events of everybody's mix that a person's own are mixed with."""
HORIZON = 28
CUTS = 4
LEAST_HISTORY = 91
"""Days before a cut without which slow and quick forgetting cannot be told apart."""
MOST = 120
"""Interests that are told apart; the others are one."""
RECENT = 100.0
"""Events that everybody's mix of all days weighs beside that of the last `HORIZON` days."""
COLUMNS = ("user", "day", "interest", "n")


@dataclass(frozen=True)
class Past:
    """One cut: what its people did before, decayed by every half-life of the grid, and after."""

    users: npt.NDArray[np.int64]
    totals: Array
    """Decayed events of each person in all interests: people x grid."""
    pair_user: npt.NDArray[np.int64]
    """Rows are people with an interest they had before or after: the place of the person in `users` ..."""
    pair_line: npt.NDArray[np.int64]
    weights: Array
    """... the decayed events: pairs x grid ..."""
    next: Array
    """... and the share of the person's next days."""
    base: Array
    """Everybody's mix before the cut."""

    @cached_property
    def bought(self) -> npt.NDArray[np.int64]:
        """The pairs of the next days."""
        return np.flatnonzero(self.next > 0)

    def losses(self, alpha: float) -> Array:
        """-sum_k m_k log p_k of each person: people x grid; m the mix of the next days,
        p_k = (w_k + alpha q_k) / (sum w + alpha)."""
        user, line = self.pair_user[self.bought], self.pair_line[self.bought]
        p = (self.weights[self.bought] + alpha * self.base[line][:, None]) / (self.totals[user] + alpha)
        found = np.zeros_like(self.totals)
        np.add.at(found, user, -self.next[self.bought][:, None] * np.log(p))
        return found


def checked(visits: pl.DataFrame) -> pl.DataFrame:
    """The frame, if it has user, day, interest, n; a row a person, day and interest."""
    for name in COLUMNS:
        if name not in visits.columns:
            raise InputError(f"A half-life needs the column `{name}`, found {', '.join(visits.columns)}. Add it.")
    return visits.filter(pl.col("n") > 0).group_by("user", "day", "interest").agg(pl.col("n").sum())


def cuts_of(visits: pl.DataFrame, horizon: int = HORIZON) -> list[date]:
    """The first days of the last four stretches of `horizon` days, one after the other, with 91 days or more before."""
    first, last = visits["day"].min(), visits["day"].max()
    found = []
    if isinstance(first, date) and isinstance(last, date):
        found = [last + timedelta(days=1 - horizon * number) for number in range(1, CUTS + 1)]
        found = sorted(cut for cut in found if (cut - first).days >= LEAST_HISTORY)
    if not found:
        reach = f"from {first!s} to {last!s}" if len(visits) else "over no day"
        raise InputError(
            f"A half-life is chosen on {horizon} days that follow {LEAST_HISTORY} others, and these visits reach "
            f"{reach}. Choose a longer stretch."
        )
    return found


def lines_of(visits: pl.DataFrame, most: int = MOST) -> dict[str, int]:
    """The largest interests and their numbers; the number after the last stands for all others."""
    sizes = visits.group_by("interest").agg(pl.col("n").sum()).sort(["n", "interest"], descending=[True, False])
    return {name: number for number, name in enumerate(sizes["interest"].head(most).cast(pl.Utf8).to_list())}


def past(visits: pl.DataFrame, lines: dict[str, int], cut: date, grid: Sequence[float], horizon: int) -> Past:
    """People who were there before the cut and in the `horizon` days from it on."""
    number = pl.col("interest").cast(pl.Utf8).replace_strict(lines, default=len(lines), return_dtype=pl.Int64)
    rows = visits.with_columns(k=number, age=(pl.lit(cut) - pl.col("day")).dt.total_days().cast(pl.Float64))
    before, after = rows.filter(pl.col("age") > 0), rows.filter(pl.col("age").is_between(1 - horizon, 0))
    base = _base(before, len(lines) + 1, horizon)
    both = before.select("user").unique().join(after.select("user").unique(), on="user").sort("user")
    both = both.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    decayed = [(pl.col("n") * (-pl.col("age") / half * np.log(2)).exp()).sum().alias(f"w{h}")
               for h, half in enumerate(grid)]  # fmt: skip
    # In one order, so that the last digit of a sum does not depend on the order of the rows.
    was = before.join(both, on="user").sort("place", "k", "age").group_by("place", "k", maintain_order=True)
    then = after.join(both, on="user").group_by("place", "k").agg(next=pl.col("n").sum())
    then = then.with_columns(next=pl.col("next") / pl.col("next").sum().over("place"))
    pairs = was.agg(decayed).join(then, on=["place", "k"], how="full", coalesce=True).fill_null(0).sort("place", "k")
    weights = pairs.select(f"w{h}" for h in range(len(grid))).to_numpy()
    totals = np.zeros((len(both), len(grid)))
    np.add.at(totals, pairs["place"].to_numpy(), weights)
    return Past(both["user"].to_numpy().astype(np.int64), totals, pairs["place"].to_numpy(), pairs["k"].to_numpy(),
                weights, pairs["next"].to_numpy(), base)  # fmt: skip


def _base(before: pl.DataFrame, wide: int, horizon: int) -> Array:
    """Everybody's mix of the last `horizon` days before a cut, with that of all days as so many events."""
    sums = before.group_by("k").agg(all=pl.col("n").sum(), late=pl.col("n").filter(pl.col("age") <= horizon).sum())
    whole, late = np.full(wide, 0.5), np.zeros(wide)  # half an event each, so that no share is zero
    whole[sums["k"].to_numpy()] += sums["all"].to_numpy()
    late[sums["k"].to_numpy()] = sums["late"].to_numpy()
    base: Array = (late + RECENT * whole / whole.sum()) / (late.sum() + RECENT)
    return base


class Foretold(NamedTuple):
    """What the past of everybody says, by half-life, summed over cuts."""

    grid: tuple[float, ...]
    lines: dict[str, int]
    pasts: list[Past]
    users: npt.NDArray[np.int64]
    sums: Array
    """Losses: people x grid."""
    counts: Array
    """Cuts that each person took part in."""
    alphas: Array
    """The best for all people: grid."""


def foretold(
    visits: pl.DataFrame, cuts: Sequence[date] | None = None, grid: Sequence[float] = GRID, horizon: int = HORIZON
) -> Foretold:
    """Everybody's losses at the cuts, or at those of `cuts_of`."""
    rows = checked(visits)
    lines = lines_of(rows)
    days = list(cuts) if cuts is not None else cuts_of(rows, horizon)
    pasts = [past(rows, lines, day, grid, horizon) for day in days]
    return Foretold(tuple(grid), lines, pasts, *losses_of(pasts))


def losses_of(pasts: Sequence[Past]) -> tuple[npt.NDArray[np.int64], Array, Array, Array]:
    """Everybody's losses by half-life, summed over cuts (alpha chosen on other people), the number of cuts, the best
    alphas: users, people x grid, people, grid."""
    users = np.unique(np.concatenate([each.users for each in pasts]))
    counts = np.zeros(len(users))
    wide = pasts[0].totals.shape[1]
    found = np.zeros((len(ALPHAS), len(users), wide))
    for each in pasts:
        place = np.searchsorted(users, each.users)
        counts[place] += 1
        for number, alpha in enumerate(ALPHAS):
            found[number, place] += each.losses(alpha)
    half = (hashed(users, 11) % np.uint64(2)).astype(bool)
    sums = np.zeros((len(users), wide))
    for side in (half, ~half):
        chosen = found[:, ~side].sum(axis=1).argmin(axis=0)
        sums[side] = found[chosen, :, np.arange(wide)].T[side]
    return users, sums, counts, np.array(ALPHAS)[found.sum(axis=1).argmin(axis=0)]


def redrawn(values: Array, draws: int, seed: int) -> Array:
    """The sums of `values` over people drawn again with replacement: draws x columns."""
    draw, people = np.random.default_rng(seed), len(values)
    found = np.zeros((draws, values.shape[1]))
    for number in range(draws):
        found[number] = np.bincount(draw.integers(0, people, people), minlength=people) @ values
    return found
