"""Whether people come back, and what they are worth, by the time since their first purchase."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from analytics.choices import COHORTS, chosen
from analytics.cohorts.cells import INTERESTS, active, ages, sizes
from analytics.people import people
from analytics.periods import floor, shift
from data.errors import InputError
from data.scope import Scope
from data.store import Store

CELL_USERS_SQL = """
SELECT DISTINCT u.user_no
FROM user_day d JOIN users u ON u.u = d.u
WHERE d."by" = $by AND d.events > 0 AND d.day BETWEEN $first AND $last
    AND date_trunc($grain, u.cohort_day)::DATE = $start {filters}
ORDER BY u.user_no
"""
RETENTION_COLUMNS = (
    "cohort", "size", "from_before", "age", "users", "retention", "revenue_per_user", "revenue_so_far", "complete",
)  # fmt: skip


def cohort_sizes(store: Store, scope: Scope, *, cohort: str = "month") -> pl.DataFrame:
    """How many people bought first in each period: cohort (its first day), size, from_before, complete.

    A person's first purchase is the first in the log (the first event where there is none). In the first 90 days
    of a log most are customers from before it began: `from_before`. The scope's dates choose cohorts by their
    start; its segments keep only people with events in them.
    """
    return sizes(store, scope, cohort)


def retention(store: Store, scope: Scope, *, cohort: str = "month") -> pl.DataFrame:
    """Who of each cohort was active at each age, and their revenue.

    retention = users active at that age / size; with interests in the scope, active in any of them. Age 0 is the
    period of the first purchase itself, later ages whole periods since. revenue_per_user: revenue at that age /
    size; revenue_so_far: the sum up to it. Ages the log does not reach are absent; those it reaches in part have
    complete = False and say nothing about a fall.
    Columns: cohort, size, from_before, age, users, retention, revenue_per_user, revenue_so_far, complete.
    """
    found = sizes(store, scope, cohort)
    grid = ages(store, scope, cohort, found)
    counted = active(store, scope, cohort).select("cohort", "age", "users", "revenue")
    joined = grid.join(counted, on=["cohort", "age"], how="left").sort("cohort", "age")
    per_user = pl.col("revenue").fill_null(0.0) / pl.col("size")
    return joined.with_columns(
        users=pl.col("users").fill_null(0),
        retention=pl.col("users").fill_null(0) / pl.col("size"),
        revenue_per_user=per_user,
        revenue_so_far=per_user.cum_sum().over("cohort"),
    ).select(*RETENTION_COLUMNS)


def cell_users(store: Store, *, cohort: str, start: date, age: int, scope: Scope) -> list[int]:
    """The user numbers behind one cell of the retention grid, to be saved as a list."""
    chosen("cohort", cohort, COHORTS)
    if age < 0 or start != floor(start, cohort):
        raise InputError(
            f"There is no cohort cell of {cohort} {start} at age {age}. A cohort is named by the first day of its "
            f"{cohort} ({floor(start, cohort)}), and ages start at 0."
        )
    who = people(store, scope, personal=True)
    # Days are put in order, so asking for the days of that age leaves out all others.
    first, last = shift(start, cohort, age), shift(start, cohort, age + 1) - timedelta(days=1)
    params: dict[str, object] = {"grain": cohort, "start": start, "first": first, "last": last, **who.params}
    params["by"] = store.meta.default_by if scope.interests else "all"
    if scope.interests:
        params["interests"] = list(scope.interests)
    filters = (INTERESTS.format(id="d.id") if scope.interests else "") + who.where
    sql = CELL_USERS_SQL.format(filters=filters)
    return [int(number) for number in store.query(sql, params)["user_no"]]
