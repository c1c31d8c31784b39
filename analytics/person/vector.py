"""A person's interest vector over time: decayed event weights, mixed with a little of everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from analytics.choices import ASIDE
from analytics.counts import OTHERS
from data.errors import InputError
from data.store import Store

HALF_LIFE, ALPHA = 90.0, 10.0
"""Days after which an event counts half, and the weight of everybody's mix, where no run has chosen better ones."""
STEP, LONG_STEP, LONG = 7, 28, 365 * 3
KNOWN = {"day": pl.Date, "weight": pl.Float64, "effective": pl.Float64}

BASE_SQL = 'SELECT id, events FROM interests WHERE "by" = $by AND events > 0'
BASE_ITEM_SQL = "SELECT item_id AS id, events FROM items WHERE events > 0"


class Evolution(NamedTuple):
    """A person's interest vector over time."""

    shares: pl.DataFrame
    """One row a day and interest the person ever touched, and 'others' for all the rest: day, id, share; the shares of
    a day add up to 1."""
    known: pl.DataFrame
    """One row a day: day, weight (the decayed weights of all events), effective (how many events of today would say
    as much)."""


def base_mix(store: Store, *, by: str) -> pl.DataFrame:
    """Everybody's mix over the whole log, without what belongs to no interest: id, share."""
    rows = store.query(BASE_ITEM_SQL) if by == "item" else store.query(BASE_SQL, {"by": by})
    rows = rows.filter(~pl.col("id").is_in(ASIDE))
    return rows.select("id", share=pl.col("events") / pl.col("events").sum())


def grid(first: date, last: date) -> list[date]:
    """The days on which a vector is taken: every week back from `last`, every four in a long log.

    >>> grid(date(2026, 1, 1), date(2026, 1, 20))
    [datetime.date(2026, 1, 6), datetime.date(2026, 1, 13), datetime.date(2026, 1, 20)]
    """
    step = STEP if (last - first).days <= LONG else LONG_STEP
    return [last - timedelta(days=step * back) for back in range((last - first).days // step, -1, -1)]


def evolution(
    events: pl.DataFrame,
    base: pl.DataFrame,
    days: Sequence[date],
    *,
    half_life: float = HALF_LIFE,
    alpha: float = ALPHA,
) -> Evolution:
    """The person's interest vector at the end of each of `days`.

    w_k(t) = sum over events e of k up to t of v_e 2^(-(t - t_e) / h), at least 0; p_k = (w_k + alpha q_k) /
    (sum w + alpha), with v the event weights, h the half-life in days and q everybody's mix `base` [id, share];
    effective = (sum w)^2 / sum w^2 over single events (Kish 1965).
    """
    if half_life <= 0 or alpha <= 0:
        raise InputError(f"`half_life` and `alpha` have to be above 0, found {half_life} and {alpha}.")
    counted = events.filter(~pl.col("id").is_in(ASIDE), pl.col("weight") != 0)
    sums = counted.group_by("day", "id").agg(pl.col("weight").sum(), squares=(pl.col("weight") ** 2).sum())
    sums = sums.sort("day", "id")
    own = sums["id"].unique().sort().to_list()
    shares = dict(base.select("id", "share").iter_rows())
    q = np.array([shares.get(line, 0.0) for line in own] + [0.0])
    q[-1] = max(1.0 - q.sum(), 0.0)
    at = np.array(days, "datetime64[D]")
    age = (at[:, None] - sums["day"].to_numpy().astype("datetime64[D]")[None, :]).astype(float)
    decay = np.where(age >= 0, 2.0 ** (-np.maximum(age, 0) / half_life), 0.0)
    rows = np.zeros((sums.height, len(own) + 1))
    rows[np.arange(sums.height), [own.index(line) for line in sums["id"]]] = sums["weight"].to_numpy()
    weights = np.maximum(decay @ rows, 0.0)
    total = weights.sum(axis=1)
    squares = decay**2 @ sums["squares"].to_numpy()
    mixed = (weights + alpha * q) / (total + alpha)[:, None]
    effective = np.divide(total**2, squares, out=np.zeros(len(days)), where=squares > 0)
    frame = pl.DataFrame(
        {"day": np.repeat(at, len(q)), "id": [*own, OTHERS] * len(days), "share": mixed.ravel()},
        {"day": pl.Date, "id": pl.String, "share": pl.Float64},
    )
    known = pl.DataFrame({"day": list(days), "weight": total, "effective": effective}, KNOWN)
    return Evolution(frame, known)
