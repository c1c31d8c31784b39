"""Migration between groups of interest in a shop: period by period, and as cohorts age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from analytics.choices import COHORTS, chosen
from analytics.counts import names
from analytics.migration.clusters import Clusters, fit
from analytics.migration.flows import migrations
from analytics.migration.sampled import MOST_PEOPLE, Sample, sample
from analytics.periods import EVERY, floor, periods
from data.errors import InputError
from data.scope import Scope
from data.store import Store

COHORT_SQL = """
SELECT user_no AS "user", date_trunc($grain, cohort_day)::DATE AS cohort FROM users
"""
MOST_PERIODS = 12
"""The latest complete periods that are looked at: three years of quarters, a year of months."""


class ShopMigration(NamedTuple):
    """`flows.migration` of each period (or age) to the next one, and whom it was seen in."""

    summary: pl.DataFrame
    flows: pl.DataFrame
    members: pl.DataFrame
    """user: the person's number, to be saved as a list."""
    people: int
    sampled: int
    note: str


def shop_groups(
    store: Store,
    *,
    by: str,
    grain: str = "quarter",
    k: int | None = None,
    earlier: Clusters | None = None,
    most: int = MOST_PEOPLE,
) -> Clusters:
    """The groups of interest of all people of the log over its complete periods (`clusters.fit`).

    They are the same whatever is filtered, so a name means the same people everywhere. `earlier`: those of an earlier
    version of the data, whose ids and names stay.
    """
    called = names(store, by)
    display = dict(zip(called["id"], called["name"], strict=True))
    return fit(_look(store, Scope(), by, grain, most).visits, k=k, earlier=earlier, names=display)


def shop_migration(
    store: Store, scope: Scope, groups: Clusters, *, by: str, grain: str = "quarter", most: int = MOST_PEOPLE
) -> ShopMigration:
    """Who of the scope's people moved from group to group, between each two complete periods of its dates.

    At most `most` people are looked at (`sampled.sample`), and the latest 12 periods. The season is that of
    everybody, also where the scope is a segment. Frames as of `flows.migration`; period_before, period_after are the
    first days of the periods.
    """
    seen = _look(store, scope, by, grain, most)
    everybody = _look(store, replace(scope, segments=()), by, grain, most).visits if scope.segments else None
    return _answer(seen, groups, "period", everybody)


def cohort_migration(
    store: Store,
    scope: Scope,
    groups: Clusters,
    *,
    by: str,
    cohort: str = "quarter",
    start: date | None = None,
    most: int = MOST_PEOPLE,
) -> ShopMigration:
    """The same from one age to the next: what people of a cohort move to as they age.

    A person's cohort is the period of the first purchase, the age whole periods since. With `start` the cohort that
    begins on it, else all cohorts together but customers from before, whose first purchase the log may not hold. The
    season of each calendar period is everybody's. period_before, period_after are ages; the scope's dates choose the
    periods that are looked at.
    """
    if start is not None and start != floor(start, cohort):
        raise InputError(f"No {cohort} starts on {start}. A cohort is named by its first day, {floor(start, cohort)}.")
    everybody = _look(store, replace(scope, segments=()), by, cohort, most).visits
    one = None if start is None else (cohort, start)
    seen = _look(store, scope, by, cohort, most, arrived=start is None, cohort=one)
    came = store.query(COHORT_SQL, {"grain": cohort}).cast({"cohort": pl.Date})
    aged = seen.visits.join(came, on="user").with_columns(age=_number("period", cohort) - _number("cohort", cohort))
    return _answer(replace(seen, visits=aged.filter(pl.col("age") >= 0)), groups, "age", everybody)


def _look(store: Store, scope: Scope, by: str, grain: str, most: int, **knobs: Any) -> Sample:
    """The sample of a scope in the latest complete periods of its dates, each visit in the one it starts in."""
    chosen("grain", grain, COHORTS)
    whole = periods(store.meta, grain, scope).filter("complete").tail(MOST_PERIODS)
    if len(whole) < 2:
        raise InputError(
            f"A migration needs two complete {COHORTS[grain]}, and these dates hold {len(whole)}. Choose a shorter "
            "grain or longer dates."
        )
    first, last = whole["start"][0], whole["end"][-1]
    found = sample(store, scope, by=by, first=first, last=last, most=most, **knobs)
    period = pl.col("day").dt.truncate(EVERY[grain]).alias("period")
    return replace(found, visits=found.visits.with_columns(period))


def _number(column: str, grain: str) -> pl.Expr:
    """The number of a period, one more than that of the period before."""
    start = pl.col(column)
    if grain == "week":
        return (start - date(1970, 1, 5)).dt.total_days() // 7
    months = start.dt.year().cast(pl.Int64) * 12 + start.dt.month() - 1
    return months // 3 if grain == "quarter" else months


def _answer(seen: Sample, groups: Clusters, at: str, everybody: pl.DataFrame | None) -> ShopMigration:
    if seen.visits.is_empty():
        raise InputError("None of these people made a visit with an interest in complete periods. Widen the filters.")
    found = migrations(seen.visits, groups, at=at, population=everybody)
    return ShopMigration(*found, seen.people, seen.sampled, seen.note)
