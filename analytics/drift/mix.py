"""Two windows of some people's events as arrays: shares, and their change with its interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from data.errors import InputError

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
COUNTED = ("user", "interest", "n")
EVENTS = ("before", "after", "common_before", "common_after")
LEVEL = 0.05


@dataclass(frozen=True)
class Mix:
    """Events per user and interest in the window before and the window after, one row for each pair that occurs.

    With a season (r: what is usual after over what is usual before) every event before counts r, so that the shares
    before become s_1 r / sum(s_1 r), the mix that the season alone leads to; nothing that follows has to know.
    """

    interests: pl.Series
    users: int
    user: Places
    """Of each row, as `interest` and all counts."""
    interest: Places
    before: Array
    after: Array
    common_before: Array
    """Of these events, those with items that are no catalogue's (see `analytics.drift.parts`)."""
    common_after: Array
    ratio: Array
    """r per interest; 1 without season."""
    error: Array
    """Standard error of log r; 0 where it is not known."""
    chance: Array
    """How likely there is a season at all: log r is 0 or normal, and `ratio` and `error` are of both together."""

    @cached_property
    def sizes(self) -> tuple[float, float]:
        """Events before and after."""
        return float(self.before.sum()), float(self.after.sum())

    @cached_property
    def sides(self) -> tuple[Array, Array]:
        """Each row's part of the window before (with the season) and of the window after."""
        usual = self.before * self.ratio[self.interest]
        return usual / (usual.sum() or 1.0), self.after / (self.sizes[1] or 1.0)

    @cached_property
    def totals(self) -> tuple[Array, Array]:
        """Each user's part of the window before and of the window after."""
        before, after = (sums(self.user, side, self.users) for side in self.sides)
        return before, after

    def summed(self, values: Array) -> Array:
        """Values of rows, summed by interest."""
        return sums(self.interest, values, len(self.interests))

    @cached_property
    def shares(self) -> tuple[Array, Array, Array]:
        """Shares before as counted, before with the season, and after."""
        usual, after = (self.summed(side) for side in self.sides)
        return self.summed(self.before) / (self.sizes[0] or 1.0), usual, after

    @cached_property
    def pooled(self) -> Array:
        """Shares of both windows together, weighted by events."""
        first, second = self.sizes
        result: Array = (first * self.shares[1] + second * self.shares[2]) / ((first + second) or 1.0)
        return result

    @property
    def change(self) -> Array:
        """Share after less the share before that the season leads to."""
        return self.shares[2] - self.shares[1]

    @cached_property
    def people(self) -> tuple[int, int]:
        """Users with events before and after."""
        before, after = (int((total > 0).sum()) for total in self.totals)
        return before, after

    @cached_property
    def effective_users(self) -> float:
        """(sum n)^2 / sum n^2 over users, in the smaller window: how many equally busy ones they are worth."""
        return min(float(side.sum() ** 2 / (side @ side)) if side.any() else 0.0 for side in self.totals)

    @cached_property
    def effective_fans(self) -> Array:
        """The same of each interest over both windows, times the smaller window's part of all events: about how many
        people's worth of an interest is to be expected in the smaller window if nothing changed."""
        every = self.before + self.after
        worth = self.summed(every) ** 2 / np.maximum(self.summed(every**2), 1e-300)
        result: Array = worth * min(self.sizes) / (sum(self.sizes) or 1.0)
        return result

    @cached_property
    def season_variance(self) -> Array:
        """Variance of g = s_1 r / sum(s_1 r) by the errors of r."""
        return self._through_season(self.error**2)

    @cached_property
    def season_if_any(self) -> tuple[Array, Array]:
        """Mean and variance of log r where there is a season, from those of both cases together."""
        mean = np.log(self.ratio) / self.chance
        return mean, np.maximum((self.error**2 + np.log(self.ratio) ** 2) / self.chance - mean**2, 0.0)

    @cached_property
    def season_reach(self) -> Array:
        """A variance such that no sum of errors of r has thicker tails than a normal one of it (Hoeffding's lemma for
        whether there is a season)."""
        mean, variance = self.season_if_any
        return self._through_season(np.where(self.error > 0, variance + mean**2 / 4, 0.0))

    def _through_season(self, square: Array) -> Array:
        """Variance of g_k (e_k - sum_j g_j e_j), from that of each e."""
        usual = self.shares[1]
        result: Array = usual**2 * (square * (1 - 2 * usual) + float((usual**2 * square).sum()))
        return result

    @cached_property
    def interval(self) -> tuple[Array, Array]:
        """95 % interval of `change`: the delta method with users as units (the infinitesimal jackknife), and the
        season's own error; Student's t with as many degrees of freedom as there are effective users, less one."""
        from scipy.special import stdtrit

        first, second = self.totals
        row, before, after = self.sides[1] - self.sides[0], self.shares[1], self.shares[2]
        # Most people have no event in an interest, so the sum of squared influences is made of the rows there are and
        # of products of totals: sum (x_uk - y_uk)^2 with y_uk = n_u2 s_2k - n_u1 s_1k.
        rest = second[self.user] * after[self.interest] - first[self.user] * before[self.interest]
        whole = (second @ second) * after**2 - 2 * (first @ second) * after * before + (first @ first) * before**2
        square = np.maximum(self.summed(row**2 - 2 * row * rest) + whole, 0.0) * self.users / max(self.users - 1, 1)
        reach = stdtrit(max(self.effective_users - 1, 1.0), 1 - LEVEL / 2) * np.sqrt(square + self.season_variance)
        return self.change - reach, self.change + reach


