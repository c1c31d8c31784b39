"""One log read, judged and written beside the store month by month, with its receipt; who calls this commits it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from data.cleaning import Plan, make_plan
from data.companions.recognise import suggest_kind
from data.errors import InputError
from data.formats import CANONICAL, FORMATS, REVIEW_RULES, recognise
from data.judging import take_a_first_look
from data.ledger import ImportRow, LakeFile
from data.monthly import MonthWriter
from data.options import ImportOptions
from data.progress import Progress
from data.reading import FileFacts
from data.settings import Settings
from data.staging import NO_MONTH, column_times, stage


def load_events(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    facts: FileFacts,
    options: ImportOptions,
    stays: Sequence[ImportRow],
    timezone: str,
    work: Path,
    import_id: str,
    progress: Progress,
) -> tuple[dict[str, Any], list[tuple[Path, LakeFile]], str]:
    """The receipt, every file written with the name it should get, and the name of the format.

    Raises InputError for a file that cannot be used.
    """
    plan = _plan(facts, options)
    day_first = options.day_first if options.day_first is not None else plan.format.day_first
    times = column_times(connection, facts, plan.mapping["event_time"], "event_time", day_first)
    staged = stage(connection, facts, plan, times, timezone, work)
    take_a_first_look(connection, plan, staged, facts.path.name)
    writer = MonthWriter(connection, settings, plan, work / "out", import_id, {row.import_id for row in stays})
    months = sorted(staged.months, key=lambda m: (m == NO_MONTH, m))
    for done, month in enumerate(months):
        progress("checking rows", 0.2 + 0.7 * done / len(months))
        writer.add_month(staged.sources[month], month)
    written = writer.finish()
    return writer.receipt(staged.read, timezone, facts), written, plan.format.name


def _plan(facts: FileFacts, options: ImportOptions) -> Plan:
    if options.format is not None and options.format not in FORMATS:
        raise InputError(f"There is no format '{options.format}'. Known formats: {', '.join(FORMATS)}.")
    known = FORMATS[options.format] if options.format else recognise(facts.columns)
    constants = dict(options.constants)
    if options.kind == "reviews":
        if options.format not in (None, CANONICAL.name):
            raise InputError(f"--format {options.format} is a format of logs. Leave it out with --kind reviews.")
        known, constants["event_type"] = replace(CANONICAL, rules=REVIEW_RULES), "review"
    try:
        return make_plan(
            facts.path.name, facts.columns, known, mapping=options.mapping, constants=constants, values=options.values
        )
    except InputError as error:
        likely = suggest_kind(facts.columns)
        if likely == "events" or options.kind != "events":
            raise
        raise InputError(f"{error.message} It looks like a file of {likely}: try --kind {likely}.") from error
