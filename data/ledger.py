"""The ledger: which imports and lake files count, and the store's few settings. Readers never glob, they ask here."""

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.disk import about_sqlite
from data.errors import AppError, InputError, StoreError
from data.settings import Settings

SCHEMA = """
create table if not exists imports (
    seq integer primary key autoincrement, import_id text not null, status text not null,
    file_name text not null, file_hash text not null, kind text not null, format text not null,
    sample text, options text not null, receipt text not null, imported_at text not null, undone_at text);
create unique index if not exists imports_active on imports (import_id) where status = 'active';
create table if not exists files (
    path text primary key, import_id text not null, role text not null, month text, rows integer not null);
create table if not exists leaving (path text primary key);
create table if not exists state (key text primary key, value text not null);
"""

DOING = "writing the ledger"


@dataclass(frozen=True)
class ImportRow:
    """One import as the ledger knows it; `receipt` is the JSON that the import returned."""

    seq: int
    import_id: str
    status: str
    """'active' or 'undone'."""
    file_name: str
    file_hash: str
    kind: str
    format: str
    sample: str | None
    receipt: dict[str, Any]
    imported_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True)
class LakeFile:
    """A file that counts: its path below var/, the import it belongs to and what it holds."""

    path: str
    import_id: str
    role: str
    """'events', 'rejects', 'overlaps', 'identity', or a kind of companion."""
    month: str | None
    rows: int


@contextmanager
def connect(settings: Settings, *, write: bool = True, schema: str = "") -> Iterator[sqlite3.Connection]:
    """A short-lived connection to the ledger; the block is one transaction, rolled back when it raises.

    `schema` creates the tables of a module that keeps its own here, where they are not there yet. Without `write` the
    block may only read, and waits for no writer.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(settings.ledger_path, timeout=30, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.executescript(SCHEMA + schema)
    except sqlite3.DatabaseError as error:
        raise (about_sqlite(settings, error, DOING) or _unreadable(settings, error)) from error
    try:
        connection.execute("begin immediate" if write else "begin")
        yield connection
        connection.execute("commit")
    except BaseException as error:
        with contextlib.suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("rollback")
        said = _said(settings, error)
        if said is None:
            raise
        raise said from error
    finally:
        connection.close()


def _said(settings: Settings, error: BaseException) -> AppError | None:
    """What to raise in place of an error of SQLite's; None where it says enough or is a fault of the program."""
    if not isinstance(error, sqlite3.Error):
        return None
    said = about_sqlite(settings, error, DOING)
    return said or (_unreadable(settings, error) if type(error) is sqlite3.DatabaseError else None)


def _unreadable(settings: Settings, error: sqlite3.Error) -> StoreError:
    return StoreError(
        f"The ledger {settings.ledger_path} cannot be read: {error}. Restore it from a backup, or move the folder"
        f" {settings.var} away and import your files again."
    )


def now() -> str:
    """This moment as ISO text in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def get_state(settings: Settings, key: str, default: str | None = None) -> str | None:
    """One of the store's settings, such as 'timezone', 'sample' or 'data_version'."""
    if not settings.ledger_path.exists():
        return default
    with connect(settings, write=False) as connection:
        row = connection.execute("select value from state where key = ?", (key,)).fetchone()
    return row["value"] if row else default


def set_state(connection: sqlite3.Connection, key: str, value: str | None) -> None:
    """Set one of the store's settings inside the caller's transaction; None removes it."""
    if value is None:
        connection.execute("delete from state where key = ?", (key,))
    else:
        connection.execute("insert or replace into state values (?, ?)", (key, value))


def data_version(settings: Settings) -> int:
    """How often what pages should show has changed; 0 for a store that never held anything."""
    return int(get_state(settings, "data_version", "0") or 0)


def bump_version(connection: sqlite3.Connection) -> int:
    """Raise the data version inside the caller's transaction; comes back with the new one."""
    row = connection.execute("select value from state where key = 'data_version'").fetchone()
    version = int(row["value"]) + 1 if row else 1
    set_state(connection, "data_version", str(version))
    return version


def imports(settings: Settings, *, active_only: bool = False) -> list[ImportRow]:
    """All imports, oldest first, undone ones included unless `active_only`."""
    if not settings.ledger_path.exists():
        return []
    where = "where status = 'active'" if active_only else ""
    with connect(settings, write=False) as connection:
        rows = connection.execute(f"select * from imports {where} order by seq").fetchall()
    return [_import_row(row) for row in rows]


def find_import(settings: Settings, import_id: str) -> ImportRow:
    """The active import of that id, or its last undone one. Raises InputError when there never was one."""
    found = [row for row in imports(settings) if row.import_id == import_id]
    if not found:
        known = ", ".join(row.import_id for row in imports(settings)) or "none"
        raise InputError(f"There is no import '{import_id}' in this store. Imports known: {known}.")
    return next((row for row in found if row.status == "active"), found[-1])


def receipt(settings: Settings, import_id: str) -> dict[str, Any]:
    """The receipt of one import, as `python -m data import --json` printed it."""
    return find_import(settings, import_id).receipt


