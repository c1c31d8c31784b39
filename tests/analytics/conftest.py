"""Tiny published stores, made from hand-written events by a second, plainer set of statements than the real one."""

import hashlib
import json
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from data.settings import Settings
from data.store import Store, open_store

TABLES = """
CREATE TABLE long AS
    SELECT e.*, e.moment::DATE AS day, b."by", b.id, (e.type <> 'refund')::INT AS counted
    FROM e, LATERAL (VALUES ('all', ''), ('theme', coalesce(e.theme, 'unsorted')),
                            ('category', coalesce(e.category, 'none')), ('item', e.item)) AS b("by", id);
CREATE TABLE users AS
    WITH firsts AS (
        SELECT user_no, min(moment::DATE) AS first_day, max(moment::DATE) AS last_day,
               min(moment::DATE) FILTER (type = 'purchase') AS first_purchase_day, min(country) AS country,
               count(*) FILTER (type <> 'refund') AS events, sum(revenue) AS revenue
        FROM e WHERE user_no IS NOT NULL GROUP BY user_no)
    SELECT *, user_no AS u, coalesce(first_purchase_day, first_day) AS cohort_day,
           coalesce(first_purchase_day, first_day) < (SELECT min(moment::DATE) FROM e) + 90 AS from_before,
           CASE WHEN user_no % 2 = 1 THEN 'champions' ELSE 'others' END AS rfm, 'P-' || user_no AS code,
           1::BIGINT AS orders
    FROM firsts;
CREATE TABLE person AS SELECT user_no, u FROM users;
CREATE TABLE tagged AS
    SELECT l.*, strftime(u.cohort_day, '%Y-%m') AS cohort, u.rfm, u.cohort_day
    FROM long l LEFT JOIN users u USING (user_no);
CREATE TABLE trend AS
    SELECT "by", grain, date_trunc(grain, day)::DATE AS start, id, segment, value,
           sum(counted)::BIGINT AS events, count(DISTINCT user_no) FILTER (counted = 1) AS users,
           sum(revenue)::DECIMAL(18, 4) AS revenue
    FROM tagged t, (VALUES ('day'), ('week'), ('month')) AS g(grain),
         LATERAL (VALUES ('', ''), ('country', t.country), ('cohort', t.cohort), ('rfm', t.rfm)) AS s(segment, value)
    WHERE value IS NOT NULL AND NOT ("by" = 'item' AND grain = 'day' AND segment <> '')
    GROUP BY ALL ORDER BY ALL;
CREATE TABLE user_day AS
    SELECT day, "by", id, user_no AS u, country, NULL::VARCHAR AS platform, sum(counted)::BIGINT AS events,
           sum((type = 'purchase')::INT)::BIGINT AS purchases, sum(revenue)::DECIMAL(18, 4) AS revenue
    FROM long GROUP BY ALL ORDER BY ALL;
CREATE TABLE cohort_size AS
    SELECT grain, date_trunc(grain, t.cohort_day)::DATE AS cohort, segment, value, count(DISTINCT t.user_no) AS users,
           bool_or(u.from_before) AS from_before
    FROM tagged t JOIN users u USING (user_no), (VALUES ('week'), ('month'), ('quarter')) AS g(grain),
         LATERAL (VALUES ('', ''), ('country', t.country), ('cohort', t.cohort), ('rfm', t.rfm)) AS s(segment, value)
    WHERE counted = 1 AND value IS NOT NULL GROUP BY ALL;
CREATE TABLE cohort AS
    SELECT grain, date_trunc(grain, cohort_day)::DATE AS cohort,
           CASE grain WHEN 'week' THEN datediff('day', date_trunc('week', cohort_day), date_trunc('week', day)) // 7
                ELSE datediff(grain, cohort_day, day) END AS age,
           "by", id, segment, value,
           CASE WHEN any_value("by") = 'all' OR any_value(segment) <> 'country'
                THEN count(DISTINCT user_no) FILTER (counted = 1) END AS users,
           sum(counted)::BIGINT AS events, sum(revenue)::DECIMAL(18, 4) AS revenue
    FROM tagged t, (VALUES ('week'), ('month'), ('quarter')) AS g(grain),
         LATERAL (VALUES ('', ''), ('country', t.country), ('cohort', t.cohort), ('rfm', t.rfm)) AS s(segment, value)
    WHERE date_trunc(grain, cohort_day) <= day AND "by" <> 'item' AND value IS NOT NULL
        AND NOT (grain = 'week' AND segment <> '' AND "by" <> 'all') GROUP BY ALL;
CREATE TABLE interests AS
    SELECT "by", id, id AS name, count(DISTINCT item) AS items, sum(counted)::BIGINT AS events,
           sum(revenue)::DECIMAL(18, 4) AS revenue,
           row_number() OVER (PARTITION BY "by" ORDER BY sum(counted) DESC, id) AS rank
    FROM long WHERE "by" IN ('theme', 'category') GROUP BY "by", id;
CREATE TABLE items AS
    SELECT item AS item_id, 'Item ' || item AS name, min(category) AS category,
           coalesce(min(category), 'none') AS category_interest, NULL::VARCHAR AS brand,
           min(theme) AS theme, 1.0 AS similarity, sum(counted)::BIGINT AS events,
           sum(revenue)::DECIMAL(18, 4) AS revenue, min(day) AS first_day, max(day) AS last_day
    FROM long WHERE "by" = 'item' GROUP BY item;
CREATE TABLE segments AS
    SELECT segment, value, sum(events)::BIGINT AS events
    FROM trend WHERE "by" = 'all' AND grain = 'month' AND segment <> '' GROUP BY ALL;
CREATE TABLE lifecycle (grain VARCHAR, start DATE, "by" VARCHAR, id VARCHAR, new BIGINT, "returning" BIGINT,
                        resurrected BIGINT, lapsing BIGINT, dormant BIGINT);
"""


