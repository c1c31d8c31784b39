"""What rules say: over all of a log's past, and lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from analytics.alerts.asking import checked
from analytics.alerts.judging import PERIOD, Judge, judge, same_days
from analytics.changes import replay
from data.alerts import Key, Rule
from data.errors import InputError
from data.store import Store

FIRED_SCHEMA = {
    "rule": pl.Utf8, "kind": pl.Utf8, "id": pl.Utf8, "name": pl.Utf8, "at": pl.Date, "reported": pl.Date,
    "what": pl.Utf8, "by": pl.Utf8,
}  # fmt: skip
BACK = 91
"""Days of data in which an alert is still worth delivering: a change of level is news for as long."""


class Replayed(NamedTuple):
    """What a rule would have reported, had it been there."""

    reports: pl.DataFrame
    """FIRED_SCHEMA, in order of time."""
    periods: int
    """The times at which it could have."""
    first: date | None
    """The first of the periods judged; None where the log is too short for the rule."""
    last: date | None
    held: int
    """The times at which it found anything, told before or not."""
    needed: int
    """Periods that the rule takes before it can judge."""
    found: int
    """Complete periods of the log."""


class Fired(NamedTuple):
    """What rules reported lately, and which of them could not be asked."""

    reports: pl.DataFrame
    """FIRED_SCHEMA, newest first."""
    problems: tuple[tuple[str, str], ...]
    """The rule's id, and why."""


def replayed(store: Store, rule: Rule) -> Replayed:
    """What a rule would have reported over the log: about two years of weeks, half a year of days or of weekly mixes,
    less where there are very many lines. Each time it sees what was known at the time.

    Raises InputError where the rule cannot be asked of this log.
    """
    rule = checked(store, rule)
    ready = judge(store, rule)
    places = ready.places[-ready.most :] if ready.most else []
    reports, held = _reports(rule, ready, places)
    first, last = (places[0], places[-1]) if places else (None, None)
    return Replayed(reports, len(places), first, last, held, ready.needed, ready.history["start"].n_unique())


def fired(store: Store, rules: Sequence[Rule], *, back: int = BACK) -> Fired:
    """What rules reported in the last `back` days of the log's complete periods, newest first.

    Columns: rule (its id), kind, id, name (the line), at (the first day of what it is about), reported (the period in
    which it became clear), what (a sentence), by. The last period before is judged too: what it found is no news.
    What is reported of a period depends on the data up to it alone, so the same key comes back until it is too old.
    """
    found, problems = [pl.DataFrame(schema=FIRED_SCHEMA)], []
    for rule in rules:
        try:
            found.append(_lately(store, checked(store, rule), back))
        except InputError as problem:
            problems.append((rule.id, problem.message))
    reports = pl.concat(found).sort("reported", "at", descending=True, maintain_order=True)
    return Fired(reports, tuple(problems))


def recent(reports: pl.DataFrame, rules: Sequence[Rule], last: date, *, days: int) -> pl.DataFrame:
    """Reports whose period ended in the `days` days up to `last`."""
    length = {rule.id: timedelta(days=PERIOD[rule.grain] - 1) for rule in rules}
    since = last - timedelta(days=days)
    is_in = [reported + length[rule] > since for rule, reported in reports.select("rule", "reported").iter_rows()]
    return reports.filter(pl.Series(is_in, dtype=pl.Boolean))


def undelivered(reports: pl.DataFrame, rules: Sequence[Rule], keys: Collection[Key]) -> pl.DataFrame:
    """Reports that no delivery is about. A place is set right as more is seen, so what the same rule said of the same
    line nearby is the same."""
    reach = {rule.id: timedelta(days=same_days(rule)) for rule in rules}
    is_new = [
        not any(key.rule == rule and key.line == line and abs(key.at - at) <= reach[rule] for key in keys)
        for rule, line, at in reports.select("rule", "id", "at").iter_rows()
    ]
    return reports.filter(pl.Series(is_new, dtype=pl.Boolean))


def _lately(store: Store, rule: Rule, back: int) -> pl.DataFrame:
    ready = judge(store, rule)
    if not ready.places:
        return pl.DataFrame(schema=FIRED_SCHEMA)
    since = ready.places[-1] - timedelta(days=back)
    earlier = [place for place in ready.places if place <= since]
    reports, _ = _reports(rule, ready, earlier[-1:] + [place for place in ready.places if place > since])
    return reports.filter(pl.col("reported") > since)


def _reports(rule: Rule, ready: Judge, places: Sequence[date]) -> tuple[pl.DataFrame, int]:
    """The rule's reports at those periods, and at how many of them it found anything."""
    if not places:
        return pl.DataFrame(schema=FIRED_SCHEMA), 0
    judged, held = set(places), 0

    def at_places(seen: pl.DataFrame) -> pl.DataFrame:
        nonlocal held
        if seen["start"][-1] not in judged:
            raise InputError("This period is not judged.")
        found = ready.find(seen)
        held += not found.is_empty()
        return found

    told = replay(
        at_places, ready.history, first=places[0], last=places[-1], recent=ready.recent, same=ready.same
    )  # fmt: skip
    if told.is_empty():
        return pl.DataFrame(schema=FIRED_SCHEMA), held
    about = {"rule": rule.id, "kind": rule.kind, "by": rule.by}
    return told.with_columns(pl.lit(value).alias(name) for name, value in about.items()).select(*FIRED_SCHEMA), held