def files(settings: Settings, *roles: str, import_id: str | None = None) -> list[LakeFile]:
    """The files that count, of the given roles (all when none is named), in a fixed order."""
    if not settings.ledger_path.exists():
        return []
    with connect(settings, write=False) as connection:
        rows = connection.execute("select * from files order by month, path").fetchall()
    found = [LakeFile(r["path"], r["import_id"], r["role"], r["month"], r["rows"]) for r in rows]
    return [f for f in found if (not roles or f.role in roles) and (import_id is None or f.import_id == import_id)]


def record_import(
    connection: sqlite3.Connection,
    *,
    import_id: str,
    file_name: str,
    file_hash: str,
    kind: str,
    format_name: str,
    sample: str | None,
    options: dict[str, Any],
    receipt: dict[str, Any],
    lake_files: Sequence[LakeFile],
) -> None:
    """Write an import and its files into the caller's transaction: its commit is the moment the import exists."""
    connection.execute(
        "insert into imports (import_id, status, file_name, file_hash, kind, format, sample, options, receipt,"
        " imported_at)"
        " values (?, 'active', ?, ?, ?, ?, ?, ?, ?, ?)",
        (import_id, file_name, file_hash, kind, format_name, sample, json.dumps(options), json.dumps(receipt), now()),
    )
    add_files(connection, lake_files)


def announce(settings: Settings, paths: Sequence[str]) -> None:
    """Say which files are about to be put into the lake; those that are never named are swept away."""
    with connect(settings) as connection:
        connection.executemany("insert or ignore into leaving values (?)", [(path,) for path in paths])


def add_files(connection: sqlite3.Connection, lake_files: Sequence[LakeFile]) -> None:
    """Name files in the ledger, inside the caller's transaction."""
    connection.executemany(
        "insert into files values (?, ?, ?, ?, ?)",
        [(f.path, f.import_id, f.role, f.month, f.rows) for f in lake_files],
    )
    connection.executemany("delete from leaving where path = ?", [(f.path,) for f in lake_files])


def remove_files(connection: sqlite3.Connection, paths: Sequence[str]) -> None:
    """Take files out of the ledger, inside the caller's transaction; the files themselves are swept later."""
    connection.executemany("delete from files where path = ?", [(path,) for path in paths])
    connection.executemany("insert or ignore into leaving values (?)", [(path,) for path in paths])


def sweep(settings: Settings) -> None:
    """Delete what a killed or failed writer left behind: announced files that were never named or are named no more,
    and scratch files. A file of the lake that the ledger never heard of is left alone: it may be all there is of it.

    Only a holder of the writer lock may call this. Raises StoreError where a whole lake has lost its ledger.
    """
    sweep_scratch(settings)  # first, for on a full disk not even the ledger can be read before there is room again
    leaving = _leaving(settings)
    if not imports(settings):
        _must_not_be_lost(settings, leaving)
    for path in leaving:
        (settings.var / path).unlink(missing_ok=True)
    if leaving:
        with connect(settings) as connection:
            connection.execute("delete from leaving")


def _leaving(settings: Settings) -> list[str]:
    if not settings.ledger_path.exists():
        return []
    with connect(settings, write=False) as connection:
        rows = connection.execute("select path from leaving where path not in (select path from files) order by path")
        return [row["path"] for row in rows]


def _must_not_be_lost(settings: Settings, leaving: Sequence[str]) -> None:
    folders = (settings.lake, settings.rejects, settings.overlaps, settings.companions, settings.identity)
    found = [path for folder in folders if folder.exists() for path in folder.rglob("*.parquet")]
    strange = {str(path.relative_to(settings.var)) for path in found} - set(leaving)
    if strange:
        raise StoreError(
            f"{settings.ledger_path} names no import, but {len(strange)} files of imports lie in {settings.var}: the"
            " ledger was lost or replaced. Put it back from a backup. To begin anew, move the whole folder away."
        )


def sweep_scratch(settings: Settings) -> None:
    """Empty var/tmp, but for what begins with the number of a process that still runs (see `scratch`)."""
    for path in settings.tmp.iterdir() if settings.tmp.exists() else ():
        if not _has_owner(path.name):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def scratch(settings: Settings, name: str) -> Path:
    """A place in var/tmp for work outside the writer lock, which no writer sweeps away while this process runs."""
    return settings.tmp / f"{os.getpid()}-{name}"


def _has_owner(name: str) -> bool:
    number, dash, _ = name.partition("-")
    return bool(dash) and number.isdecimal() and Path(f"/proc/{number}").exists()


def _import_row(row: sqlite3.Row) -> ImportRow:
    undone = row["undone_at"]
    return ImportRow(
        seq=row["seq"],
        import_id=row["import_id"],
        status=row["status"],
        file_name=row["file_name"],
        file_hash=row["file_hash"],
        kind=row["kind"],
        format=row["format"],
        sample=row["sample"],
        receipt=json.loads(row["receipt"]),
        imported_at=datetime.fromisoformat(row["imported_at"]),
        undone_at=datetime.fromisoformat(undone) if undone else None,
    )
