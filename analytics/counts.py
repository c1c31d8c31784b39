"""Events, users and revenue per line and stretch of time: the one place that knows which table answers."""

from __future__ import annotations

from datetime import date

import polars as pl

from analytics.choices import segment_of
from analytics.people import SEGMENT_COLUMN, People, people
from data.errors import InputError
from data.scope import Scope
from data.store import Store

COUNT_SCHEMA = {"id": pl.Utf8, "start": pl.Date, "events": pl.Int64, "users": pl.Int64, "revenue": pl.Float64}

READY_SQL = """
SELECT {line} AS id, start, events, users, revenue::DOUBLE AS revenue
FROM trend
WHERE "by" = $by AND grain = $grain AND segment = $segment AND start BETWEEN $first AND $last {filters}
"""
SUMMED_SQL = """
SELECT {line} AS id, {start} AS start, sum(events)::BIGINT AS events, NULL::BIGINT AS users,
    sum(revenue)::DOUBLE AS revenue
FROM trend
WHERE "by" = $by AND grain = $grain AND segment = $segment AND start BETWEEN $first AND $last {filters}
GROUP BY ALL
"""
PERSONAL_SQL = """
SELECT {line} AS id, {start} AS start, sum(d.events)::BIGINT AS events,
    {users} AS users, sum(d.revenue)::DOUBLE AS revenue
FROM {rows}
WHERE d.day BETWEEN $first AND $last {filters}
GROUP BY ALL
"""
JOINED = " LEFT JOIN users u ON u.u = d.u"
DISTINCT = "count(DISTINCT d.u) FILTER (d.events > 0)"
START = {
    "day": "{day}",
    "week": "date_trunc('week', {day})::DATE",
    "month": "date_trunc('month', {day})::DATE",
    "block": "$last::DATE - (datediff('day', {day}, $last::DATE) // 7 * 7)::INT - 6",
    "window": "$first::DATE",
}
"""From a day to the start of its stretch: block = whole weeks counted back from the last day, window = all of it."""

ONLY = " AND {id} IN (SELECT unnest($interests))"

NAMES_SQL = 'SELECT id, name, rank FROM interests WHERE "by" = $by ORDER BY rank'
ITEMS_SQL = "SELECT item_id AS id, name, row_number() OVER (ORDER BY events DESC, item_id) AS rank FROM items"
VALUES_SQL = """
SELECT value AS id, value AS name, row_number() OVER (ORDER BY events DESC, value) AS rank
FROM segments WHERE segment = $segment ORDER BY rank
"""


def names(store: Store, by: str) -> pl.DataFrame:
    """Every line that `by` can have, largest first: id, name, rank."""
    segment = segment_of(by)
    if segment is not None:
        return store.query(VALUES_SQL, {"segment": segment})
    if by == "all":
        return pl.DataFrame({"id": [""], "name": ["All"], "rank": [1]})
    if by == "item":
        return store.query(ITEMS_SQL).sort("rank")
    return store.query(NAMES_SQL, {"by": by})


def counts(
    store: Store, scope: Scope, *, by: str, grain: str, first: date, last: date, users: bool = False
) -> pl.DataFrame:
    """What happened from `first` to `last`; lines and stretches without any event are absent.

    `by` as in `trend`; `grain` is day, week, month, block (whole weeks counted back from `last`) or window (one
    stretch). The scope's interests are ids of `by`; where the lines are the values of a segment, they are ids of
    the log's default interest. Distinct users are counted where `users` asks for them; where they would have
    to be counted anew and it does not, they are null. Columns: id, start, events, users, revenue.
    """
    segment = segment_of(by)
    kind = by if segment is None else (store.meta.default_by if scope.interests else "all")
    shallow = kind not in store.meta.deep
    lookup = (users and grain in ("block", "window")) or (shallow and bool(scope.segments))
    lookup = (
        lookup
        or (shallow and segment is not None)
        or (users and shallow and grain in ("day", "week") and store.meta.large)
    )
    lookup = lookup or (segment is not None and (bool(scope.segments) or len(scope.interests) > 1))
    who = people(store, scope, personal=lookup)
    params: dict[str, object] = {"first": first, "last": last}
    if scope.interests:
        params["interests"] = list(scope.interests)
    if who.ready and not lookup:
        return _ready(store, who, segment, kind, grain, params)
    return _personal(store, who, segment, kind, grain, params, users)


def _ready(
    store: Store, who: People, segment: str | None, kind: str, grain: str, params: dict[str, object]
) -> pl.DataFrame:
    """From the pre-aggregated counts."""
    filters = ONLY.format(id="id") if "interests" in params else ""
    summed = grain in ("block", "window")
    params = {**params, "by": kind, "grain": "day" if summed else grain, "segment": segment or who.segment}
    if segment is None:
        filters += " AND value = $value"
        params["value"] = who.value
    sql = (SUMMED_SQL if summed else READY_SQL).format(
        line="id" if segment is None else "value", start=START[grain].format(day="start"), filters=filters
    )
    return _typed(store.query(sql, params))


def _personal(
    store: Store, who: People, segment: str | None, kind: str, grain: str, params: dict[str, object], users: bool
) -> pl.DataFrame:
    """From one row per user, visit and interest; for items and, in a large log, brands one per event."""
    rows, line, filters = "user_day", "d.id", ' AND d."by" = $by'
    params = {**params, "by": kind}
    filters += ONLY.format(id=line) if "interests" in params else ""
    if segment is not None:
        if segment not in SEGMENT_COLUMN:
            raise InputError(
                f"The values of '{segment}' can be compared over all people and all or one interest only. Take the "
                f"other filters away, or compare by one of: {', '.join(SEGMENT_COLUMN)}."
            )
        line = SEGMENT_COLUMN[segment]
        filters += f" AND {line} IS NOT NULL"
    filters += who.where
    sql = PERSONAL_SQL.format(
        rows=f"{rows} d" + (JOINED if "u." in line + filters else ""),
        line=line,
        start=START[grain].format(day="d.day"),
        users=DISTINCT if users else "NULL::BIGINT",
        filters=filters,
    )
    return _typed(store.query(sql, {**params, **who.params}))


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in COUNT_SCHEMA.items())
