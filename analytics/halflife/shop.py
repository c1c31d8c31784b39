"""How long interest lasts in a shop."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import polars as pl

from analytics.counts import names
from analytics.halflife.curve import half_life
from analytics.halflife.lines import line_half_lives
from analytics.halflife.losses import HORIZON, foretold
from analytics.halflife.persistence import persistence
from analytics.migration.sampled import MOST_PEOPLE, Sample, sample
from analytics.periods import complete_days
from data.errors import InputError
from data.scope import Scope
from data.store import Store

MOST_DAYS = 28 * 39
"""The latest days that are looked at, three years: what is older hardly bears on a half-life of up to one."""


class ShopHalfLife(NamedTuple):
    """`curve.half_life` and `lines.line_half_lives` of a shop, and whom they were seen in."""

    curve: pl.DataFrame
    lines: pl.DataFrame
    people: int
    sampled: int
    note: str


class ShopPersistence(NamedTuple):
    """`persistence.persistence` of a shop in steps of 28 days, and whom it was seen in."""

    curve: pl.DataFrame
    fit: pl.DataFrame
    people: int
    sampled: int
    note: str


def shop_half_life(store: Store, scope: Scope, *, by: str, most: int = MOST_PEOPLE) -> ShopHalfLife:
    """The half-life that foretells best what the scope's people do next, of the shop and of each interest.

    At most `most` people are looked at (`sampled.sample`), over the last three years of complete days up to the
    scope's end. lines has the column name, too.
    """
    seen = _look(store, scope, by, most)
    known = foretold(seen.visits)
    lines = line_half_lives(seen.visits, known=known).join(names(store, by).select("id", "name"), on="id", how="left")
    lines = lines.select("id", "name", pl.exclude("id", "name"))
    return ShopHalfLife(half_life(seen.visits, known=known), lines, seen.people, seen.sampled, seen.note)


def shop_persistence(store: Store, scope: Scope, *, by: str, most: int = MOST_PEOPLE) -> ShopPersistence:
    """How much of what sets the scope's people apart lasts, in steps of 28 days back from the last complete day."""
    seen = _look(store, scope, by, most)
    last = seen.visits["day"].max()
    back = (pl.lit(last) - pl.col("day")).dt.total_days() // HORIZON
    found = persistence(seen.visits.with_columns(period=-back), days=HORIZON)
    return ShopPersistence(*found, seen.people, seen.sampled, seen.note)


def _look(store: Store, scope: Scope, by: str, most: int) -> Sample:
    covered = complete_days(store.meta)
    if covered is None:
        raise InputError("The log covers no whole day yet, so nothing can be followed. Import a longer stretch.")
    last = min(covered[1], scope.end or covered[1])
    first = max(covered[0], scope.start or covered[0], last - timedelta(days=MOST_DAYS - 1))
    found = sample(store, scope, by=by, first=first, last=last, most=most)
    if found.visits.is_empty():
        raise InputError("None of these people made a visit with an interest on these days. Widen the filters.")
    return found
