"""The whole way from a file to what pages show: lake, themes, rollups, publish; and the whole way back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from data import ledger
from data.errors import Damaged, InputError, StoreError
from data.ingest import ImportOptions, ingest
from data.progress import Progress, quiet
from data.publish import publish
from data.samples import SAMPLES, Sample
from data.settings import Settings
from data.trouble import told
from data.undo import undo


def import_file(
    settings: Settings, path: Path, options: ImportOptions, *, dry_run: bool = False, progress: Progress = quiet
) -> dict[str, Any]:
    """Import one file and publish; comes back with its receipt (see data.ingest.ingest)."""
    receipt = ingest(settings, path, options, dry_run=dry_run, progress=_part(progress, 0.0, 0.4))
    if not dry_run:
        _publish(settings, receipt, _part(progress, 0.4, 1.0))
    return receipt


def _publish(settings: Settings, receipt: dict[str, Any], progress: Progress) -> None:
    _show(settings, f"{receipt['file']} was imported as {receipt['import']}", progress)
    problem = ledger.get_state(settings, "themes_problem")
    if problem:
        receipt["warnings"].append(f"Themes were left as they were, for the language model failed: {problem}")


def undo_import(settings: Settings, import_id: str, *, progress: Progress = quiet) -> dict[str, Any]:
    """Undo one import and publish; comes back with {"import", "removed", "handed_over", "data_version"}."""
    progress("taking the import back", 0.0)
    result = undo(settings, import_id)
    _show(settings, f"{import_id} was taken back", _part(progress, 0.3, 1.0))
    return result


def _show(settings: Settings, done: str, progress: Progress) -> None:
    """Publish what is done; where that fails, say both."""
    try:
        bring_up_to_date(settings, progress=progress)
    except StoreError as error:
        raise StoreError(
            f"{done}, but pages do not show it yet: {error.message} Then publish with `python -m data rebuild`."
        ) from error


def bring_up_to_date(settings: Settings, *, progress: Progress = quiet) -> int:
    """Publish what is not published yet; anew from the lake where the served file is damaged."""
    try:
        return publish(settings, progress=progress)
    except Damaged:
        return publish(settings, rebuild=True, progress=progress)


def load_sample(
    settings: Settings, name: str, *, made: Sample | None = None, progress: Progress = quiet
) -> dict[str, Any]:
    """Load one of the samples, companions and all, in place of the one that is loaded; `made` is it with other knobs.

    Comes back with the receipt of its log, and under "companions" those of its companion files.

    Raises InputError for a name that is not known, and beside imports of one's own.
    """
    if name not in SAMPLES:
        raise InputError(f"There is no sample '{name}'. Samples: {', '.join(SAMPLES)}.")
    sample = made or SAMPLES[name]
    progress("preparing the sample", 0.0)
    with told(settings, f"making the sample '{name}'", sample.rows * 50):
        path = sample.prepare(settings)
    options = ImportOptions(sample=name, timezone=sample.timezone)
    receipt = ingest(settings, path, options, progress=_part(progress, 0.0, 0.4))
    found = sorted(sample.companions(path.parent).items())
    receipt["companions"] = [ingest(settings, file, replace(options, kind=kind)) for kind, file in found]
    loaded = {each["import"] for each in (receipt, *receipt["companions"])}
    for row in ledger.imports(settings, active_only=True):
        # A companion that this sample had when it was made another time is none of it now.
        if row.sample == name and row.import_id not in loaded:
            undo(settings, row.import_id)
    _publish(settings, receipt, _part(progress, 0.4, 1.0))
    return receipt


def leave_sample(settings: Settings, *, progress: Progress = quiet) -> dict[str, Any]:
    """Remove the loaded sample, so that the store is empty for a log of one's own."""
    loaded = [row for row in ledger.imports(settings, active_only=True) if row.sample]
    if not loaded:
        raise InputError("No sample is loaded, so there is none to remove.")
    for row in loaded:
        undo(settings, row.import_id)
    _show(settings, "The sample was removed", progress)
    return {"removed": [row.import_id for row in loaded]}


def _part(progress: Progress, low: float, high: float) -> Progress:
    return lambda stage, fraction: progress(stage, low + (high - low) * fraction)
