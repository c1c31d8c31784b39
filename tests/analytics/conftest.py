"""Tiny published stores, made from hand-written events by a second, plainer set of statements than the real one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl
import pytest

from data.settings import Settings

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
    SELECT *, coalesce(first_purchase_day, first_day) AS cohort_day,
           coalesce(first_purchase_day, first_day) < (SELECT min(moment::DATE) FROM e) + 90 AS from_before,
           CASE WHEN user_no % 2 = 1 THEN 'champions' ELSE 'others' END AS rfm, 'P-' || user_no AS code,
           1::BIGINT AS orders
    FROM firsts;
CREATE TABLE tagged AS
    SELECT l.*, strftime(u.cohort_day, '%Y-%m') AS cohort, u.rfm, u.cohort_day
    FROM long l LEFT JOIN users u USING (user_no);
CREATE TABLE trend AS
    SELECT "by", grain, date_trunc(grain, day)::DATE AS start, id, segment, value,
           sum(counted)::BIGINT AS events, count(DISTINCT user_no) AS users,
           sum(revenue)::DECIMAL(18, 4) AS revenue
    FROM tagged t, (VALUES ('day'), ('week'), ('month')) AS g(grain),
         LATERAL (VALUES ('', ''), ('country', t.country), ('cohort', t.cohort), ('rfm', t.rfm)) AS s(segment, value)
    WHERE value IS NOT NULL AND NOT ("by" = 'item' AND grain = 'day' AND segment <> '')
    GROUP BY ALL ORDER BY ALL;
CREATE TABLE user_day AS
    SELECT date_trunc('month', day)::DATE AS month, day, "by", id, user_no, country, NULL::VARCHAR AS platform,
           sum(counted)::BIGINT AS events, 1::BIGINT AS orders, sum(revenue)::DECIMAL(18, 4) AS revenue
    FROM long WHERE "by" <> 'item' GROUP BY ALL ORDER BY ALL;
CREATE TABLE cohort_size AS
    SELECT grain, date_trunc(grain, cohort_day)::DATE AS cohort, count(*) AS users, bool_or(from_before) AS from_before
    FROM users, (VALUES ('week'), ('month'), ('quarter')) AS g(grain) GROUP BY ALL;
CREATE TABLE cohort AS
    SELECT grain, date_trunc(grain, cohort_day)::DATE AS cohort,
           CASE grain WHEN 'week' THEN datediff('day', date_trunc('week', cohort_day), date_trunc('week', day)) // 7
                ELSE datediff(grain, cohort_day, day) END AS age,
           "by", id, count(DISTINCT user_no) AS users, sum(counted)::BIGINT AS events,
           sum(revenue)::DECIMAL(18, 4) AS revenue
    FROM tagged, (VALUES ('week'), ('month'), ('quarter')) AS g(grain)
    WHERE cohort_day <= day AND "by" <> 'item' GROUP BY ALL;
CREATE TABLE interests AS
    SELECT "by", id, id AS name, count(DISTINCT item) AS items, sum(counted)::BIGINT AS events,
           count(DISTINCT user_no) AS users, sum(revenue)::DECIMAL(18, 4) AS revenue,
           row_number() OVER (PARTITION BY "by" ORDER BY sum(counted) DESC, id) AS rank
    FROM long WHERE "by" IN ('theme', 'category') GROUP BY "by", id;
CREATE TABLE items AS
    SELECT item AS item_id, 'Item ' || item AS name, min(category) AS category,
           coalesce(min(category), 'none') AS category_interest, NULL::VARCHAR AS brand,
           min(theme) AS theme, 1.0 AS similarity, sum(counted)::BIGINT AS events,
           count(DISTINCT user_no) AS users, sum(revenue)::DECIMAL(18, 4) AS revenue, min(day) AS first_day,
           max(day) AS last_day
    FROM long WHERE "by" = 'item' GROUP BY item;
CREATE TABLE segments AS
    SELECT segment, value, value AS label, sum(events)::BIGINT AS events, max(users) AS users
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
    category: str | None = None
    theme: str | None = None
    country: str | None = "UK"
    type: str = "purchase"
    revenue: float = 1.0
    hour: int = 12


class TinyStore:
    """What a published store offers to analytics, in memory."""

    version = 1

    def __init__(self, connection: duckdb.DuckDBPyConnection, meta: Any, settings: Settings) -> None:
        self._connection, self.meta, self.settings = connection, meta, settings

    def query(self, sql: str, params: Any = ()) -> pl.DataFrame:
        return self._connection.cursor().sql(sql, params=params or None).pl()


def build(events: pl.DataFrame, settings: Settings, **changes: Any) -> TinyStore:
    """A store of a frame of events; `changes` replace fields of its meta."""
    connection = duckdb.connect()
    connection.register("frame", events)
    connection.execute("CREATE TABLE e AS SELECT * FROM frame")
    for statement in TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    first, last = connection.execute("SELECT min(moment), max(moment) FROM e").fetchall()[0]
    has = {by for (by,) in connection.execute("SELECT DISTINCT \"by\" FROM interests WHERE id NOT IN ('none', 'unsorted')").fetchall()}
    counted = connection.execute("SELECT count(*), count(user_no) FROM e WHERE type <> 'refund'").fetchall()[0]
    users = connection.execute("SELECT count(*) FROM users").fetchall()[0][0]
    meta = SimpleNamespace(
        data_version=1, sample=None, timezone="UTC", first_event=first, last_event=last,
        first_day=first.date(), last_day=last.date(), first_day_complete=True, last_day_complete=True,
        events=counted[0], users=users, items=1, revenue=1.0, currency=None,
        default_by="category" if "category" in has else "theme" if "theme" in has else "item",
        bys=tuple(by for by in ("theme", "category") if by in has) + ("item",),
        segments=("country", "cohort", "rfm"), anonymous_share=1 - counted[1] / max(counted[0], 1),
    )
    for name, value in changes.items():
        setattr(meta, name, value)
    return TinyStore(connection, meta, settings)


@pytest.fixture
def make_store(tmp_path: Any) -> Callable[..., TinyStore]:
    """A function from events to a store."""

    def make(events: Iterable[Event], **changes: Any) -> TinyStore:
        frame = pl.DataFrame(
            [{"moment": datetime(e.day.year, e.day.month, e.day.day) + timedelta(hours=e.hour), "type": e.type,
              "user_no": e.user, "item": e.item, "category": e.category, "theme": e.theme, "country": e.country,
              "revenue": e.revenue} for e in events],
            schema={"moment": pl.Datetime("us"), "type": pl.Utf8, "user_no": pl.Int64, "item": pl.Utf8,
                    "category": pl.Utf8, "theme": pl.Utf8, "country": pl.Utf8, "revenue": pl.Float64},
        )
        return build(frame, Settings(var=tmp_path / "var"), **changes)

    return make
