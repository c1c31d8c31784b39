"""Which items are bought or looked at together more often than sizes of baskets and popularity explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.drift.discoveries import q_values
from analytics.rules.counting import BOTH, CONFIRMATION, DISCOVERY, Counted, count
from analytics.rules.expecting import expected
from analytics.rules.lines import Lines, lines_of
from analytics.rules.order import NO_ORDER, directions
from analytics.significance import LEVEL, Array

RULE_SCHEMA = {
    "a": pl.Utf8, "b": pl.Utf8, "name_a": pl.Utf8, "name_b": pl.Utf8, "baskets_a": pl.Int64, "baskets_b": pl.Int64,
    "together": pl.Int64, "users_together": pl.Int64, "expected": pl.Float64, "lift": pl.Float64, "low": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "replicated_lift": pl.Float64, "direction": pl.Utf8, "direction_p": pl.Float64,
}  # fmt: skip
ITEMS = 500
"""Items that are compared unless said otherwise, most baskets first: 125,000 pairs."""
LEAST = 5
"""Baskets with both items, and users who have one, below which a pair is never called a rule."""
REACH = 1.96
"""Standard errors of a 95 % interval."""


class Judged(NamedTuple):
    """Of each pair that is judged."""

    together: Array
    """Baskets with both."""
    users: Array
    expected: Array
    excess: Array
    """d, the overdispersion over users."""
    habit: Array
    """What users who repeat one of the two items add to the variance of ln `expected`: of each item
    sum x_u^2 / s^2 - 1 / s, x_u the user's baskets with it and s all."""
    p: Array


def rules(
    baskets: pl.DataFrame,
    *,
    names: pl.DataFrame | None = None,
    about: Sequence[str] = (),
    items: int = ITEMS,
    least: int = LEAST,
    shown: int | None = None,
) -> pl.DataFrame:
    """The pairs of items of a frame [user, basket, item] that share at least `least` baskets of as many users.

    `basket` sorts by time within a user; names [id, name] are optional. The `items` most frequent items are compared,
    and those of `about`; with it, pairs that hold none of those are left out. `shown` pairs are answered, surest first
    (q <= 5 % first, then by low).
    baskets_a, baskets_b, together: baskets with the item, and with both. expected: see `expected`. lift: together /
    expected. low: lower end of its 95 % interval, exp(ln lift - 1.96 sqrt(d / together)).
    p: P(X >= together / d), X Poisson with mean expected / d. d makes users the unit: with k_u the user's baskets
    with both, and w_u the part of all pairs of lines that lie in the user's baskets, d = sum (k_u - k w_u)^2 / k, at
    least 1. A pair that one user holds 20 times counts once.
    q: Benjamini and Hochberg's over all pairs of compared items, also those not shown, with p = 1 below `least`.
    replicated_lift: users are halved by md5. Where the first half alone finds the pair (q <= 5 % there), the lift in
    the other half, which had no part in finding it; else null.
    direction: 'a first' or 'b first' where users have a in earlier baskets than b, or the reverse, more often than
    chance (see `directions`), else 'no clear order'; null, as direction_p, where the pair's q is above 5 %.
    """
    lines = lines_of(baskets, items, about)
    counted = count(lines)
    pairs = compared(len(lines.ids), [lines.ids.index(each) for each in about if each in lines.ids] if about else None)
    whole, first, second = (judge(counted, pairs, half, least) for half in (BOTH, DISCOVERY, CONFIRMATION))
    q = q_values(whole.p)
    confirmed = np.where((q_values(first.p) <= LEVEL) & (second.expected > 0), _lift(second), np.nan)
    frame = pl.DataFrame({
        "pair": np.arange(len(q)), "together": whole.together.astype(np.int64),
        "users_together": whole.users.astype(np.int64), "expected": whole.expected, "lift": _lift(whole),
        "low": lower(whole), "p": whole.p, "q": q, "replicated_lift": confirmed,
    })  # fmt: skip
    frame = frame.filter((whole.together >= least) & (whole.users >= least))
    frame = frame.sort(pl.col("q") <= LEVEL, "low", "pair", descending=[True, True, False])
    frame = frame.head(shown) if shown is not None else frame
    held = counted.held.sum(axis=0).astype(np.int64)
    return _named(frame, lines, pairs, held, names)


