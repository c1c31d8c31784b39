"""Runs the rollup SQL: the months an import or undo touched, then what is derived from them.

One code path serves imports, undo, theme edits and rebuilds: a month is rolled up again when the files that the ledger
names for it are not those it was last built from.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from data import ledger
from data.ledger import LakeFile
from data.monthly import MANY_VALUES
from data.periods import lifecycle_windows, month_days, period_starts
from data.settings import Settings
from data.sql import attributes_sql, json_path, literal, literals

SQL = (Path(__file__).parent / "rollups.sql").read_text()
STATEMENTS = {
    name.strip(): text.strip().rstrip(";") for name, text in re.findall(r"-- name: (.*)\n((?:(?!-- name:).*\n?)*)", SQL)
}
LAYOUT = hashlib.sha256(SQL.encode()).hexdigest()[:12]
"""A serve file with another layout is not continued but built anew."""

BATCH_ROWS = 4_000_000
TREND_GRAINS = ("day", "week", "month")
COHORT_GRAINS = ("week", "month", "quarter")
MAX_ATTRIBUTES = 6


def touched_months(settings: Settings, connection: duckdb.DuckDBPyConnection, attributes: Sequence[str]) -> list[str]:
    """Months whose files, or whose segment attributes, are not those that the build was made from."""
    wanted = _month_digests(settings, attributes)
    built = _built(connection)
    return sorted(month for month in wanted.keys() | built.keys() if wanted.get(month) != built.get(month))


def segment_attributes(settings: Settings) -> list[str]:
    """The free columns that serve as segments: 2 to MANY_VALUES different values, six columns at most."""
    counts: dict[str, int] = {}
    for row in ledger.imports(settings, active_only=True):
        for name, distinct in row.receipt.get("attributes", {}).items():
            counts[name] = max(counts.get(name, 0), distinct)
    return sorted(name for name, distinct in counts.items() if 2 <= distinct <= MANY_VALUES)[:MAX_ATTRIBUTES]


def roll_up_months(
    settings: Settings, connection: duckdb.DuckDBPyConnection, months: Sequence[str], attributes: Sequence[str]
) -> None:
    """Bring the tables that are built from the lake up to date for `months`, then the item dimension."""
    run(connection, "schema")
    _load(connection, "touched", pl.DataFrame({"month": list(months)}, {"month": pl.String}))
    for table in ("item_month", "activity"):
        connection.execute(f"delete from {table} where month in (select month from touched)")
    by_month: dict[str, list[LakeFile]] = {}
    for file in ledger.files(settings, "events"):
        if file.month in set(months):
            by_month.setdefault(file.month, []).append(file)
    for batch in _batches(by_month):
        _open_lake(settings, connection, batch, attributes)
        run(connection, "item_month")
        run(connection, "activity")
    run(connection, "item_dimension")


def derive(
    connection: duckdb.DuckDBPyConnection,
    themes: pl.DataFrame,
    queries: pl.DataFrame,
    names: pl.DataFrame,
    attributes: Sequence[str],
    *,
    everything: bool,
) -> None:
    """Build what pages read from the monthly tables; only for touched months unless `everything`.

    `themes` [item_id, theme, similarity] and `queries` [query, theme] hold final theme ids, null where excluded;
    `names` [theme, name].
    """
    if everything:
        connection.execute(
            "create or replace temp table touched as"
            " select month from touched union select month from activity union select month from user_day_interest"
        )
    _prepare_themes(connection, themes, queries, names)
    connection.execute("delete from user_day_interest where month in (select month from touched)")
    for by in _interest_kinds(connection, has_themes=not themes.is_empty()):
        run(connection, f"user_day_{by}")
    _prepare_periods(connection)
    _prepare_attributes(connection, attributes)
    connection.execute("delete from trend where segment in ('rfm', 'cohort')")
    connection.execute("delete from trend where (grain, start) in (select (grain, start) from touched_period)")
    connection.execute("delete from trend where (grain, start) not in (select (grain, start) from period)")
    run(connection, "users")
    connection.execute(
        "create or replace temp table user_cohort as"
        " select user_no, strftime(cohort_day, '%Y-%m') as cohort_month from users"
    )
    for name in ("interest", "item", "country", "platform", "attribute", "person"):
        run(connection, f"trend_{name}")
    connection.execute(
        'create or replace table sorted as select * from trend order by segment, value, "by", grain, id, start'
    )
    connection.execute("drop table trend")
    connection.execute("alter table sorted rename to trend")
    for name in ("cohort", "cohort_size", "lifecycle", "items", "interests", "segments"):
        run(connection, name)
    connection.execute(
        "create or replace view user_day as select * from user_day_interest union all"
        " select month, day, 'item', item_id, user_no, country, platform, attributes, events, purchases, revenue"
        " from activity where item_id is not null"
    )


def remember_built(settings: Settings, connection: duckdb.DuckDBPyConnection, attributes: Sequence[str]) -> None:
    """Note in the build which files each month was made from."""
    rows = list(_month_digests(settings, attributes).items())
    frame = pl.DataFrame(rows, {"month": pl.String, "digest": pl.String}, orient="row")
    _load(connection, "built", frame, kind="table")


def run(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run one named statement of rollups.sql."""
    for statement in STATEMENTS[name].split(";\n"):
        connection.execute(statement)


