"""A file's rows as text, with record numbers and times, to be read again month by month; shape faults set aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from data.cleaning import Plan
from data.disk import disk_trouble
from data.errors import InputError
from data.reading import LOOK_AT, FileFacts, count_rows, lines_at
from data.sql import literal, quoted
from data.times import TimeFormat, detect_times, local_sql, utc_sql

SHAPE = {"MISSING COLUMNS": "too_few_columns", "TOO MANY COLUMNS": "too_many_columns"}
NO_MONTH = "none"
IN_MEMORY = 64 << 20
"""Bytes of a file up to which its rows are held in memory; those of a larger one lie in a file beside the import."""
SCATTERED = 3.0
"""How often a file's rows may be gone through on the way through its months, before they are put in order first."""


@dataclass(frozen=True)
class Staged:
    """What was read: the rows of each month, and how many were of the wrong shape."""

    months: dict[str, int]
    sources: Mapping[str, str]
    """SQL for the rows of each month."""
    first: str
    """SQL for the first rows of the file."""
    shape_faults: int

    @property
    def read(self) -> int:
        """Every row of the file."""
        return sum(self.months.values()) + self.shape_faults


def source_sql(facts: FileFacts) -> str:
    """SQL that reads the whole file as text columns c0, c1, ... behind `record`, the row's number from 1."""
    columns = [f"c{i}" for i in range(len(facts.columns))]
    if facts.kind == "parquet":
        casts = ", ".join(
            f"cast({quoted(name)} as varchar) as {c}" for name, c in zip(facts.columns, columns, strict=True)
        )
        return f"select row_number() over () as record, {casts} from read_parquet({literal(facts.path)})"
    types = ", ".join(f"'{c}': 'VARCHAR'" for c in columns)
    compression = "gzip" if facts.compressed else "none"
    return (
        f"select row_number() over () as record, * from read_csv({literal(facts.readable)}, columns = {{{types}}},"
        f" auto_detect = false, delim = {literal(facts.delimiter)}, quote = '\"', escape = '\"', header = true,"
        f" parallel = false, store_rejects = true, rejects_limit = 0, null_padding = false,"
        f" max_line_size = 16777216, compression = '{compression}')"
    )


def sample_values(connection: duckdb.DuckDBPyConnection, facts: FileFacts, column: str, *, whole: bool) -> list[str]:
    """Values of one source column: of the first records, or the distinct ones of the whole file."""
    name = f"c{facts.columns.index(column)}"
    source = source_sql(facts)
    sql = f"select distinct {name} from ({source})" if whole else f"select {name} from ({source}) limit {LOOK_AT}"
    rows = connection.execute(sql).fetchall()
    _forget_faults(connection)
    return [row[0] for row in rows if row[0] is not None]


def stage(
    connection: duckdb.DuckDBPyConnection, facts: FileFacts, plan: Plan, times: TimeFormat, timezone: str, work: Path
) -> Staged:
    """Read the file once and write its rows, as text, by month of the shop's local day; reconcile what was read.

    Shape faults land in the temporary table `shape_fault(line, reason, found, raw)`.
    Raises InputError when the rows read do not account for every line of the file.
    """
    time_column = plan.raw(plan.mapping["event_time"])
    local = local_sql("event_time", timezone)
    sql = (
        f"select *, cast({local} as date) as day"
        f" from (select *, {utc_sql(time_column, times, timezone)} as event_time from ({source_sql(facts)}))"
    )
    work.mkdir(parents=True, exist_ok=True)
    table, made = "staged_rows", "temp table staged_rows"
    if facts.compressed or facts.kind != "csv" or facts.size > IN_MEMORY:
        connection.execute(f"attach {literal(work / 'staged.duckdb')} as staged")
        table, made = "staged.rows", "table staged.rows"
    _read(connection, facts, f"create {made} as {sql}")
    found = connection.execute(
        f"select coalesce(strftime(day, '%Y-%m'), '{NO_MONTH}') as month, count(*), min(rowid), max(rowid)"
        f" from {table} group by month order by month"
    ).fetchall()
    months = {month: rows for month, rows, _, _ in found}
    gone_through = sum(last - first + 1 for _, _, first, last in found)
    if gone_through > SCATTERED * sum(months.values()):
        sources = _by_month(connection, table, months, work / "staged")
    else:
        sources = {month: _between(table, month, first, last) for month, _, first, last in found}
    return _staged(connection, facts, months, sources, f"select * from {table} where record <= {LOOK_AT}")