@dataclass(frozen=True)
class Event:
    """One line of a hand-made log."""

    day: date
    user: int | None = 1
    item: str = "a"
    category: str | None = "toys"
    theme: str | None = None
    country: str | None = "UK"
    type: str = "purchase"
    revenue: float = 1.0
    hour: int = 12


EVENT_SCHEMA = {
    "moment": pl.Datetime("us"), "type": pl.Utf8, "user_no": pl.Int64, "item": pl.Utf8, "category": pl.Utf8,
    "theme": pl.Utf8, "country": pl.Utf8, "revenue": pl.Float64,
}  # fmt: skip
MakeStore = Callable[..., Store]


def frame_of(events: Iterable[Event]) -> pl.DataFrame:
    """The events as the builder wants them."""
    rows = [
        (
            datetime(e.day.year, e.day.month, e.day.day, e.hour),
            e.type,
            e.user,
            e.item,
            e.category,
            e.theme,
            e.country,
            e.revenue,
        )
        for e in events
    ]
    return pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")


def build(events: pl.DataFrame, settings: Settings, kept: Path, **changes: Any) -> Store:
    """Publish a frame of events as a store of its own; `changes` replace facts of its meta. What was built of the same
    events before is copied from `kept`."""
    told = repr((events.rows(), sorted(changes.items())))
    built = kept / f"{hashlib.sha256(told.encode()).hexdigest()}.duckdb"
    if not built.exists():
        _write(events, built, changes)
    settings.serve.mkdir(parents=True)
    shutil.copyfile(built, settings.serve / "serve-1.duckdb")
    (settings.serve / "CURRENT").write_text("serve-1.duckdb")
    store = open_store(settings)
    assert store is not None
    return store


def _write(events: pl.DataFrame, path: Path, changes: dict[str, Any]) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.register("frame", events)
        connection.execute("CREATE TEMP TABLE e AS SELECT * FROM frame")
        for statement in TABLES.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        facts = {**_facts(connection), **changes}
        connection.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [(k, json.dumps(v)) for k, v in facts.items()])


def _facts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    first, last, events, known, users = connection.execute(
        "SELECT min(moment), max(moment), count(*) FILTER (type <> 'refund'), "
        "count(user_no) FILTER (type <> 'refund'), count(DISTINCT user_no) FROM e"
    ).fetchall()[0]
    kinds = connection.execute("SELECT DISTINCT \"by\" FROM interests WHERE id NOT IN ('none', 'unsorted')").fetchall()
    bys = [by for by in ("category", "theme") if (by,) in kinds] + (["item"] if events else [])
    return {
        "data_version": 1,
        "sample": None,
        "timezone": "UTC",
        "first_event": (first or datetime(2000, 1, 1)).isoformat(),
        "last_event": (last or datetime(2000, 1, 1)).isoformat(),
        "first_day_complete": True,
        "last_day_complete": True,
        "events": events,
        "users": users,
        "items": 1,
        "revenue": 1.0,
        "default_by": bys[0] if bys else "item",
        "bys": bys,
        "segments": ["country", "cohort", "rfm"] if events else [],
        "currency": None,
        "anonymous_share": 1 - known / events if events else 0.0,
        "people_day": (last or datetime(2000, 1, 1)).date().isoformat(),
        "deep": ["all", *(by for by in bys if by != "item")],
        "large": False,
        "notes": {},
    }


@pytest.fixture
def event() -> type[Event]:
    """The class of one line of a log: day, user, item, category, theme, country, type, revenue, hour."""
    return Event


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of stores lie that were built already."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture
def make_store(tmp_path: Path, kept: Path) -> Iterable[MakeStore]:
    """A function from events to a store; facts of the store's meta can be given by name."""
    opened: list[Store] = []

    def make(events: Iterable[Event], **changes: Any) -> Store:
        opened.append(build(frame_of(events), Settings(var=tmp_path / f"var{len(opened)}"), kept, **changes))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def random_log(seed: int, days: int = 200, events: int = 900) -> list[Event]:
    """Purchases, views and refunds of 40 people in two countries, some of them unknown, in three categories."""
    draw = random.Random(seed)
    category = {"a": "toys", "b": "toys", "c": "books", "d": "books", "e": None}
    log = []
    for _ in range(events):
        item = draw.choice("aaabbccde")
        person = draw.choice([None, *range(1, 41)])
        kind = draw.choice(["purchase", "purchase", "view", "refund"])
        price = {"purchase": 2.5, "view": 0.0, "refund": -2.5}[kind]
        day = date(2024, 1, 3) + timedelta(days=draw.randrange(days))
        log.append(Event(day, person, item, category[item], None, draw.choice(["UK", "UK", "FR"]), kind, price))
    return log


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Iterable[Store]:
    """A store of one random log, to compare two ways to the same number."""
    store = build(frame_of(random_log(7)), Settings(var=tmp_path_factory.mktemp("shop") / "var"), kept)
    yield store
    store.close()
