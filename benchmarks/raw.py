"""The same answers from raw Parquet: what a question would cost without rollups, and a check that both agree.

Written from the definitions, over the lake's files alone: no rollup is read and none of the questions' code is used.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl
from polars.testing import assert_frame_equal

from analytics.cohorts import retention
from analytics.risers import risers
from analytics.summary import kpis
from analytics.trends import trend
from benchmarks.logs import quiet_duckdb
from data import ledger
from data.scope import Scope
from data.settings import Settings
from data.sql import literals
from data.store import Store

THREADS, MEMORY = 2, "6GB"
LAKE = """
create view lake as select day, event_type, user_no, item_id, category, revenue, country,
    case when event_type = 'refund' then 0 else 1 end as event
from read_parquet({files}, hive_partitioning = false)
"""
INTERESTS = """
create temp table interest as
with counted as (
    select item_id, category, row_number() over (partition by item_id order by count(*) desc, category) as place
    from lake where item_id is not null and category is not null group by item_id, category
)
select item_id, array_to_string(string_split(category, ' > ')[1:2], ' > ') as id from counted where place = 1
"""
"""An item's category is its most frequent one; an interest is its two upper levels."""

MEASURES = """sum(event)::bigint as events, count(distinct user_no) filter (event = 1) as users,
    sum(revenue)::double as revenue"""
BY_CATEGORY = "from lake l left join interest i on i.item_id = l.item_id"
START = {"day": "day", "week": "date_trunc('week', day)::date", "month": "date_trunc('month', day)::date"}
TREND = """
select {line} as id, {start} as start, {measures} {source} where {where} group by all
"""
COHORTS = """
with people as (
    select user_no, coalesce(min(day) filter (event_type = 'purchase'), min(day)) as came
    from lake where user_no is not null and day <= '{as_of}' group by user_no having sum(event) > 0
), sized as (
    select date_trunc('month', came)::date as cohort, count(*) as size from people group by all
)
select s.cohort, datediff('month', p.came, l.day) as age, any_value(s.size) as size,
    count(distinct l.user_no) filter (event = 1) as users
from lake l join people p on p.user_no = l.user_no join sized s on s.cohort = date_trunc('month', p.came)
where date_trunc('month', l.day) >= s.cohort and l.day <= '{as_of}' group by all
"""
"""People are judged as of a day: see `_judged`."""


@dataclass(frozen=True)
class Pair:
    """One question, asked of the rollups and of raw Parquet; both answers have the same columns and are sorted."""

    what: str
    rolled: Callable[[Store], pl.DataFrame]
    raw: Callable[[duckdb.DuckDBPyConnection], pl.DataFrame]

    def differ(self, store: Store, lake: duckdb.DuckDBPyConnection) -> str:
        """'' where the two answers are equal, else the first line of what differs."""
        try:
            assert_frame_equal(self.rolled(store), self.raw(lake), check_dtypes=False, rel_tol=1e-9)
        except AssertionError as difference:
            return " ".join(str(difference).split())[:120]
        return ""


