"""One companion file read, judged and written beside the store, with its receipt; who calls this commits it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from data import ledger
from data.cleaning import Plan
from data.companions.judging import judged_sql, kept_columns
from data.companions.plan import make_plan
from data.companions.receipt import make_receipt
from data.companions.rules import REPLACED
from data.companions.schema import COMPANIONS, Kind
from data.companions.values import Reading
from data.errors import InputError
from data.judging import refuse_a_file_not_understood
from data.ledger import ImportRow, LakeFile
from data.monthly import PARQUET
from data.options import ImportOptions
from data.progress import Progress
from data.reading import LOOK_AT, FileFacts
from data.settings import Settings
from data.sql import literal, literals, quoted
from data.staging import NO_MONTH, column_times, stage_whole
from data.times import TimeFormat

TIMES = ("past", "date", "end")
Written = list[tuple[Path, LakeFile]]


def load_companion(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    facts: FileFacts,
    options: ImportOptions,
    stays: Sequence[ImportRow],
    timezone: str,
    work: Path,
    import_id: str,
    progress: Progress,
) -> tuple[dict[str, Any], Written, str]:
    """The receipt, every file written with the name it should get, and the name of the format.

    Raises InputError for a file that cannot be used.
    """
    kind = COMPANIONS[options.kind]
    if options.format not in (None, "tideline"):
        raise InputError(f"--format {options.format} is a format of logs. Leave it out with --kind {kind.name}.")
    plan = make_plan(facts, kind, options.mapping, options.constants, options.values)
    readings = _readings(connection, facts, plan, kind, options, timezone)
    staged = stage_whole(connection, facts, work)
    source = staged.sources[NO_MONTH]
    progress("checking rows", 0.5)
    connection.execute(f"create temp table judged as {judged_sql(kind, plan, readings, source)}")
    _first_look(connection, kind, facts.path.name)
    columns = ", ".join(f"cast({sql} as {kept}) as {quoted(name)}" for name, kept, sql in kept_columns(kind))
    connection.execute(f"create temp table kept as select {columns} from judged where reason is null")
    known = _join_known(connection, settings, kind, {row.import_id for row in stays})
    written = _write(connection, kind, work / "out", import_id)
    return (
        make_receipt(connection, kind, plan, facts, import_id, staged.read, timezone, known),
        written,
        plan.format.name,
    )


def _readings(
    connection: duckdb.DuckDBPyConnection,
    facts: FileFacts,
    plan: Plan,
    kind: Kind,
    options: ImportOptions,
    timezone: str,
) -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    for field in kind.fields:
        times = TimeFormat("iso")
        if field.holds in TIMES and field.name in plan.mapping:
            times = column_times(connection, facts, plan.mapping[field.name], field.name, options.day_first)
        said = {key.partition(":")[2]: ours for key, ours in plan.values.items() if key.startswith(f"{field.name}:")}
        found[field.name] = Reading(times, timezone, said)
    return found


def _first_look(connection: duckdb.DuckDBPyConnection, kind: Kind, file_name: str) -> None:
    # A row that a later one replaces was understood, so it says nothing against the file.
    found = "null" if kind.private else "any_value(found)"
    rows = connection.execute(
        f"select nullif(reason, {literal(REPLACED)}) as why, count(*), {found}, min(record) from judged"
        f" where record <= {LOOK_AT} group by why order by count(*) desc, why"
    ).fetchall()
    refuse_a_file_not_understood([(row[0], row[1], row[2] if row[0] else None, row[3]) for row in rows], file_name)


def _join_known(
    connection: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, stays: set[str]
) -> dict[str, int]:
    """How many kept rows replace what an earlier import says of the same key, and how many refused ones could not."""
    before = [settings.var / f.path for f in ledger.files(settings, kind.name) if f.import_id in stays]
    if not before:
        return {"replaced": 0, "refused": 0}
    earlier = f"(select * from read_parquet({literals(before)}, hive_partitioning = false, union_by_name = true))"
    same = " and ".join(f"e.{quoted(name)} is not distinct from k.{quoted(name)}" for name in kind.key)
    lost = " and ".join(f"e.{quoted(name)} is not distinct from j.v_{name}" for name in kind.key)
    count = "select count(*) from"
    replaced = connection.execute(f"{count} kept k where exists (select 1 from {earlier} e where {same})").fetchall()
    refused = connection.execute(
        f"{count} judged j where reason not in ('duplicate', {literal(REPLACED)})"
        f" and exists (select 1 from {earlier} e where {lost})"
    ).fetchall()
    return {"replaced": replaced[0][0], "refused": refused[0][0]}


def _write(connection: duckdb.DuckDBPyConnection, kind: Kind, out: Path, import_id: str) -> Written:
    out.mkdir(parents=True)
    key = ", ".join(quoted(name) for name in kind.key)
    refused = (
        "select record as line, 'record' as counted, reason, source_column, found, raw from judged"
        " where reason <> 'duplicate' union all select line, 'line', reason, null, found, raw from shape_fault"
    )
    tables = [
        (
            kind.name,
            f"select * from kept order by {key}, record",
            f"identity/{kind.name}" if kind.private else f"lake/companions/{kind.name}",
        ),
        ("rejects", f"{refused} order by counted, line", "identity/rejects" if kind.private else "lake/rejects"),
    ]
    if kind.private:
        tables.append(("identity", "select distinct user_no, user_id from kept order by all", "identity"))
    written: Written = []
    for role, sql, folder in tables:
        rows = connection.execute(f"select count(*) from ({sql})").fetchall()[0][0]
        if rows:
            path = out / f"{role}.parquet"
            connection.execute(f"copy ({sql}) to {literal(path)} {PARQUET}").fetchall()
            written.append((path, LakeFile(f"{folder}/{import_id}.parquet", import_id, role, None, rows)))
    return written
