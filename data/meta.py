"""What a served file says about itself: which data, which sample, from when to when, what can be asked."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from data import ledger
from data.engine import reading_connection
from data.schema import EVENT_KINDS
from data.serving import damaged
from data.settings import Settings

COMPLETE_HOURS = 20
"""The first and the last day of a log count as complete when the log covers more than this many of their hours."""


@dataclass(frozen=True)
class Meta:
    """The facts of one published version."""

    data_version: int
    sample: str | None
    timezone: str
    first_event: datetime
    last_event: datetime
    """Both in the shop's local time."""
    first_day: date
    last_day: date
    first_day_complete: bool
    last_day_complete: bool
    events: int
    users: int
    items: int
    revenue: float
    default_by: str
    bys: tuple[str, ...]
    segments: tuple[str, ...]
    currency: str | None
    anonymous_share: float
    people_day: date
    """The day up to which people are judged: tiers, cohorts and lifecycles reach no further."""
    deep: tuple[str, ...]
    """The kinds of line whose counts by segment, cohort and lifecycle lie ready."""
    large: bool
    """Whether people are judged once a week and distinct people of single items not counted by day."""
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing is in the store now, though something was."""
        return self.events == 0 and self.users == 0


def describe(settings: Settings, connection: duckdb.DuckDBPyConnection, version: int, notes: dict[str, str]) -> None:
    """Write the table `meta` of a build."""
    active = [row for row in ledger.imports(settings, active_only=True) if row.kind in EVENT_KINDS]
    timezone = ledger.get_state(settings, "timezone") or "UTC"
    reach = [row.receipt for row in active if row.receipt["first"]]
    first = min((r["first"] for r in reach), default="2000-01-01T00:00:00")
    last = max((r["last"] for r in reach), default="2000-01-01T00:00:00")
    totals = _one(
        connection,
        "select sum(events), sum(revenue), sum(anonymous) from file_day",
    )
    events = int(totals[0] or 0)
    kinds = [r[0] for r in connection.execute('select distinct "by" from interests order by 1').fetchall()]
    bys = [by for by in ("category", "theme", "brand") if by in kinds] + (["item"] if events else [])
    built = {key: json.loads(value) for key, value in connection.execute("select key, value from built").fetchall()}
    segments = [r[0] for r in connection.execute("select distinct segment from segments order by 1").fetchall()]
    known = ("country", "platform", "cohort", "rfm")
    first_at, last_at = datetime.fromisoformat(first), datetime.fromisoformat(last)
    facts: dict[str, Any] = {
        "data_version": version,
        "sample": ledger.get_state(settings, "sample"),
        "timezone": timezone,
        "first_event": first,
        "last_event": last,
        "first_day_complete": 24 - first_at.hour - first_at.minute / 60 > COMPLETE_HOURS,
        "last_day_complete": last_at.hour + last_at.minute / 60 > COMPLETE_HOURS,
        "events": events,
        "users": _users(connection, built["as_of"]),
        "people_day": built["as_of"],
        "deep": built["deep"],
        "large": built["large"],
        "items": _one(connection, "select count(*) from items")[0],
        "revenue": float(totals[1] or 0),
        "default_by": bys[0] if bys else "item",
        "bys": bys,
        "segments": sorted(segments, key=lambda s: (known.index(s) if s in known else len(known), s)),
        "currency": _currency(settings, connection),
        "anonymous_share": float(totals[2] or 0) / events if events else 0.0,
        "notes": notes,
    }
    connection.execute("create or replace table meta (key varchar, value varchar)")
    connection.executemany("insert into meta values (?, ?)", [(k, json.dumps(v)) for k, v in facts.items()])


def read_meta(path: Path, settings: Settings) -> Meta:
    """The facts of a served file. Raises StoreError when it cannot be read."""
    try:
        with reading_connection(path, settings) as connection:
            return meta_from_rows(connection.execute("select key, value from meta").fetchall())
    except duckdb.Error as error:
        raise damaged(path, str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, "another version of Tideline wrote it") from error


def meta_from_rows(rows: list[tuple[str, str]]) -> Meta:
    """The facts out of the rows of table `meta`."""
    facts = {key: json.loads(value) for key, value in rows}
    first, last = datetime.fromisoformat(facts["first_event"]), datetime.fromisoformat(facts["last_event"])
    return Meta(
        **{
            **facts,
            "first_event": first,
            "last_event": last,
            "first_day": first.date(),
            "last_day": last.date(),
            "bys": tuple(facts["bys"]),
            "segments": tuple(facts["segments"]),
            "people_day": date.fromisoformat(facts["people_day"]),
            "deep": tuple(facts["deep"]),
        }
    )


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return connection.execute(sql).fetchall()[0]


def _users(connection: duckdb.DuckDBPyConnection, people_day: str) -> int:
    """Distinct known people: those judged, and those who came since."""
    sql = """
    select (select count(*) from users) + (
        select count(distinct v.u) from (
            select u from visit_item where day > $day union all select u from sale_item where day > $day) v
        left join users s on s.u = v.u where v.u is not null and s.u is null)"""
    return int(connection.execute(sql, {"day": date.fromisoformat(people_day)}).fetchall()[0][0])


def _currency(settings: Settings, connection: duckdb.DuckDBPyConnection) -> str | None:
    """The log's one currency, None where it names none or several."""
    active = ledger.imports(settings, active_only=True)
    found = {row.receipt.get("currency") for row in active if row.kind in EVENT_KINDS}
    return next(iter(found)) if len(found) == 1 else None
