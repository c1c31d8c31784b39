"""What cohorts are interested in as they age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import polars as pl

from analytics.choices import COHORTS, chosen, chosen_deep
from analytics.cohorts.cells import ages, cells, sizes
from analytics.counts import names
from analytics.periods import floor
from data.errors import InputError
from data.scope import Scope
from data.store import Store

MIX_COLUMNS = ("cohort", "age", "id", "name", "share", "events", "complete")


class Mixes(NamedTuple):
    """A cohort beside all others: their mixes, and how many people stand behind each."""

    own: pl.DataFrame
    """`cohort_mix` of the cohort."""
    others: pl.DataFrame
    """`others_mix`."""
    size: int
    others_size: int


def mixes(store: Store, scope: Scope, *, cohort: str, by: str, start: date) -> Mixes:
    """`cohort_mix` and `others_mix` of one cohort, counted once for both."""
    counted, grid, found = _mix_counts(store, scope, cohort, by)
    _cohort(start, cohort, grid)
    size = int(found.filter(cohort=start)["size"].sum())
    own, others = _own(store, scope, by, counted, grid, start), _others(store, scope, by, counted, grid, start)
    return Mixes(own, others, size, int(found["size"].sum()) - size)


def cohort_mix(store: Store, scope: Scope, *, cohort: str, by: str, start: date | None = None) -> pl.DataFrame:
    """The interest mix of each cohort at each age; only that of `start` where one is given.

    share = the line's events / all events of the cohort at that age; a filter on interests chooses lines and
    leaves the denominator as it is. Lines that a cohort never touched, and ages without any event, are absent.
    Columns: cohort, age, id, name, share, events, complete.
    """
    counted, grid, _ = _mix_counts(store, scope, cohort, by)
    return _own(store, scope, by, counted, grid, None if start is None else _cohort(start, cohort, grid))


def others_mix(store: Store, scope: Scope, *, cohort: str, by: str, start: date) -> pl.DataFrame:
    """The mix of all other cohorts at the same ages, complete cells pooled: columns of `cohort_mix`, cohort null.

    Customers from before are left out on this side, as nobody knows when they really came, unless the cohort
    itself is one of them.
    """
    counted, grid, _ = _mix_counts(store, scope, cohort, by)
    return _others(store, scope, by, counted, grid, _cohort(start, cohort, grid))


def _own(
    store: Store, scope: Scope, by: str, counted: pl.DataFrame, grid: pl.DataFrame, start: date | None
) -> pl.DataFrame:
    if start is not None:
        grid = grid.filter(pl.col("cohort") == start)
    return _shares(store, scope, by, grid.join(counted, on=["cohort", "age"], how="inner"))


def _others(
    store: Store, scope: Scope, by: str, counted: pl.DataFrame, grid: pl.DataFrame, start: date
) -> pl.DataFrame:
    own = grid.filter(pl.col("cohort") == start)
    rest = grid.filter((pl.col("cohort") != start) & pl.col("complete") & pl.col("age").is_in(own["age"].to_list()))
    if not own["from_before"][0]:
        rest = rest.filter(~pl.col("from_before"))
    found = rest.join(counted, on=["cohort", "age"], how="inner").group_by("age", "id").agg(pl.col("events").sum())
    found = found.with_columns(cohort=pl.lit(None, pl.Date), complete=pl.lit(True))
    return _shares(store, scope, by, found)


def _mix_counts(store: Store, scope: Scope, cohort: str, by: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Events per cohort, age and line (all lines), the grid of cells, and the sizes of the cohorts."""
    chosen("cohort", cohort, COHORTS)
    chosen_deep(by, store.meta.bys, store.meta.deep, everything=False)
    found = sizes(store, scope, cohort)
    counted = cells(store, replace(scope, interests=()), cohort, by, users=False)
    return counted.select("cohort", "age", "id", "events"), ages(store, scope, cohort, found), found


def _cohort(start: date, grain: str, grid: pl.DataFrame) -> date:
    """`start`, if a cohort of the grid begins on it."""
    known = grid["cohort"].unique().sort().to_list()
    if start not in known:
        reach = f"the cohorts reach from {known[0]} to {known[-1]}" if known else "there are no cohorts"
        raise InputError(
            f"No {grain} cohort starts on {start}; {reach}, each named by its first day "
            f"({floor(start, grain)} for this one)."
        )
    return start


def _shares(store: Store, scope: Scope, by: str, found: pl.DataFrame) -> pl.DataFrame:
    """Shares within cohort and age, with names, for the lines of the scope."""
    found = found.filter(pl.col("events") > 0)
    keys = [pl.col("cohort").fill_null(date(1, 1, 1)), "age"]
    found = found.with_columns(share=pl.col("events") / pl.col("events").sum().over(keys))
    if scope.interests:
        found = found.filter(pl.col("id").is_in(list(scope.interests)))
    found = found.join(names(store, by).select("id", "name", "rank"), on="id", how="inner")
    return found.sort("cohort", "age", "rank").select(*MIX_COLUMNS)
