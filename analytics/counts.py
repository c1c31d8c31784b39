"""Events, users and revenue per line and stretch of time: the one place that knows which table answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
SELECT {line} AS id, {start} AS start, sum(events)::BIGINT AS events, {users} AS users,
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
INNER = {
    "ready": "(sum(events) FILTER (start BETWEEN $from AND $to))::BIGINT",
    "personal": "(sum(d.events) FILTER (d.day BETWEEN $from AND $to))::BIGINT",
}
START = {
    "day": "{day}",
    "week": "date_trunc('week', {day})::DATE",
    "month": "date_trunc('month', {day})::DATE",
    "block": "$last::DATE - (datediff('day', {day}, $last::DATE) // 7 * 7)::INT - 6",
    "window": "$first::DATE",
}
"""From a day to the start of its stretch: block = whole weeks counted back from the last day, window = all of it."""

ONLY = " AND {id} IN (SELECT unnest($interests))"
TOGETHER = "''"
"""The line of all lines as one."""
OTHERS = "others"
FOLDED = f"CASE WHEN {{id}} IN (SELECT unnest($kept)) THEN {{id}} ELSE '{OTHERS}' END"
"""The lines that are kept, and all others as one."""
UNCOUNTED = "NULL::BIGINT"

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
    store: Store,
    scope: Scope,
    *,
    by: str,
    grain: str,
    first: date,
    last: date,
    users: bool = False,
    kept: Sequence[str] | None = None,
) -> pl.DataFrame:
    """What happened from `first` to `last`; lines and stretches without any event are absent.

    `by` as in `trend`; `grain` is day, week, month, block (whole weeks counted back from `last`) or window (one
    stretch). The scope's interests are ids of `by`; where the lines are the values of a segment, they are ids of
    the log's default interest. Distinct users are counted where `users` asks for them; where they would have
    to be counted anew and it does not, they are null. With `kept`, all lines but those are one, 'others', whose
    users are null. Columns: id, start, events, users, revenue.
    """
    grain = _aligned(grain, first, last)
    way = _way(store, scope, by, grain, users)
    counted = DISTINCT if users else UNCOUNTED
    params: dict[str, object] = {"first": first, "last": last}
    if kept is not None:
        return _ask(store, scope, way, grain, {**params, "kept": list(kept)}, counted, line=FOLDED)
    return _ask(store, scope, way, grain, params, counted)


def together(store: Store, scope: Scope, *, by: str, grain: str, first: date, last: date) -> pl.DataFrame:
    """Events and revenue of all lines as one: columns of `counts`, id '', users null."""
    grain = _aligned(grain, first, last)
    way = _way(store, scope, by, grain, False)
    return _ask(store, scope, way, grain, {"first": first, "last": last}, UNCOUNTED, line=TOGETHER)


def sizes(
    store: Store, scope: Scope, *, by: str, of: str, first: date, last: date, within: tuple[date, date]
) -> pl.DataFrame:
    """The events of every line from `first` to `last`, and of them those `within` two days: id, events, inner.

    `of` is the grain of the periods that all these days are the ends of: whole weeks or months are fewer to add up
    than days.
    """
    way = _way(store, scope, by, "window", False)
    params: dict[str, object] = {"first": first, "last": last, "from": within[0], "to": within[1]}
    found = _ask(store, scope, way, "window", params, INNER["ready" if way.ready else "personal"], of=of)
    return found.select("id", "events", inner=pl.col("users").fill_null(0))


def lies_ready(store: Store, scope: Scope, *, by: str, grain: str, users: bool = False) -> bool:
    """Whether events and revenue, and `users`, were counted already, so that asking twice costs little."""
    return _way(store, scope, by, grain, users).ready


@dataclass(frozen=True)
class _Way:
    """How a question is answered: the segment whose values are the lines, the interest counted, whose events, and
    whether that was counted already."""

    segment: str | None
    kind: str
    who: People
    ready: bool


def _way(store: Store, scope: Scope, by: str, grain: str, users: bool) -> _Way:
    segment = segment_of(by)
    kind = by if segment is None else (store.meta.default_by if scope.interests else "all")
    shallow = kind not in store.meta.deep
    lookup = (
        (users and grain in ("block", "window"))
        or (shallow and (bool(scope.segments) or segment is not None))
        or (users and kind == "item" and grain in ("day", "week") and store.meta.large)
        or (segment is not None and (bool(scope.segments) or len(scope.interests) > 1))
    )
    who = people(store, scope, personal=lookup)
    return _Way(segment, kind, who, who.ready and not lookup)


def _aligned(grain: str, first: date, last: date) -> str:
    """Blocks of seven days that begin on Mondays are weeks, and those were counted already, people too."""
    return "week" if grain == "block" and first.weekday() == 0 and last.weekday() == 6 else grain


def _ask(
    store: Store,
    scope: Scope,
    way: _Way,
    grain: str,
    params: dict[str, object],
    users: str,
    *,
    line: str = "{id}",
    of: str = "day",
) -> pl.DataFrame:
    """`counts`, whose columns `users` and `id` are made by SQL."""
    if scope.interests:
        params = {**params, "interests": list(scope.interests)}
    if way.ready:
        return _ready(store, way, grain, of if grain in ("block", "window") else grain, params, users, line)
    return _personal(store, way, grain, params, users, line)


def _ready(
    store: Store, way: _Way, grain: str, rows: str, params: dict[str, object], users: str, line: str
) -> pl.DataFrame:
    """From the pre-aggregated counts, those of the grain `rows`."""
    filters = ONLY.format(id="id") if "interests" in params else ""
    params = {**params, "by": way.kind, "grain": rows, "segment": way.segment or way.who.segment}
    if way.segment is None:
        filters += " AND value = $value"
        params["value"] = way.who.value
    sql = (READY_SQL if rows == grain and line == "{id}" else SUMMED_SQL).format(
        line=line.format(id="id" if way.segment is None else "value"),
        start="start" if rows == grain else START[grain].format(day="start"),
        users=UNCOUNTED if users == DISTINCT else users,
        filters=filters,
    )
    return _typed(store.query(sql, params))


def _personal(store: Store, way: _Way, grain: str, params: dict[str, object], users: str, line: str) -> pl.DataFrame:
    """From one row per user, visit and interest; for items and, in a large log, brands one per event."""
    filters = ' AND d."by" = $by' + (ONLY.format(id="d.id") if "interests" in params else "") + way.who.where
    params = {**params, "by": way.kind}
    shown = "d.id"
    if way.segment is not None:
        if way.segment not in SEGMENT_COLUMN:
            raise InputError(
                f"The values of '{way.segment}' can be compared over all people and all or one interest only. Take the "
                f"other filters away, or compare by one of: {', '.join(SEGMENT_COLUMN)}."
            )
        shown = SEGMENT_COLUMN[way.segment]
        filters += f" AND {shown} IS NOT NULL"
    sql = PERSONAL_SQL.format(
        rows="user_day d" + (JOINED if "u." in shown + filters else ""),
        line=line.format(id=shown),
        start=START[grain].format(day="d.day"),
        users=users,
        filters=filters,
    )
    return _typed(store.query(sql, {**params, **way.who.params}))


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in COUNT_SCHEMA.items())