def sums(places: Places, values: Array, size: int) -> Array:
    """The sum of the values of each place."""
    return np.bincount(places, values, size).astype(np.float64)


def mix(before: pl.DataFrame, after: pl.DataFrame, season: pl.DataFrame | None = None) -> Mix:
    """The two windows, from frames user, interest, n, and common, without which all events are of common items.

    season: interest, ratio, and error and chance (see `Mix`) if they are known; what it does not hold has ratio 1.
    """
    sides = []
    for name, frame in (("before", before), ("after", after)):
        if missing := [column for column in COUNTED if column not in frame.columns]:
            raise InputError(f"The frame `{name}` has no column {', '.join(missing)}. It needs user, interest and n.")
        if frame.select((pl.col("n") < 0).any()).item():
            raise InputError(f"The frame `{name}` counts fewer than 0 events of somebody. Leave refunds out.")
        common = pl.col("common" if "common" in frame.columns else "n").alias(f"common_{name}")
        sides.append(frame.filter(pl.col("n") > 0).select("user", "interest", common, pl.col("n").alias(name)))
    rows = pl.concat(sides, how="diagonal_relaxed")
    users, interests = rows["user"].unique().sort(), rows["interest"].unique().sort()
    rows = rows.join(users.to_frame().with_row_index("u"), on="user", nulls_equal=True)
    rows = rows.join(interests.to_frame().with_row_index("k"), on="interest").drop("user", "interest")
    found = rows.group_by("u", "k").sum().sort("u", "k")
    n1, n2, c1, c2 = (found[name].to_numpy().astype(float) for name in EVENTS)
    user, interest = (found[name].to_numpy().astype(np.int64) for name in ("u", "k"))
    one = np.ones(len(interests))
    return with_season(Mix(interests, len(users), user, interest, n1, n2, c1, c2, one, 0 * one, one), season)


def with_season(mix: Mix, season: pl.DataFrame | None) -> Mix:
    """The same windows, the one before as the season would change it."""
    if season is None:
        return mix
    if not season.select((pl.col("ratio") > 0).all()).item():
        raise InputError("A season's ratio has to be above 0. Shrink it towards 1 by its events.")
    values = {"ratio": 1.0, "error": 0.0, "chance": 1.0}
    columns = {name: pl.col(name) if name in season.columns else pl.lit(value) for name, value in values.items()}
    known = pl.DataFrame({"interest": mix.interests}).join(
        season.select("interest", **columns), on="interest", how="left", maintain_order="left"
    )
    ratio, error, chance = (known[name].fill_null(value).to_numpy().astype(float) for name, value in values.items())
    return replace(mix, ratio=ratio, error=error, chance=chance)
