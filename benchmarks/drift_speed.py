"""CPU seconds of the test of people: from sums, from sums and visits in memory, counted in a store, and after an
import."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analytics.drift.counted import Question, blocks
from analytics.drift.kept_people import people_drift
from analytics.drift.moments import Array, gamma_tail, permutation_moments
from analytics.drift.people import drift_of
from analytics.windows import Window
from benchmarks.drift_worlds import World, joined, made, mixed
from benchmarks.lines import Line
from benchmarks.planted import cpu
from data.scope import Scope
from data.settings import Settings
from data.store import Store

START, DAYS = date(2025, 1, 6), 56
BEFORE, AFTER = Window(date(2025, 1, 6), date(2025, 2, 2)), Window(date(2025, 2, 3), date(2025, 3, 2))
MAKE_SQL = """
CREATE TABLE visit_category AS
WITH visit AS (
    SELECT u::INT AS u, (date '2025-01-06' + (random() * 56)::INT % 56)::DATE AS day,
        (random() * 65534)::INT + 1 AS v, floor(random() * 20)::INT AS topic,
        (1 + floor(-2.5 * ln(random() + 1e-9)))::INT AS n
    FROM range(1, {users} + 1) AS person(u), range(20) AS each(i)
)
SELECT day, u, v, l, (u % 3)::INT AS x, count(*)::INT AS events
FROM (
    SELECT day, u, v, CASE WHEN random() < 0.3 THEN topic
        ELSE ((u * 7 + floor(20 * pow(random(), 2.5))::INT) % 20) END AS l
    FROM visit, range(1, 40) AS look(k) WHERE k <= n
) GROUP BY day, u, v, l, x ORDER BY day, u;
CREATE TABLE shown_interest AS
    SELECT 'category' AS "by", l::INT AS l, 'interest number ' || l AS id FROM range(20) AS line(l);
CREATE TABLE person AS SELECT u::INT AS u, u::BIGINT AS user_no FROM range(1, {users} + 1) AS person(u);
CREATE VIEW visit_interest AS
    SELECT 'category' AS "by", v.day, v.u, v.v, n.id, v.events
    FROM visit_category v JOIN shown_interest n ON n."by" = 'category' AND n.l = v.l;
CREATE TABLE meta (key VARCHAR, value VARCHAR);
"""
"""A store of that many people with 20 visits of three events in eight weeks, as far as people are asked about."""
IMPORTS = (
    ("the import of the next day", AFTER.end + timedelta(days=1), 3),
    ("a late file about 1 person in 20", AFTER.start + timedelta(days=7), 20),
)
MORE_SQL = """
INSERT INTO visit_category
SELECT $day::DATE, u, 65535, (u + k) % 20, u % 3, 1 FROM person, range(3) AS look(k) WHERE hash(u) % $part = 0
"""
"""A visit of three events of one person in so many."""
EVENTS_SQL = """
SELECT u, id, coalesce(sum(events) FILTER (day < $start), 0)::DOUBLE AS a,
    coalesce(sum(events) FILTER (day >= $start), 0)::DOUBLE AS b