def compared(items: int, about: Sequence[int] | None = None) -> npt.NDArray[np.int64]:
    """The pairs a < b of so many items, or those of them with an item of `about`: 2 x pairs."""
    pairs = np.array(np.triu_indices(items, 1))
    return pairs if about is None else pairs[:, np.isin(pairs, about).any(axis=0)]


def judge(counted: Counted, pairs: npt.NDArray[np.int64], half: Sequence[int], least: int = LEAST) -> Judged:
    """Each pair in some half of the users, or in both; formulas at `rules`. p is 1 below `least`."""
    from scipy.special import gammainc

    part, at = list(half), (pairs[0], pairs[1])
    k, users, squares, loads = (
        table[part].sum(axis=0)[at] for table in (counted.together, counted.users, counted.squares, counted.loads)
    )
    means = expected(counted.held[part].sum(axis=0), counted.sizes[part].sum(axis=0))[at]
    held, squared = (table[part].sum(axis=0) for table in (counted.held, counted.habit))
    own = np.where(held > 0, (squared - held) / np.maximum(held, 1.0) ** 2, 0.0)
    load, load_squares = counted.load[part].sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = squares - 2 * k * loads / load + k**2 * load_squares / load**2
        excess = np.where(k > 0, np.maximum(np.nan_to_num(spread / k), 1.0), 1.0)
    tested = (k >= least) & (users >= least) & (means > 0)
    p = np.ones(len(k))
    p[tested] = gammainc(k[tested] / excess[tested], means[tested] / excess[tested])
    return Judged(k, users, means, excess, own[at[0]] + own[at[1]], p)


def lower(judged: Judged) -> Array:
    """The lower end of the 95 % interval of the lift; 0 where nothing was seen together."""
    with np.errstate(invalid="ignore", divide="ignore"):
        low = _lift(judged) * np.exp(-REACH * np.sqrt(judged.excess / judged.together))
    return np.nan_to_num(low)


def _lift(judged: Judged) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return judged.together / judged.expected


def _named(
    frame: pl.DataFrame, lines: Lines, pairs: npt.NDArray[np.int64], held: npt.NDArray[np.int64],
    names: pl.DataFrame | None,
) -> pl.DataFrame:  # fmt: skip
    """The answer: the pairs' items, names and directions put to what was judged."""
    a, b = pairs[:, frame["pair"].to_numpy()]
    clear = (frame["q"] <= LEVEL).to_numpy()
    p, first = np.full(len(frame), np.nan), np.zeros(len(frame), dtype=bool)
    p[clear], first[clear] = directions(lines, a[clear], b[clear])
    ordered = np.zeros(len(frame), dtype=bool)
    ordered[clear] = q_values(p[clear]) <= LEVEL
    word = np.where(ordered, np.where(first, "a first", "b first"), NO_ORDER)
    ids = pl.Series(lines.ids, dtype=pl.Utf8)
    named = dict(zip(names["id"], names["name"], strict=True)) if names is not None else {}
    for side, code in (("a", a), ("b", b)):
        own = ids.gather(code)
        frame = frame.with_columns(
            own.alias(side), pl.Series(f"baskets_{side}", held[code]),
            pl.Series(f"name_{side}", [named.get(each, each) for each in own], dtype=pl.Utf8),
        )  # fmt: skip
    frame = frame.with_columns(
        pl.Series("direction", word, dtype=pl.Utf8).set(pl.Series(~clear), None), pl.Series("direction_p", p),
    )  # fmt: skip
    return frame.with_columns(pl.col("lift", "replicated_lift", "direction_p").fill_nan(None)).select(
        pl.col(name).cast(kind) for name, kind in RULE_SCHEMA.items()
    )