def open_lake(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection on the store's lake files, with each item's interest looked up once."""
    files = literals(settings.var / file.path for file in ledger.files(settings, "events"))
    connection = quiet_duckdb(threads=THREADS, memory_limit=MEMORY)
    settings.tmp.mkdir(parents=True, exist_ok=True)
    connection.execute(f"set temp_directory = {literals([settings.tmp / 'raw'])[1:-1]}")
    connection.execute(LAKE.format(files=files))
    connection.execute(INTERESTS)
    return connection


def pairs(store: Store) -> Iterator[Pair]:
    """The questions asked both ways: trends and distinct users by grain, one country, cohorts, windows, key figures."""
    by = "category" if "category" in store.meta.bys else "item"
    for grain in START:
        yield _trend(f"trend by {grain} and {by}, with distinct users", by, grain, Scope())
    country = _country(store)
    if country:
        yield _trend(f"trend by week and {by} in one country", by, "week", Scope(segments=(("country", country),)))
    yield _trend("trend by week, all interests together", "all", "week", Scope())
    yield _retention(_judged(store))
    yield _windows(store, by)
    yield _month(store)


def _trend(what: str, by: str, grain: str, scope: Scope) -> Pair:
    line, source = _line(by)
    where = "{} = '{}'".format("country", scope.segments[0][1].replace("'", "''")) if scope.segments else "true"
    where += " and l.item_id is not null" if by == "item" else ""
    sql = TREND.format(line=line, start=START[grain], measures=MEASURES, source=source, where=where)

    def rolled(store: Store) -> pl.DataFrame:
        found = None
        for metric in ("users", "revenue"):
            part = trend(store, scope, by=by, metric=metric, grain=grain).rename({"value": metric})
            part = part.select("id", "start", "events", metric)
            found = part if found is None else found.join(part.drop("events"), on=["id", "start"])
        assert found is not None
        # Empty periods are drawn as zero, and absent in raw rows.
        return _sorted(found.filter((pl.col("events") != 0) | (pl.col("revenue") != 0)), "id", "start")

    return Pair(what, rolled, lambda lake: _frame(_not_empty(lake.sql(sql)), "id", "start"))


def _line(by: str) -> tuple[str, str]:
    if by == "category":
        return "coalesce(i.id, 'none')", BY_CATEGORY
    return ("l.item_id" if by == "item" else "''"), "from lake l"


def _country(store: Store) -> str | None:
    sql = "select value from segments where segment = 'country' order by events desc, value limit 3"
    found = store.query(sql)["value"].to_list()
    return str(found[-1]) if found else None


def _not_empty(found: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    return found.filter("events <> 0 or revenue <> 0")


def _judged(store: Store) -> date:
    """The last day that cohorts know: the log's, in a large log that of its last whole week."""
    last = store.meta.last_day
    return last - timedelta(days=(last.weekday() + 1) % 7) if store.meta.large else last


def _retention(as_of: date) -> Pair:
    """Cells that were whole on that day; those without anybody are absent in raw rows."""
    ends = pl.col("cohort").dt.offset_by(pl.format("{}mo", pl.col("age").cast(pl.Int64) + 1))
    whole = (ends <= as_of + timedelta(days=1)) & (pl.col("users") > 0)

    def rolled(store: Store) -> pl.DataFrame:
        found = retention(store, Scope(), cohort="month").select("cohort", "age", "size", "users")
        return _sorted(found, "cohort", "age").filter(whole)

    sql = COHORTS.format(as_of=as_of)
    return Pair("monthly cohort retention", rolled, lambda lake: _frame(lake.sql(sql), "cohort", "age").filter(whole))


def _windows(store: Store, by: str) -> Pair:
    """Both windows of the risers: events and distinct people of each line."""
    line, source = _line(by)
    last = store.meta.last_day - timedelta(days=not store.meta.last_day_complete)
    cut, first = last - timedelta(days=27), last - timedelta(days=55)
    windows = {"before": (first, cut - timedelta(days=1)), "after": (cut, last)}
    counted = ", ".join(
        f"count(distinct user_no) filter (event = 1 and day between '{start}' and '{end}') as {name}"
        for name, (start, end) in windows.items()
    )
    base = f"sum(event) filter (day between '{first}' and '{last}')::bigint as base"
    where = f"day between '{first}' and '{last}'" + (" and l.item_id is not null" if by == "item" else "")
    sql = f"select {line} as id, {counted}, {base} {source} where {where} group by all"

    def rolled(opened: Store) -> pl.DataFrame:
        found = risers(opened, Scope(), by=by, metric="users").filter(pl.col("base") > 0)
        return _sorted(found.select("id", "before", "after", "base"), "id")

    def raw(lake: duckdb.DuckDBPyConnection) -> pl.DataFrame:
        return _frame(lake.sql(sql).filter("base > 0 and id <> 'none'"), "id")

    return Pair(f"risers: two windows of 28 days by {by}, distinct users", rolled, raw)


def _month(store: Store) -> Pair:
    last = store.meta.last_day - timedelta(days=not store.meta.last_day_complete)
    where = f"day between '{last - timedelta(days=27)}' and '{last}'"

    def rolled(opened: Store) -> pl.DataFrame:
        found = kpis(opened, Scope()).filter(pl.col("name") != "rising")
        return pl.DataFrame(dict(zip(found["name"], found["value"], strict=True)))

    sql = f"select {MEASURES} from lake where {where}"
    return Pair("key figures of 28 days", rolled, lambda lake: _frame(lake.sql(sql)))


def _frame(found: duckdb.DuckDBPyRelation, *order: str) -> pl.DataFrame:
    return _sorted(found.pl(), *order)


def _sorted(frame: pl.DataFrame, *order: str) -> pl.DataFrame:
    numbers = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    frame = frame.with_columns(pl.col(numbers).cast(pl.Float64))
    return frame.sort(*order) if order else frame
