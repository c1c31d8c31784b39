"""The counts behind a cohort grid: who arrived when, and what they did at which age."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analytics.choices import COHORTS, chosen
from analytics.people import People, people
from analytics.periods import EVERY, floor, is_complete
from data.scope import Scope
from data.store import Store

SIZE_SQL = """
SELECT cohort, users AS size, from_before
FROM cohort_size WHERE grain = $grain AND segment = $segment AND value = $value ORDER BY cohort
"""
CELL_SQL = """
SELECT cohort, age, id, users, events, revenue::DOUBLE AS revenue
FROM cohort WHERE grain = $grain AND "by" = $by AND segment = $segment AND value = $value {filters}
"""
PERSONAL_SIZE_SQL = """
SELECT date_trunc($grain, u.cohort_day)::DATE AS cohort, count(DISTINCT d.u) AS size,
    bool_or(u.from_before) AS from_before
FROM user_day d JOIN users u ON u.u = d.u
WHERE d."by" = 'all' AND d.events > 0 {filters}
GROUP BY ALL ORDER BY cohort
"""
PERSONAL_CELL_SQL = """
SELECT date_trunc($grain, u.cohort_day)::DATE AS cohort, {age} AS age, {line} AS id,
    {users} AS users, sum(d.events)::BIGINT AS events,
    sum(d.revenue)::DOUBLE AS revenue
FROM user_day d JOIN users u ON u.u = d.u
WHERE d."by" = $by AND d.day >= date_trunc($grain, u.cohort_day) {filters}
GROUP BY ALL
"""
AGE = {
    "week": "datediff('day', date_trunc('week', u.cohort_day), date_trunc('week', d.day)) // 7",
    "month": "datediff('month', u.cohort_day, d.day)",
    "quarter": "datediff('quarter', u.cohort_day, d.day)",
}
"""Whole periods between the period of the first purchase and the period of the day."""
DISTINCT = "count(DISTINCT d.u) FILTER (d.events > 0)"
PERSON_SEGMENTS = ("rfm", "cohort")
"""Segments that a person is in with all that he did, so that people are counted with the events of every interest."""
INTERESTS = " AND {id} IN (SELECT unnest($interests))"


def sizes(store: Store, scope: Scope, grain: str) -> pl.DataFrame:
    """Every cohort that starts in the scope's dates: cohort, size, from_before, complete."""
    chosen("cohort", grain, COHORTS)
    who = people(store, _without_interests(scope))
    if who.ready:
        found = store.query(SIZE_SQL, {"grain": grain, "segment": who.segment, "value": who.value})
    else:
        found = store.query(PERSONAL_SIZE_SQL.format(filters=who.where), {"grain": grain, **who.params})
    if scope.start:
        found = found.filter(pl.col("cohort") >= floor(scope.start, grain))
    if scope.end:
        found = found.filter(pl.col("cohort") <= scope.end)
    complete = _cell_complete(store, grain, pl.col("cohort"))
    return found.with_columns(pl.col("cohort").cast(pl.Date), pl.col("size").cast(pl.Int64), complete=complete)


def cells(store: Store, scope: Scope, grain: str, by: str, *, users: bool = True) -> pl.DataFrame:
    """What cohorts did at each age, per line of `by`: cohort, age, id, users, events, revenue.

    With interests in the scope only those lines; cells without anything are absent. Without `users`, people who would
    have to be counted anew are not, and their column is null there.
    """
    whole = _without_interests(scope)
    who = people(store, whole)
    params: dict[str, object] = {"grain": grain, "by": by}
    if scope.interests:
        params["interests"] = list(scope.interests)
    if who.ready and _lies_ready(who, grain, by, users):
        filters = INTERESTS.format(id="id") if scope.interests else ""
        params |= {"segment": who.segment, "value": who.value}
        return _typed(store.query(CELL_SQL.format(filters=filters), params))
    who = people(store, whole, personal=True)
    return _personal(store, who, grain, scope, params, line="d.id", users=users)


def _lies_ready(who: People, grain: str, by: str, users: bool) -> bool:
    """Whether the cells of one segment value were counted already, distinct people too where they are wanted."""
    if who.everybody or by == "all":
        return True
    return grain != "week" and (not users or who.segment in PERSON_SEGMENTS)


def active(store: Store, scope: Scope, grain: str) -> pl.DataFrame:
    """Who was active at each age, in any of the scope's interests: columns of `cells`, with id ''."""
    by = store.meta.default_by if scope.interests else "all"
    if len(scope.interests) > 1:
        # People of several interests do not add up, so they are counted from one row per user and day.
        who = people(store, _without_interests(scope), personal=True)
        return _personal(store, who, grain, scope, {"grain": grain, "by": by, "interests": [*scope.interests]}, "''")
    return cells(store, scope, grain, by).with_columns(id=pl.lit(""))


def _personal(
    store: Store,
    who: People,
    grain: str,
    scope: Scope,
    params: dict[str, object],
    line: str,
    *,
    users: bool = True,
) -> pl.DataFrame:
    filters = (INTERESTS.format(id="d.id") if scope.interests else "") + who.where
    counted = DISTINCT if users else "NULL::BIGINT"
    sql = PERSONAL_CELL_SQL.format(age=AGE[grain], line=line, users=counted, filters=filters)
    return _typed(store.query(sql, {**params, **who.params}))


def ages(store: Store, scope: Scope, grain: str, cohorts: pl.DataFrame) -> pl.DataFrame:
    """Every cohort at every age that the log (and the scope's end) reaches: columns of `sizes`, age, complete.

    `complete` is that of the cell: its period lies wholly in the log.
    """
    last = min(store.meta.people_day, scope.end or store.meta.people_day)
    if cohorts.is_empty():
        return cohorts.with_columns(age=pl.lit(0, pl.Int64))
    reach = pl.date_ranges("cohort", pl.lit(last), EVERY[grain]).alias("period")
    grid = cohorts.drop("complete").with_columns(reach).explode("period")
    age = pl.int_range(pl.len()).over("cohort").cast(pl.Int64)
    complete = _cell_complete(store, grain, pl.col("period"))
    return grid.with_columns(age=age, complete=complete).drop("period")


def _cell_complete(store: Store, grain: str, start: pl.Expr) -> pl.Expr:
    return is_complete(store.meta, start, start.dt.offset_by(EVERY[grain]).dt.offset_by("-1d"))


def _without_interests(scope: Scope) -> Scope:
    return replace(scope, interests=())


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    kinds = {
        "cohort": pl.Date,
        "age": pl.Int64,
        "id": pl.Utf8,
        "users": pl.Int64,
        "events": pl.Int64,
        "revenue": pl.Float64,
    }
    return frame.select(pl.col(name).cast(kind) for name, kind in kinds.items())
