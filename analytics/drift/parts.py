"""Why shares of interests changed: other people, the same people, items that came and went, and the season."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from analytics.drift.mix import Array, Mix, sums

LEAST_EVENTS = 5
"""An item with fewer events has its first or last one outside a window by chance, and is no change of the catalogue."""
PARTS = ("mix", "behaviour", "catalogue", "season")
PART_SCHEMA = {
    "interest": pl.Utf8, "share_before": pl.Float64, "share_after": pl.Float64, "change": pl.Float64,
    **dict.fromkeys(PARTS, pl.Float64), **dict.fromkeys((f"{part}_error" for part in PARTS), pl.Float64),
}  # fmt: skip


def catalogue_items(items: pl.DataFrame, before_end: date, after_start: date) -> pl.Series:
    """The ids of items that came or went: at least 5 events, the first after the window before or the last before the
    window after. items: item_id, events, first_day, last_day, over the whole log."""
    came, went = pl.col("first_day") > before_end, pl.col("last_day") < after_start
    return items.filter((pl.col("events") >= LEAST_EVENTS) & (came | went))["item_id"]


def per_interest(events: pl.DataFrame, catalogue: pl.Series) -> pl.DataFrame:
    """From user, item, interest, n to user, interest, n, common: all events, and those without catalogue items."""
    common = pl.col("n").filter(~pl.col("item").is_in(catalogue.implode()))
    return events.group_by("user", "interest").agg(n=pl.col("n").sum(), common=common.sum())


@dataclass(frozen=True)
class _Term:
    """A ratio of sums over people in each interest, and what each person does to it: x_uk - n_u s_k."""

    x: Array
    """Per row of a mix, a person and an interest."""
    n: Array
    """Per person."""
    s: Array
    """Per interest: the ratio itself."""


def parts(mix: Mix) -> pl.DataFrame:
    """The change of every interest's share, split exactly; the columns are those of PART_SCHEMA, by interest.

    catalogue = change less the change over common items. Over those, with w_ut a user's part of window t's events and
    p_ut his shares: within = sum over users in both windows of (w_u1 + w_u2) / 2 (p_u2 - p_u1), mix = change - within,
    season = s_1 r / sum(s_1 r) - s_1, behaviour = within - season. mix + behaviour + catalogue + season = change.
    Where a window has no event of a common item, catalogue is the whole change.

    *_error is the standard error with users as units (delta method), r taken as given; null with fewer than two users.
    """
    first, second = _share(mix, mix.before), _share(mix, mix.after)
    change = [(1.0, second), (-1.0, first)]
    within, common, seasonal = [], [], []
    if mix.common_before.any() and mix.common_after.any():
        early, late = _share(mix, mix.common_before), _share(mix, mix.common_after)
        both = ((early.n > 0) & (late.n > 0))[mix.user]
        own = [np.divide(each.x, each.n[mix.user], out=np.zeros(len(both)), where=both) for each in (early, late)]
        within = [(0.5, _weighted(mix, each, own[1] - own[0])) for each in (early, late)]
        common = [(1.0, late), (-1.0, early)]
        seasonal = [(1.0, _share(mix, mix.common_before * mix.ratio[mix.interest])), (-1.0, early)]
    split = {
        "mix": common + _less(within),
        "behaviour": within + _less(seasonal),
        "catalogue": change + _less(common),
        "season": seasonal,
    }
    values = {name: _value(mix, terms) for name, terms in {"change": change, **split}.items()}
    errors = {f"{name}_error": _error(mix, terms) for name, terms in split.items()}
    shares = {"share_before": first.s, "share_after": second.s}
    frame = pl.DataFrame({"interest": mix.interests, **shares, **values, **errors})
    return frame.with_columns(pl.col(f"{part}_error").fill_nan(None) for part in PARTS)


def _share(mix: Mix, events: Array) -> _Term:
    """Shares of all these events."""
    part = events / (events.sum() or 1.0)
    return _Term(part, sums(mix.user, part, mix.users), mix.summed(part))


def _weighted(mix: Mix, window: _Term, difference: Array) -> _Term:
    """The mean of people's differences, each weighted with his part of a window."""
    rows = window.n[mix.user] * difference
    return _Term(rows, window.n, mix.summed(rows))


def _less(terms: list[tuple[float, _Term]]) -> list[tuple[float, _Term]]:
    return [(-sign, term) for sign, term in terms]


def _value(mix: Mix, terms: list[tuple[float, _Term]]) -> Array:
    return sum((sign * term.s for sign, term in terms), np.zeros(len(mix.interests)))


def _error(mix: Mix, terms: list[tuple[float, _Term]]) -> Array:
    """sqrt(sum_u z_uk^2 m / (m - 1)), z the sum of what a person does to each term.

    Most people have no event in an interest: the sum of squares is made of the rows there are and, for all that is
    the same in every interest, of products of the people's totals.
    """
    if mix.users < 2:
        return np.full(len(mix.interests), np.nan)
    if not terms:
        return np.zeros(len(mix.interests))
    x = sum((sign * term.x for sign, term in terms), np.zeros(len(mix.user)))
    rest = sum((sign * term.n[mix.user] * term.s[mix.interest] for sign, term in terms), np.zeros(len(mix.user)))
    totals, shares = np.stack([sign * term.n for sign, term in terms]), np.stack([term.s for _, term in terms])
    square = mix.summed(x**2 - 2 * x * rest) + ((totals @ totals.T @ shares) * shares).sum(axis=0)
    error: Array = np.sqrt(np.maximum(square, 0.0) * mix.users / (mix.users - 1))
    return error