def _between(table: str, month: str, first: int, last: int) -> str:
    """SQL for the rows of one month, which lie between two places of the table, others perhaps among them."""
    which = "day is null" if month == NO_MONTH else f"strftime(day, '%Y-%m') = {literal(month)}"
    return f"select * from {table} where rowid between {first} and {last} and {which}"


def _by_month(
    connection: duckdb.DuckDBPyConnection, table: str, months: Mapping[str, int], folder: Path
) -> dict[str, str]:
    """SQL for the rows of each month, from a file of its own: for logs whose months lie scattered all over."""
    connection.execute(
        f"copy (select *, coalesce(strftime(day, '%Y-%m'), '{NO_MONTH}') as month from {table}) to {literal(folder)}"
        " (format parquet, partition_by (month), compression lz4)"
    ).fetchall()
    return {month: _parquet(folder / f"month={month}") for month in months}


def _parquet(folder: Path) -> str:
    return f"select * from read_parquet({literal(folder / '*.parquet')}, hive_partitioning = false)"


def stage_whole(connection: duckdb.DuckDBPyConnection, facts: FileFacts, work: Path) -> Staged:
    """Read a file that is no log, and write its rows as text under the month 'none'; else as `stage` does."""
    folder = work / "staged"
    folder.mkdir(parents=True)
    target = literal(folder / "rows.parquet")
    _read(connection, facts, f"copy ({source_sql(facts)}) to {target} (format parquet, compression lz4)")
    source = _parquet(folder)
    rows = connection.execute(f"select count(*) from ({source})").fetchall()[0][0]
    return _staged(connection, facts, {NO_MONTH: rows}, {NO_MONTH: source}, f"{source} where record <= {LOOK_AT}")


def column_times(
    connection: duckdb.DuckDBPyConnection, facts: FileFacts, column: str, canonical: str, day_first: bool | None
) -> TimeFormat:
    """How the times in one column of a file are written. Raises InputError where day and month cannot be told apart."""
    first = sample_values(connection, facts, column, whole=False)
    how = detect_times(first, day_first=day_first if day_first is not None else False, column=canonical)
    if how.kind != "slashed":
        return how
    # One date in a whole file may settle which of the two numbers is the day, so all of them are asked.
    every = sample_values(connection, facts, column, whole=True)
    return detect_times(every, day_first=day_first, column=canonical)


def _read(connection: duckdb.DuckDBPyConnection, facts: FileFacts, sql: str) -> None:
    try:
        connection.execute(sql).fetchall()
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException) as error:
        if disk_trouble(error):
            raise
        raise InputError(f"{facts.path.name} cannot be read as it is: {str(error).splitlines()[0]}") from error


def _staged(
    connection: duckdb.DuckDBPyConnection,
    facts: FileFacts,
    months: dict[str, int],
    sources: Mapping[str, str],
    first: str,
) -> Staged:
    faults = _keep_faults(connection, facts) if facts.kind == "csv" else _no_faults(connection)
    staged = Staged(months, sources, first, faults)
    _reconcile(facts, staged)
    return staged


def _no_faults(connection: duckdb.DuckDBPyConnection) -> int:
    connection.execute("create temp table shape_fault (line bigint, reason varchar, found varchar, raw varchar)")
    return 0


def _keep_faults(connection: duckdb.DuckDBPyConnection, facts: FileFacts) -> int:
    """Shape faults with their physical line: DuckDB counts records, not lines, so the byte position is looked up."""
    _no_faults(connection)
    rows = connection.execute(
        "select line_byte_position, min(error_type), min(error_message), min(csv_line) from reject_errors"
        " group by all order by line_byte_position"
    ).fetchall()
    if not rows:
        return 0
    lines = lines_at(facts, [row[0] for row in rows])
    named = [(line, SHAPE.get(row[1], "malformed"), row[2], row[3]) for line, row in zip(lines, rows, strict=True)]
    frame = pl.DataFrame(named, ["line", "reason", "found", "raw"], orient="row")
    connection.register("faults", frame)
    connection.execute("insert into shape_fault select * from faults")
    connection.unregister("faults")
    _forget_faults(connection)
    return len(rows)


def _forget_faults(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("reject_errors", "reject_scans"):
        connection.execute(f"drop table if exists {table}")


def _reconcile(facts: FileFacts, staged: Staged) -> None:
    if facts.kind != "csv" or staged.read == facts.lines - 1:
        return
    rows = count_rows(facts)
    if rows != staged.read:
        raise InputError(
            f"{facts.path.name} holds {rows:,} rows in {facts.lines:,} lines, but {staged.read:,} could be told apart: "
            "most likely a quote is opened and never closed. Nothing was imported. Correct the file and try again."
        )
