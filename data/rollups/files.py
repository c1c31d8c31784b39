"""Which lake files are new or gone since the build was made, and what each says of days, items and search words."""

from collections.abc import Sequence
from datetime import date

import duckdb

from data import ledger
from data.ledger import LakeFile
from data.monthly import MANY_VALUES
from data.rollups import statements
from data.settings import Settings
from data.sql import attributes_sql, json_path, literal, literals

BATCH_ROWS = 4_000_000
MAX_ATTRIBUTES = 6
PER_FILE = ("file_day", "item_file", "query_file")
VISIT = """
    case when user_no is null
        then cast(hash(coalesce(session_id, order_id, concat(event_key, ' ', occurrence))) & 1073741823 as integer)
        when session_id is null then 0
        else cast(hash(session_id) % 65535 + 1 as integer) end"""
"""The number of a row's visit: its session, 0 where the person's day is the visit; asked for first, as DuckDB's hash of
nothing is a number. Numbers are only compared within one person's day and the next, where two sessions share one of
65,535 numbers once in 65,535 times. A row without a person is a visit of its session, else of its order, else of
itself."""


def segment_attributes(settings: Settings) -> list[str]:
    """The free columns that serve as segments: 2 to MANY_VALUES different values, six columns at most."""
    counts: dict[str, int] = {}
    for row in ledger.imports(settings, active_only=True):
        for name, distinct in row.receipt.get("attributes", {}).items():
            counts[name] = max(counts.get(name, 0), distinct)
    return sorted(name for name, distinct in counts.items() if 2 <= distinct <= MANY_VALUES)[:MAX_ATTRIBUTES]


def read_files(settings: Settings, connection: duckdb.DuckDBPyConnection) -> set[date]:
    """Bring the tables kept per file up to date; comes back with the days of every new and every gone file."""
    statements.run(connection, "schema")
    wanted = {file.path: file for file in ledger.files(settings, "events")}
    known = {path for (path,) in connection.execute("select distinct path from file_day").fetchall()}
    days: set[date] = set()
    gone = sorted(known - wanted.keys())
    for path in gone:
        days |= _days(connection, path)
        for table in PER_FILE:
            connection.execute(f"delete from {table} where path = ?", [path])
    new = [file for path, file in sorted(wanted.items()) if path not in known]
    for batch in _batches(new):
        paths = literals(settings.var / file.path for file in batch)
        below = len(str(settings.var)) + 2
        connection.execute(
            f"create or replace temp view fresh_lake as select *, substr(filename, {below}) as path"
            f" from read_parquet({paths}, filename = true, hive_partitioning = false)"
        )
        for table in PER_FILE:
            statements.run(connection, table)
    for file in new:
        days |= _days(connection, file.path)
    return days


def open_lake(
    settings: Settings, connection: duckdb.DuckDBPyConnection, first: date, last: date, attributes: Sequence[str]
) -> None:
    """The view `lake`: the rows of the touched days from `first` to `last`, with their visit and segment attributes."""
    rows = connection.execute(
        "select distinct path from file_day where day between ? and ? order by 1", [first, last]
    ).fetchall()
    kept = attributes_sql((a, f"json_extract_string(attributes, {literal(json_path(a))})") for a in attributes)
    if rows:
        source = f"read_parquet({literals(settings.var / path for (path,) in rows)}, hive_partitioning = false)"
    else:
        source = "(select * from empty_lake)"
        connection.execute(EMPTY_LAKE)
    connection.execute(
        f"create or replace temp view lake as select *, {VISIT} as visit, {kept} as segment_attributes from {source}"
        f" where day between date {literal(first)} and date {literal(last)} and day in (select day from touched_day)"
    )


EMPTY_LAKE = """
create or replace temp table empty_lake (event_time timestamp, day date, event_type varchar, user_no bigint,
    item_id varchar, query varchar, country varchar, platform varchar, attributes varchar, session_id varchar,
    order_id varchar, event_key ubigint, occurrence integer, revenue decimal(18, 4))"""


def _days(connection: duckdb.DuckDBPyConnection, path: str) -> set[date]:
    return {day for (day,) in connection.execute("select day from file_day where path = ?", [path]).fetchall()}


def _batches(files: Sequence[LakeFile]) -> list[list[LakeFile]]:
    """Files together up to a size, so that memory stays bounded and small files do not each cost a statement."""
    batches: list[list[LakeFile]] = []
    rows = 0
    for file in files:
        if not batches or rows + file.rows > BATCH_ROWS:
            batches.append([])
            rows = 0
        batches[-1].append(file)
        rows += file.rows
    return batches
