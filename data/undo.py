"""Taking an import back: the store is then as if it had never been, also where a later file held the same events."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from data import ledger
from data.cleaning import LAKE_COLUMNS
from data.companions.schema import COMPANIONS
from data.engine import move_into_place, working_connection
from data.errors import InputError, StoreError
from data.ledger import ImportRow, LakeFile
from data.lock import writer_lock
from data.monthly import PARQUET
from data.schema import EVENT_KINDS, TIMELESS
from data.settings import Settings
from data.sql import literal
from data.trouble import must_be_whole


def undo(settings: Settings, import_id: str) -> dict[str, Any]:
    """Undo one import in the lake; comes back with {"import", "removed", "handed_over", "data_version"}.

    Events that a later import held as well were counted once, for the first; that later import keeps them now.
    Raises InputError for an id that is not an active import.
    """
    with writer_lock(settings, doing=f"the undo of {import_id}", need=_need(settings, import_id)):
        row = ledger.find_import(settings, import_id)
        if row.status != "active":
            raise InputError(
                f"Import '{import_id}' was undone already, at {row.undone_at}. There is nothing to take back."
            )
        work = settings.tmp / "undo"
        try:
            return _undo(settings, row, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _need(settings: Settings, import_id: str) -> int:
    """At most the size of the months that the import shares with others."""
    months = {file.month for file in ledger.files(settings, "events", import_id=import_id)}
    paths = [settings.var / file.path for file in ledger.files(settings, "events", "overlaps") if file.month in months]
    return sum(path.stat().st_size for path in paths if path.exists())


def _undo(settings: Settings, row: ImportRow, work: Path) -> dict[str, Any]:
    import_id = row.import_id
    work.mkdir(parents=True, exist_ok=True)
    written, replaced, handed = _hand_over(settings, import_id, work)
    ledger.announce(settings, [file.path for _, file in written])
    for source, file in written:
        move_into_place(source, settings.var / file.path)
    gone = ledger.files(settings, import_id=import_id)
    with ledger.connect(settings) as connection:
        connection.execute(
            "update imports set status = 'undone', undone_at = ? where import_id = ? and status = 'active'",
            (ledger.now(), import_id),
        )
        ledger.remove_files(connection, [*(file.path for file in gone), *replaced])
        ledger.add_files(connection, [file for _, file in written])
        version = ledger.bump_version(connection)
        left = {r[0] for r in connection.execute("select distinct kind from imports where status = 'active'")}
        if not left:
            ledger.set_state(connection, "sample", None)
        if left <= set(TIMELESS):
            ledger.set_state(connection, "timezone", None)
        if left.isdisjoint(EVENT_KINDS):
            ledger.set_state(connection, "forget", "sample" if row.sample else "themes")
    ledger.sweep(settings)
    removed = sum(file.rows for file in gone if file.role == "events" or file.role in COMPANIONS)
    return {"import": import_id, "removed": removed, "handed_over": handed, "data_version": version}


def _hand_over(settings: Settings, import_id: str, work: Path) -> tuple[list[tuple[Path, LakeFile]], list[str], int]:
    """For each month: the events of `import_id` that later imports claim, written into the first claimant's files."""
    order = {row.import_id: row.seq for row in ledger.imports(settings, active_only=True)}
    every = ledger.files(settings)
    version = ledger.data_version(settings) + 1
    written: list[tuple[Path, LakeFile]] = []
    replaced: list[str] = []
    handed = 0
    with working_connection(settings) as connection:
        for lost in [f for f in every if f.role == "events" and f.import_id == import_id]:
            claims = sorted(
                (f for f in every if f.role == "overlaps" and f.month == lost.month and f.import_id != import_id),
                key=lambda f: order[f.import_id],
            )
            if claims:
                _list_lost(connection, settings, lost, claims, every)
            for claim in claims:
                connection.execute(
                    "create or replace temp table won as select c.* from"
                    f" ({_read(settings, claim)}) c semi join lost l on"
                    " l.event_key = c.event_key and l.event_time = c.event_time and l.occurrence = c.occurrence"
                )
                rows = connection.execute("select count(*) from won").fetchall()[0][0]
                if not rows:
                    continue
                handed += rows
                own = next(
                    (
                        f
                        for f in every
                        if f.role == "events" and f.month == claim.month and f.import_id == claim.import_id
                    ),
                    None,
                )
                union = f"select {LAKE_COLUMNS} from won"
                if own:
                    union += f" union all select {LAKE_COLUMNS} from ({_read(settings, own)})"
                claimed = _read(settings, claim)
                rest = f"select {LAKE_COLUMNS} from ({claimed}) where record not in (select record from won)"
                for sql, role, old in ((union, "events", own), (rest, "overlaps", claim)):
                    file = _rewrite(connection, sql, role, claim, work, version)
                    if file:
                        written.append(file)
                    if old:
                        replaced.append(old.path)
                connection.execute(
                    "delete from lost l using won w where l.event_key = w.event_key and l.event_time = w.event_time"
                    " and l.occurrence = w.occurrence"
                )
    return written, replaced, handed


def _list_lost(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    lost: LakeFile,
    claims: Sequence[LakeFile],
    every: Sequence[LakeFile],
) -> None:
    """The table `lost`: the events of the file that goes. Where it cannot be read any more, those of its events that
    somebody claims: claimed events that no other file of the month holds."""
    key = "event_key, event_time, occurrence"
    create = "create or replace temp table lost as"
    try:
        must_be_whole(settings, "the undo", [lost])
        connection.execute(f"{create} select {key} from ({_read(settings, lost)})")
    except (StoreError, duckdb.Error):
        claimed = " union all ".join(f"select {key} from ({_read(settings, claim)})" for claim in claims)
        stay = [f for f in every if f.role == "events" and f.month == lost.month and f.import_id != lost.import_id]
        held = " union all ".join(f"select {key} from ({_read(settings, file)})" for file in stay)
        rest = f" anti join ({held}) h using ({key})" if held else ""
        connection.execute(f"{create} select distinct {key} from ({claimed}) c{rest}")


def _read(settings: Settings, file: LakeFile) -> str:
    return f"select * from read_parquet({literal(settings.var / file.path)}, hive_partitioning = false)"


def _rewrite(
    connection: duckdb.DuckDBPyConnection, sql: str, role: str, claim: LakeFile, work: Path, version: int
) -> tuple[Path, LakeFile] | None:
    rows = connection.execute(f"select count(*) from ({sql})").fetchall()[0][0]
    if not rows:
        return None
    path = work / f"{role}-{claim.month}-{claim.import_id}.parquet"
    connection.execute(f"copy ({sql} order by event_time, record) to {literal(path)} {PARQUET}").fetchall()
    # The version that this undo makes was never before, so no file had this name: rollups know files by their names.
    name = f"lake/{role}/month={claim.month}/{claim.import_id}-r{version}.parquet"
    return path, LakeFile(name, claim.import_id, role, claim.month, rows)
