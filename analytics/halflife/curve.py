"""After how many days an event should count half: chosen by what predicts the next 28 days best."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.halflife.losses import ALPHAS, GRID, HORIZON, Array, Past, checked, cuts_of, lines_of, past, redrawn
from analytics.migration.halves import hashed
from data.errors import InputError

CURVE_SCHEMA = {
    "half_life": pl.Float64, "alpha": pl.Float64, "loss": pl.Float64, "difference": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "best": pl.Boolean, "close": pl.Boolean, "users": pl.Int64, "cuts": pl.Int64,
}  # fmt: skip
DRAWS = 500
LEAST_USERS = 50
"""People with a past and next days below which no half-life is chosen."""


def half_life(
    visits: pl.DataFrame,
    *,
    cuts: Sequence[date] | None = None,
    grid: Sequence[float] = GRID,
    horizon: int = HORIZON,
    seed: int = 0,
) -> pl.DataFrame:
    """How well mixes with each half-life foretell people's mix of the next `horizon` days, from user, day, interest, n.

    At each cut (the last four stretches of 28 days where none are given) a person's past is
    w_k = sum of n 2^(-age / h) and p_k = (w_k + alpha q_k) / (sum w + alpha), q everybody's mix before the cut.
    loss: the mean over people and cuts of -sum_k m_k log p_k, m the person's mix of the next days. alpha is chosen for
    each half-life, for one half of the people (by a stable hash) on the other half, so no person's loss is made
    smaller by choosing; the column shows the one that is best for all.
    difference: loss minus the smallest one, low and high its 95 % interval over people, who are compared with
    themselves (bootstrap). best: the smallest loss. close: not clearly worse, low <= 0. An infinite half_life
    forgets nothing. One row a half-life [half_life, alpha, loss, difference, low, high, best, close, users, cuts].
    """
    rows = checked(visits)
    days = list(cuts) if cuts is not None else cuts_of(rows, horizon)
    lines = lines_of(rows)
    users, sums, counts, alphas = losses_of([past(rows, lines, day, grid, horizon) for day in days])
    if len(users) < LEAST_USERS:
        raise InputError(
            f"A half-life needs {LEAST_USERS} people who were there before a cut and in the {horizon} days after, "
            f"found {len(users)}. Choose a longer stretch or more people."
        )
    drawn = redrawn(np.column_stack([sums, counts]), DRAWS, seed)
    loss, each = sums.sum(axis=0) / counts.sum(), drawn[:, :-1] / drawn[:, -1:]
    best = int(loss.argmin())
    low, high = np.quantile(each - each[:, [best]], (0.025, 0.975), axis=0)
    return pl.DataFrame({
        "half_life": list(grid), "alpha": alphas, "loss": loss, "difference": loss - loss[best], "low": low,
        "high": high, "best": np.arange(len(grid)) == best, "close": low <= 0, "users": [len(users)] * len(grid),
        "cuts": [len(days)] * len(grid),
    }, CURVE_SCHEMA)  # fmt: skip


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