def _load(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, *, kind: str = "temp table") -> None:
    connection.register("incoming", frame)
    connection.execute(f"create or replace {kind} {name} as select * from incoming")
    connection.unregister("incoming")


def _built(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    try:
        return dict(connection.execute("select month, digest from built").fetchall())
    except duckdb.CatalogException:
        return {}


def _month_digests(settings: Settings, attributes: Sequence[str]) -> dict[str, str]:
    paths: dict[str, list[str]] = {}
    for file in ledger.files(settings, "events"):
        paths.setdefault(str(file.month), []).append(file.path)
    return {
        month: hashlib.sha256(json.dumps([sorted(names), list(attributes)]).encode()).hexdigest()[:16]
        for month, names in paths.items()
    }


def _batches(by_month: dict[str, list[LakeFile]]) -> list[list[LakeFile]]:
    """Months together up to a size, so that memory stays bounded and small months do not each cost a statement."""
    batches: list[list[LakeFile]] = []
    rows = BATCH_ROWS
    for month in sorted(by_month):
        size = sum(file.rows for file in by_month[month])
        if rows + size > BATCH_ROWS:
            batches.append([])
            rows = 0
        batches[-1].extend(by_month[month])
        rows += size
    return batches


def _open_lake(
    settings: Settings, connection: duckdb.DuckDBPyConnection, files: list[LakeFile], attributes: Sequence[str]
) -> None:
    kept = attributes_sql((a, f"json_extract_string(attributes, {literal(json_path(a))})") for a in attributes)
    paths = literals(settings.var / file.path for file in files)
    connection.execute(
        f"create or replace temp view lake as select *, {kept} as segment_attributes"
        f" from read_parquet({paths}, hive_partitioning = true, hive_types = {{'month': varchar}})"
    )


def _prepare_themes(
    connection: duckdb.DuckDBPyConnection, themes: pl.DataFrame, queries: pl.DataFrame, names: pl.DataFrame
) -> None:
    for name, frame in (("item_theme", themes), ("query_theme", queries), ("theme_name", names)):
        _load(connection, name, frame)
    connection.execute(
        "create or replace temp table subject_theme as"
        " select d.item_id, '' as query, case when t.item_id is null then 'unsorted' else t.theme end as theme"
        " from item_dimension d left join item_theme t on t.item_id = d.item_id"
        " union all select '', s.query, case when q.query is null then 'unsorted' else q.theme end"
        " from (select distinct query from activity where query is not null) s"
        " left join query_theme q on q.query = s.query"
    )


def _interest_kinds(connection: duckdb.DuckDBPyConnection, *, has_themes: bool) -> list[str]:
    kinds = ["all"]
    found = connection.execute("select count(category) > 0, count(brand) > 0 from item_dimension").fetchall()[0]
    return kinds + [by for by, there in (("theme", has_themes), ("category", found[0]), ("brand", found[1])) if there]


def _prepare_periods(connection: duckdb.DuckDBPyConnection) -> None:
    first, last = connection.execute("select min(day), max(day) from activity").fetchall()[0]
    if first is None:  # nothing left: the tables are needed all the same, and empty
        first, last = date(2000, 1, 2), date(2000, 1, 1)
    period = period_starts(first, last, TREND_GRAINS)
    months = [month for (month,) in connection.execute("select distinct month from touched").fetchall()]
    # A week can reach into the months beside the touched ones, so it is whole periods that are counted again.
    inside = pl.concat(
        [period.clear(), *(period_starts(*month_days(month), TREND_GRAINS) for month in months)]
    ).select("grain", "start").unique()  # fmt: skip
    tables = {
        "period": period,
        "touched_period": inside,
        "touched_day": period.join(inside, on=["grain", "start"], how="semi"),
        "cohort_period": period_starts(first, last, COHORT_GRAINS),
        "lifecycle_period": period.filter(pl.col("grain") != "day"),
        "lifecycle_window": lifecycle_windows(first, last),
    }
    for name, frame in tables.items():
        _load(connection, name, frame)


def _prepare_attributes(connection: duckdb.DuckDBPyConnection, attributes: Sequence[str]) -> None:
    parts = [
        f"select attributes, {literal(a)} as name, json_extract_string(attributes, {literal(json_path(a))}) as value"
        " from (select distinct attributes from user_day_interest where attributes is not null) as one"
        for a in attributes
    ] or ["select cast(null as varchar) as attributes, '' as name, '' as value where false"]
    connection.execute(
        "create or replace temp table attribute_value as select * from ("
        + " union all ".join(parts)
        + ") where value is not null"
    )
