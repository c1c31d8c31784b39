"""Whether two items go together more, or less, than they did before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.drift.discoveries import q_values
from analytics.rules.counting import BOTH, count
from analytics.rules.judging import ITEMS, LEAST, Judged, compared, judge
from analytics.rules.lines import COLUMNS, lines_of, most_frequent
from analytics.significance import LEVEL, Array

CHANGE_SCHEMA = {
    "a": pl.Utf8, "b": pl.Utf8, "name_a": pl.Utf8, "name_b": pl.Utf8, "together_before": pl.Int64,
    "together_after": pl.Int64, "users_before": pl.Int64, "users_after": pl.Int64, "lift_before": pl.Float64,
    "lift_after": pl.Float64, "change": pl.Float64, "error": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "verdict": pl.Utf8,
}  # fmt: skip
UP, DOWN, UNCLEAR, UNKNOWN = "up", "down", "no clear change", "not enough data"
LEAST_TOGETHER = 10
"""Baskets with both items, in both windows together, and users who have one, below which no change is judged."""


def lift_changes(
    before: pl.DataFrame,
    after: pl.DataFrame,
    *,
    names: pl.DataFrame | None = None,
    about: Sequence[str] = (),
    items: int = ITEMS,
    shown: int | None = None,
) -> pl.DataFrame:
    """How the lift of each pair changed between two frames [user, basket, item], surest changes first.

    Of the `items` most frequent items of both windows, the pairs that share at least five baskets in one of them.
    change: ln(lift after / lift before), half a basket added to both counts; error: its standard error,
    sqrt(d / (k_before + 1/2) + d / (k_after + 1/2) + v), d the overdispersion over users (see `rules`) of both windows,
    v the variance that users who repeat one of the items give to what is expected: one person who buys a hundred times
    in one of the windows must not bring all its pairs down.
    p: given n = k_before + k_after, k_after is binomial(n, E_after / (E_before + E_after)) if the lift stayed the same;
    two-sided, on k / D and n / D, D = d + v n E_before E_after / (E_before + E_after)^2. low, high: the ends of the
    95 % interval of `change` that goes with it; null where it has no end. verdict: up, down (q <= 5 % over all pairs
    with enough data), no clear change, or not enough data (under ten baskets or users in all, or so few that no
    outcome at all would have reached p < 5 %).
    Windows take each other's people as strangers, which makes p too large, not too small, where people stay.
    """
    ids = most_frequent(pl.concat([_distinct(part) for part in (before, after)]), items, about)
    pairs = compared(len(ids), [ids.index(each) for each in about if each in ids] if about else None)
    earlier, later = (judge(count(lines_of(part, ids)), pairs, BOTH, 1) for part in (before, after))
    frame = _compared(earlier, later).with_columns(pair=pl.Series(np.arange(pairs.shape[1])))
    frame = frame.filter(pl.max_horizontal("together_before", "together_after") >= LEAST)
    frame = frame.sort("p", "pair", nulls_last=True)
    frame = frame.head(shown) if shown is not None else frame
    named = dict(zip(names["id"], names["name"], strict=True)) if names is not None else {}
    for side, code in zip(("a", "b"), pairs[:, frame["pair"].to_numpy()], strict=True):
        own = [ids[each] for each in code]
        frame = frame.with_columns(
            pl.Series(side, own, dtype=pl.Utf8),
            pl.Series(f"name_{side}", [named.get(each, each) for each in own], dtype=pl.Utf8),
        )
    return frame.select(pl.col(name).cast(kind) for name, kind in CHANGE_SCHEMA.items())


def _distinct(baskets: pl.DataFrame) -> pl.DataFrame:
    lines_of(baskets.head(0), 0)  # says which column is missing, if one is
    return baskets.select(COLUMNS).drop_nulls().unique().select("item")


def _compared(earlier: Judged, later: Judged) -> pl.DataFrame:
    """Every pair's change, by the formulas of `lift_changes`."""
    before, after = earlier.together, later.together
    total, means = before + after, earlier.expected + later.expected
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = np.maximum((before * earlier.excess + after * later.excess) / total, 1.0)
        part = later.expected / means
        change = np.log((after + 0.5) / later.expected) - np.log((before + 0.5) / earlier.expected)
        habit = earlier.habit + later.habit
        error = np.sqrt(excess / (after + 0.5) + excess / (before + 0.5) + habit)
        excess = np.nan_to_num(excess + habit * total * part * (1 - part), nan=1.0)
        known = (total >= LEAST_TOGETHER) & (earlier.users + later.users >= LEAST_TOGETHER)
        known &= np.minimum(part, 1 - part) ** (total / excess) < LEVEL / 2
        lifts = earlier.together / earlier.expected, later.together / later.expected
    p, low, high = (np.full(len(total), np.nan) for _ in range(3))
    p[known], low[known], high[known] = _binomial(
        after[known] / excess[known], total[known] / excess[known], part[known]
    )
    q = p.copy()
    q[known] = q_values(p[known])
    verdict = np.where(q <= LEVEL, np.where(change > 0, UP, DOWN), np.where(known, UNCLEAR, UNKNOWN))
    frame = pl.DataFrame({
        "together_before": before, "together_after": after, "users_before": earlier.users, "users_after": later.users,
        "lift_before": lifts[0], "lift_after": lifts[1], "change": change, "error": error,
        "low": np.minimum(low, change), "high": np.maximum(high, change), "p": p, "q": q,
    })  # fmt: skip
    finite = [pl.when(pl.col(name).is_finite()).then(name) for name in ("lift_before", "lift_after", "change", "error",
              "low", "high", "p", "q")]  # fmt: skip
    return frame.with_columns(pl.Series("verdict", verdict, dtype=pl.Utf8), *finite)


def _binomial(hits: Array, total: Array, part: Array) -> tuple[Array, Array, Array]:
    """Two-sided p of hits of a total, against `part`; and the ends of the log of their odds over its odds.

    Clopper and Pearson's (1934), by the incomplete beta function, which takes counts that are not whole.
    """
    from scipy.special import betainc, betaincinv

    misses = total - hits
    upper = np.where(hits > 0, betainc(np.maximum(hits, 1e-9), misses + 1, part), 1.0)
    below = np.where(misses > 0, betainc(np.maximum(misses, 1e-9), hits + 1, 1 - part), 1.0)
    ends = []
    for a, b, at in ((hits, misses + 1, LEVEL / 2), (hits + 1, misses, 1 - LEVEL / 2)):
        edge = betaincinv(np.maximum(a, 1e-9), np.maximum(b, 1e-9), at)
        with np.errstate(divide="ignore", invalid="ignore"):
            ends.append(np.log(edge / (1 - edge)) - np.log(part / (1 - part)))
    low, high = np.where(hits > 0, ends[0], -np.inf), np.where(misses > 0, ends[1], np.inf)
    return np.minimum(2 * np.minimum(upper, below), 1.0), low, high
