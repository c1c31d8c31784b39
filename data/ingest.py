"""One file into the lake: all of it or nothing, each event once, with a receipt for every row."""

import hashlib
import shutil
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


def ingest(
    settings: Settings, path: Path, options: ImportOptions, *, dry_run: bool = False, progress: Progress = quiet
) -> dict[str, Any]:
    """The receipt of importing one file into the store; with `dry_run` nothing is kept.

    Holds the writer lock throughout. Killed at any moment, the store is as before or as after, never between.
    Raises InputError for a file that cannot be used, StoreError for a store that cannot.
    """
    if options.kind not in KINDS:
        raise InputError(f"There is no kind '{options.kind}'. Kinds of file: {', '.join(KINDS)}.")
    with writer_lock(settings):
        ledger.sweep(settings)
        work = settings.tmp / "import"
        try:
            progress("reading", 0.0)
            facts = inspect_file(Path(path), work)
            before = _active(settings)
            again = next((r for r in before if r.file_hash == facts.sha256 and r.kind == options.kind), None)
            if again is not None:
                return _same_file(again)
            if options.sample and any(row.sample is None for row in before):
                raise InputError(
                    f"This store holds imports of your own, so the sample '{options.sample}' was not loaded beside"
                    " them. Undo them first, or set TIDELINE_VAR to another folder."
                )
            return _ingest(settings, facts, options, before, work, dry_run, progress)
        finally:
            shutil.rmtree(work, ignore_errors=True)


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


def _ingest(
    settings: Settings,
    facts: FileFacts,
    options: ImportOptions,
    before: list[ImportRow],
    work: Path,
    dry_run: bool,
    progress: Progress,
) -> dict[str, Any]:
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
    if not dry_run:
        progress("committing", 0.95)
        _commit(settings, facts, options, format_name, receipt, written, replaced, timezone)
    return receipt


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
    written: list[tuple[Path, LakeFile]],
    replaced: list[ImportRow],
    timezone: str,
) -> None:
    """Rename every file into place, then name them in one transaction: its commit is the moment of the import."""
    for source, lake_file in written:
        move_into_place(source, settings.var / lake_file.path)
    with ledger.connect(settings) as connection:
        for row in replaced:
            connection.execute(
                "update imports set status = 'undone', undone_at = ? where seq = ?", (ledger.now(), row.seq)
            )
            connection.execute("delete from files where import_id = ?", (row.import_id,))
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
    ledger.sweep(settings)
