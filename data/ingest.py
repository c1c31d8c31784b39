"""One file into the lake: all of it or nothing, each event once, with a receipt for every row."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from data import ledger
from data.cleaning import Plan, make_plan
from data.engine import move_into_place, working_connection
from data.errors import InputError
from data.formats import FORMATS, recognise
from data.judging import take_a_first_look
from data.ledger import ImportRow, LakeFile
from data.lock import writer_lock
from data.monthly import MonthWriter
from data.progress import Progress, quiet
from data.reading import FileFacts, inspect_file
from data.settings import Settings
from data.staging import NO_MONTH, sample_values, stage
from data.times import TimeFormat, check_timezone, detect_times


@dataclass(frozen=True)
class ImportOptions:
    """What the person who imports may say about a file."""

    kind: str = "events"
    format: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None
    day_first: bool | None = None
    sample: str | None = None
    """Set when the file is one of the shipped samples."""

    def as_json(self) -> dict[str, Any]:
        """The options as the ledger keeps them."""
        return {**self.__dict__, "mapping": dict(self.mapping), "constants": dict(self.constants),
                "values": dict(self.values)}  # fmt: skip


def ingest(
    settings: Settings, path: Path, options: ImportOptions, *, dry_run: bool = False, progress: Progress = quiet
) -> dict[str, Any]:
    """The receipt of importing one file of events into the lake; with `dry_run` nothing is kept.

    Holds the writer lock throughout. Killed at any moment, the store is as before or as after, never between.
    Raises InputError for a file that cannot be used, StoreError for a store that cannot.
    """
    with writer_lock(settings):
        ledger.sweep(settings)
        work = settings.tmp / "import"
        try:
            progress("reading", 0.0)
            facts = inspect_file(Path(path), work)
            before = _active(settings)
            again = next((row for row in before if row.file_hash == facts.sha256), None)
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
    # The first own import and every sample replace the sample that is loaded.
    replaced = [row for row in before if row.sample is not None and row.sample != options.sample]
    stays = [row for row in before if row not in replaced]
    timezone = _timezone(settings, options, stays)
    plan = _plan(facts, options)
    with working_connection(settings) as connection:
        times = _times(connection, facts, plan, options)
        staged = stage(connection, facts, plan, times, timezone, work)
        take_a_first_look(connection, plan, staged, facts.path.name)
        import_id = "imp-" + facts.sha256[:12]
        writer = MonthWriter(connection, settings, plan, work / "out", import_id, {row.import_id for row in stays})
        months = sorted(staged.months, key=lambda m: (m == NO_MONTH, m))
        for done, month in enumerate(months):
            progress("checking rows", 0.2 + 0.7 * done / len(months))
            writer.add_month(staged.folder, month)
        written = writer.finish()
        receipt = writer.receipt(staged.read, timezone, facts)
    if not dry_run:
        progress("committing", 0.95)
        _commit(settings, facts, options, plan, receipt, written, replaced, timezone)
    return receipt


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


def _plan(facts: FileFacts, options: ImportOptions) -> Plan:
    if options.format is not None and options.format not in FORMATS:
        raise InputError(f"There is no format '{options.format}'. Known formats: {', '.join(FORMATS)}.")
    known = FORMATS[options.format] if options.format else recognise(facts.columns)
    return make_plan(
        facts.path.name,
        facts.columns,
        known,
        mapping=options.mapping,
        constants=options.constants,
        values=options.values,
    )


def _times(connection: duckdb.DuckDBPyConnection, facts: FileFacts, plan: Plan, options: ImportOptions) -> TimeFormat:
    column = plan.mapping["event_time"]
    day_first = options.day_first if options.day_first is not None else plan.format.day_first
    first = sample_values(connection, facts, column, whole=False)
    how = detect_times(first, day_first=day_first if day_first is not None else False)
    if how.kind != "slashed":
        return how
    # One date in a whole file may settle which of the two numbers is the day, so all of them are asked.
    return detect_times(sample_values(connection, facts, column, whole=True), day_first=day_first)


def _commit(
    settings: Settings,
    facts: FileFacts,
    options: ImportOptions,
    plan: Plan,
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
            format_name=plan.format.name,
            sample=options.sample,
            options=options.as_json(),
            receipt=receipt,
            lake_files=[lake_file for _, lake_file in written],
        )
        ledger.set_state(connection, "timezone", timezone)
        ledger.set_state(connection, "sample", options.sample)
        if replaced:
            ledger.set_state(connection, "forget", "sample")
        ledger.bump_version(connection)
    ledger.sweep(settings)
