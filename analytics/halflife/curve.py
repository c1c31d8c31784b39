"""After how many days an event should count half: chosen by what predicts the next 28 days best."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from analytics.halflife.losses import GRID, HORIZON, Foretold, foretold, redrawn
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
    known: Foretold | None = None,
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
    `known` is what `foretold` gives for the same visits, where it was asked already.
    """
    found = known or foretold(visits, cuts, grid, horizon)
    users, sums, counts = found.users, found.sums, found.counts
    if len(users) < LEAST_USERS:
        raise InputError(
            f"A half-life needs {LEAST_USERS} people who were there before a cut and in the {horizon} days after, "
            f"found {len(users)}. Choose a longer stretch or more people."
        )
    drawn = redrawn(np.column_stack([sums, counts]), DRAWS, seed)
    loss, each = sums.sum(axis=0) / counts.sum(), drawn[:, :-1] / drawn[:, -1:]
    best = int(loss.argmin())
    low, high = np.quantile(each - each[:, [best]], (0.025, 0.975), axis=0)
    frame = {
        "half_life": list(found.grid), "alpha": found.alphas, "loss": loss, "difference": loss - loss[best],
        "low": low, "high": high, "best": np.arange(len(loss)) == best, "close": low <= 0,
        "users": [len(users)] * len(loss), "cuts": [len(found.pasts)] * len(loss),
    }  # fmt: skip
    return pl.DataFrame(frame, CURVE_SCHEMA)