FROM visit_interest WHERE "by" = $by AND u > $above AND u <= $upto GROUP BY u, id ORDER BY u
"""
FACTS: dict[str, Any] = {
    "data_version": 1, "sample": None, "timezone": "UTC", "first_event": "2025-01-06T00:00:00",
    "last_event": "2025-03-02T23:59:00", "first_day_complete": True, "last_day_complete": True, "events": 1, "users": 1,
    "items": 1, "revenue": 0.0, "default_by": "category", "bys": ["category"], "segments": [], "currency": None,
    "anonymous_share": 0.0, "people_day": "2025-03-02", "deep": ["all", "category"], "large": True, "notes": {},
}  # fmt: skip


def speed(rng: np.random.Generator, folder: Path, *, quick: bool) -> Iterator[Line]:
    """Lines for 100,000 people and for a million, or a hundredth of them."""
    part = 100 if quick else 1
    some = [joined(list(made(rng, World(30, 10, 0.3), 100_000 // part)))]
    drift_of([mixed(rng, 200, 0.45)[0]])
    for times, bar in ((1, 1.0), (10, None)):
        users = 100_000 * times // part
        alone = [replace(block, visits=None) for block in some]
        yield _line(f"{users:,} people of 60 events in 20 visits, sums alone", _cost(alone * times), bar)
        yield _line(f"{users:,} people of 60 events in 20 visits, sums and visits in memory", _cost(some * times), bar)
    for users, bars in ((100_000, (None, None)), (1_000_000, (30.0, 180.0))):
        store = make_store(folder, users // part)
        events = int(store.query("SELECT sum(events)::BIGINT AS n FROM visit_category")["n"][0])
        told = f"{users // part:,} people with {events:,} events counted in a store"
        yield _line(f"{told}, event by event", _events_cost(store, users // part), bars[0])
        begun = cpu()
        frame = drift_of(blocks(Question(store, Scope(), "category", BEFORE, AFTER)))
        yield _line(f"{told}, with visits", cpu() - begun, bars[1])
        yield Line("    of them judged", len(frame.drop_nulls("p")), 0, len(frame))
        store.close()
        yield from after_imports(folder, users // part, 20.0 if users > 100_000 else None)


def after_imports(folder: Path, users: int, bar: float | None) -> Iterator[Line]:
    """The same windows again, of people kept before: with the next day imported, and with a late file about some."""
    store = make_store(folder, users)
    shutil.rmtree(store.settings.var / "kept", ignore_errors=True)
    people_drift(Question(store, Scope(), "category", BEFORE, AFTER), None)
    store.close()
    for number, (what, day, part) in enumerate(IMPORTS, 2):
        path = store.path.with_name(f"serve-{number}.duckdb")
        shutil.copyfile(store.path, path)
        with duckdb.connect(str(path), config={"memory_limit": "2GB", "threads": 1}) as connection:
            connection.execute(MORE_SQL, {"day": day, "part": part})
        later = Store(path, store.settings)
        begun = cpu()
        people_drift(Question(later, Scope(), "category", BEFORE, AFTER), None)
        yield _line(f"{users:,} people in a store, after {what}", cpu() - begun, bar)
        later.close()
        path.unlink()


def make_store(folder: Path, users: int) -> Store:
    """The store, made once in a folder."""
    path = folder / f"speed-{users}" / "serve-1.duckdb"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(path), config={"memory_limit": "6GB", "threads": 1}) as connection:
            connection.execute("SELECT setseed(0.5)")
            connection.execute(MAKE_SQL.format(users=users))
            rows = [(key, json.dumps(value)) for key, value in FACTS.items()]
            connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
    return Store(path, Settings(var=path.parent, threads=1))


def _line(what: str, seconds: float, bar: float | None) -> Line:
    if bar is None:
        return Line(f"CPU s: {what}", seconds, seconds, seconds)
    return Line(f"CPU s: {what}", seconds, seconds, seconds, f"<= {bar:g}", seconds <= bar)


def _cost(some: list[Any]) -> float:
    begun = cpu()
    drift_of(some)
    return cpu() - begun


def _events_cost(store: Store, users: int, step: int = 100_000) -> float:
    """Everybody tested with events as units: one GROUP BY, exact permutation moments and a gamma tail."""
    begun = cpu()
    for above in range(0, users, step):
        reach = {"by": "category", "start": AFTER.start, "above": above, "upto": above + step}
        _event_level(store.query(EVENTS_SQL, reach))
    return cpu() - begun


def _event_level(found: pl.DataFrame) -> Array:
    first = np.flatnonzero(np.diff(found["u"].to_numpy(), prepend=0))
    a, b = found["a"].to_numpy(), found["b"].to_numpy()
    n1, n2 = np.add.reduceat(a, first), np.add.reduceat(b, first)
    kinds = np.diff(np.append(first, len(a)))
    n = n1 + n2
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = a - np.repeat(n1 / n, kinds) * (a + b)
        x2 = n * n / (n1 * n2) * np.add.reduceat(gap * gap / (a + b), first)
        mean, variance = permutation_moments(n1, n2, kinds.astype(float), n * np.add.reduceat(1 / (a + b), first))
        return gamma_tail(x2, mean, variance / mean**2)
