"""Saved rules for alerts, and which of their alerts were delivered where."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import NamedTuple

from data import ledger
from data.errors import InputError
from data.settings import Settings

SCHEMA = """
create table if not exists alert_rules (
    rule_id integer primary key autoincrement, asked text not null, created text not null);
create table if not exists alert_deliveries (
    place text not null, rule_id integer not null, line text not null, at text not null, delivered text not null,
    primary key (place, rule_id, line, at)) without rowid;
"""
BEGUN = "alert_rules_begun"
"""The setting that says that the rules to begin with have become rows like all others."""


@dataclass(frozen=True)
class Rule:
    """What somebody wants to be told about. Hashable, so it is a cache key as well."""

    kind: str
    """change, emerging, threshold or mix."""
    by: str | None = None
    """What the lines are; None: the log's default interest."""
    grain: str = "week"
    segments: tuple[tuple[str, str], ...] = ()
    interests: tuple[str, ...] = ()
    """Only these lines; none: all."""
    metric: str = "share"
    """Of a threshold: share, events, users or revenue."""
    side: str | None = None
    """Of a threshold: above or below `limit`."""
    limit: float | None = None
    days: int | None = None
    """Of the mix: the length of each window."""
    id: str = ""
    """Given when it is saved."""


class Key(NamedTuple):
    """One alert of a rule: its line and the first day of what it is about."""

    rule: str
    line: str
    at: date


DEFAULTS = (Rule("change", id="1"), Rule("emerging", id="2"))
"""The rules to begin with; they can be deleted like others."""


def rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules that hold, oldest first: those to begin with until they are deleted, and whatever was added."""
    if ledger.get_state(settings, BEGUN) is None:
        return DEFAULTS
    with ledger.connect(settings, write=False, schema=SCHEMA) as connection:
        rows = connection.execute("select rule_id, asked from alert_rules order by rule_id").fetchall()
    return tuple(_read(row["asked"], row["rule_id"]) for row in rows)


def add_rule(settings: Settings, rule: Rule) -> str:
    """Save a rule; comes back with its id. Raises InputError when the same rule is there already."""
    for known in rules(settings):
        if replace(known, id="") == replace(rule, id=""):
            raise taken(known)
    with ledger.connect(settings, schema=SCHEMA) as connection:
        _begin(connection)
        added = connection.execute(
            "insert into alert_rules (asked, created) values (?, ?)", (_written(rule), ledger.now())
        )
    return str(added.lastrowid)


def taken(known: Rule) -> InputError:
    """That a rule like this is there."""
    return InputError(f"This rule is saved already, as rule {known.id}. Change what it asks, or leave it.")


def delete_rule(settings: Settings, rule_id: str) -> None:
    """Forget a rule and what it delivered. Raises InputError when there is no such rule."""
    known = [rule.id for rule in rules(settings)]
    if rule_id not in known:
        raise InputError(f"There is no rule '{rule_id}'. Rules known: {', '.join(known) or 'none'}.")
    with ledger.connect(settings, schema=SCHEMA) as connection:
        _begin(connection)
        connection.execute("delete from alert_rules where rule_id = ?", (rule_id,))
        connection.execute("delete from alert_deliveries where rule_id = ?", (rule_id,))


def delivered(settings: Settings, place: str) -> list[Key]:
    """The alerts that were delivered to a place, such as 'printed'."""
    if not settings.ledger_path.exists():
        return []
    with ledger.connect(settings, write=False, schema=SCHEMA) as connection:
        rows = connection.execute(
            "select rule_id, line, at from alert_deliveries where place = ? order by at, rule_id, line", (place,)
        ).fetchall()
    return [Key(str(row["rule_id"]), row["line"], date.fromisoformat(row["at"])) for row in rows]


def mark_delivered(settings: Settings, place: str, keys: Iterable[Key]) -> None:
    """Remember that these alerts were delivered to a place; once more makes no difference."""
    rows = [(place, int(key.rule), key.line, key.at.isoformat(), ledger.now()) for key in keys]
    with ledger.connect(settings, schema=SCHEMA) as connection:
        connection.executemany("insert or ignore into alert_deliveries values (?, ?, ?, ?, ?)", rows)


def reset(settings: Settings) -> None:
    """Forget every rule and delivery: they were about a sample's interests. Those to begin with hold again."""
    with ledger.connect(settings, schema=SCHEMA) as connection:
        connection.execute("delete from alert_deliveries")
        connection.execute("delete from alert_rules")
        ledger.set_state(connection, BEGUN, None)


def _begin(connection: sqlite3.Connection) -> None:
    """Make rows of the rules to begin with, once, inside the caller's transaction."""
    if connection.execute("select 1 from state where key = ?", (BEGUN,)).fetchone():
        return
    for rule in DEFAULTS:
        connection.execute(
            "insert or replace into alert_rules values (?, ?, ?)", (int(rule.id), _written(rule), ledger.now())
        )
    ledger.set_state(connection, BEGUN, ledger.now())


def _written(rule: Rule) -> str:
    return json.dumps({name: value for name, value in asdict(rule).items() if name != "id"})


def _read(text: str, rule_id: int) -> Rule:
    asked = json.loads(text)
    segments = tuple((str(name), str(value)) for name, value in asked.pop("segments"))
    return Rule(**{**asked, "segments": segments, "interests": tuple(asked["interests"]), "id": str(rule_id)})
