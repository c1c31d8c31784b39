"""One file into the lake: all of it or nothing, each event once, with a receipt for every row."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from data import ledger
from data.companions.load import load_companion
from data.companions.schema import COMPANIONS
from data.engine import move_into_place, working_connection
from data.errors import InputError
from data.events import load_events
from data.ledger import ImportRow, LakeFile
from data.lock import writer_lock
from data.options import ImportOptions
from data.progress import Progress, quiet
from data.reading import FileFacts, inspect_file
from data.schema import KINDS, TIMELESS
from data.settings import Settings
from data.times import check_timezone

__all__ = ["ImportOptions", "ingest"]

Written = list[tuple[Path, LakeFile]]
"""Files as they were written, with the names they are to get."""


def ingest(
    settings: Settings, path: Path, options: ImportOptions, *, dry_run: bool = False, progress: Progress = quiet
) -> dict[str, Any]:
    """The receipt of importing one file into the store; with `dry_run` nothing is kept.

    Holds the writer lock throughout. Killed at any moment, the store is as before or as after, never between.
    Raises InputError for a file that cannot be used, StoreError for a store that cannot.
    """
    if options.kind not in KINDS:
        raise InputError(f"There is no kind '{options.kind}'. Kinds of file: {', '.join(KINDS)}.")
    path = Path(path)
    with writer_lock(settings, doing=f"the import of {path.name}", need=_need(path)):
        work = settings.tmp / "import"
        try:
            progress("reading", 0.0)
            found = _stat(path)
            facts = inspect_file(path, work)
            before = _active(settings)
            again = next((r for r in before if r.file_hash == facts.sha256 and r.kind == options.kind), None)
            if again is not None:
                return _same_file(again)
            if options.sample and any(row.sample is None for row in before):
                raise InputError(
                    f"This store holds imports of your own, so the sample '{options.sample}' was not loaded beside"
                    " them. Undo them first, or set TIDELINE_VAR to another folder."
                )
            receipt, commit = _prepare(settings, facts, options, before, work, progress)
            if _stat(path) != found:
                raise InputError(f"{path.name} was changed while it was read. Nothing was imported; import it again.")
            if not dry_run:
                progress("committing", 0.95)
                commit()
            return receipt
        except PermissionError as error:
            if error.filename is None or Path(error.filename) != path:
                raise
            raise InputError(f"{path} may not be read by this user. Change its rights, or copy it.") from error
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _need(path: Path) -> int:
    """About how much an import writes before it is done: the rows as text, then the lake's files."""
    found = _stat(path)
    return (8 if path.suffix == ".gz" else 1) * found[0] if found else 0


def _active(settings: Settings) -> list[ImportRow]:
    return ledger.imports(settings, active_only=True)


def _same_file(row: ImportRow) -> dict[str, Any]:
    read = row.receipt["rows"]["read"]
    return {
        **row.receipt,
        "rows": {"read": read, "kept": 0, "duplicate": read, "rejected": 0},
        "rejected_by_reason": {},
        "warnings": [
            f"This very file was imported before as {row.import_id} ({row.file_name}); nothing was added. "
            "To import it with other options, undo that import first."
        ],
    }


def _prepare(
    settings: Settings,
    facts: FileFacts,
    options: ImportOptions,
    before: list[ImportRow],
    work: Path,
    progress: Progress,
) -> tuple[dict[str, Any], Callable[[], None]]:
    """The receipt, and what makes it true."""
    # The first own import and every sample replace the sample that is loaded; the companions of a sample join its log.
    joins = options.sample if options.kind != "events" else None
    replaced = [row for row in before if row.sample is not None and row.sample != joins]
    stays = [row for row in before if row not in replaced]
    timezone = _timezone(settings, options, stays)
    import_id = _import_id(facts, options)
    load = load_companion if options.kind in COMPANIONS else load_events
    with working_connection(settings) as connection:
        progress("checking rows", 0.2)
        receipt, written, format_name = load(
            connection, settings, facts, options, stays, timezone, work, import_id, progress
        )
    receipt["kind"] = options.kind
    written = _never_seen(settings, import_id, written)
    return receipt, lambda: _commit(settings, facts, options, format_name, receipt, written, replaced, timezone)


def _never_seen(settings: Settings, import_id: str, written: Written) -> Written:
    """The files under names that no earlier import of the same file had, as rollups know files by their names."""
    earlier = sum(row.import_id == import_id for row in ledger.imports(settings))
    if not earlier:
        return written
    return [
        (source, replace(file, path=f"{file.path.removesuffix('.parquet')}.{earlier + 1}.parquet"))
        for source, file in written
    ]


def _import_id(facts: FileFacts, options: ImportOptions) -> str:
    """The same for the same file of the same kind."""
    if options.kind == "events":
        return "imp-" + facts.sha256[:12]
    return "imp-" + hashlib.sha256(f"{options.kind} {facts.sha256}".encode()).hexdigest()[:12]


def _timezone(settings: Settings, options: ImportOptions, stays: list[ImportRow]) -> str:
    kept = ledger.get_state(settings, "timezone") if stays else None
    if options.timezone:
        check_timezone(options.timezone)
        if kept and kept != options.timezone:
            raise InputError(
                f"This store's days are those of {kept}, set by its first import; this import says {options.timezone}. "
                f"Leave --timezone out, or undo the earlier imports first."
            )
    return options.timezone or kept or "UTC"


def _commit(
    settings: Settings,
    facts: FileFacts,
    options: ImportOptions,
    format_name: str,
    receipt: dict[str, Any],
    written: Written,
    replaced: list[ImportRow],
    timezone: str,
) -> None:
    """Rename every file into place, then name them in one transaction: its commit is the moment of the import."""
    ledger.announce(settings, [lake_file.path for _, lake_file in written])
    for source, lake_file in written:
        move_into_place(source, settings.var / lake_file.path)
    gone = [file.path for row in replaced for file in ledger.files(settings, import_id=row.import_id)]
    with ledger.connect(settings) as connection:
        for row in replaced:
            connection.execute(
                "update imports set status = 'undone', undone_at = ? where seq = ?", (ledger.now(), row.seq)
            )
        ledger.remove_files(connection, gone)
        ledger.record_import(
            connection,
            import_id=receipt["import"],
            file_name=facts.path.name,
            file_hash=facts.sha256,
            kind=options.kind,
            format_name=format_name,
            sample=options.sample,
            options=options.as_json(),
            receipt=receipt,
            lake_files=[lake_file for _, lake_file in written],
        )
        if options.kind not in TIMELESS:
            ledger.set_state(connection, "timezone", timezone)
        ledger.set_state(connection, "sample", options.sample)
        if replaced:
            ledger.set_state(connection, "forget", "sample")
        ledger.bump_version(connection)
    ledger.sweep(settings)  # the files of a sample that was replaced
