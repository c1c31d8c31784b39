"""The functions that jobs name: the pipeline with plain JSON arguments."""

import contextlib
import json
from pathlib import Path
from typing import Any

from data import pipeline, themes
from data.children import run_models, watch_models
from data.errors import AppError, InputError
from data.ingest import ImportOptions
from data.progress import Progress, quiet
from data.publish import republish_themes
from data.settings import Settings


def import_file(
    settings: Settings, path: str, options: dict[str, Any] | None = None, *, progress: Progress = quiet
) -> dict[str, Any]:
    """Import a file; an upload that was imported leaves the inbox."""
    receipt = pipeline.import_file(settings, Path(path), ImportOptions(**(options or {})), progress=progress)
    if Path(path).parent == settings.inbox:
        Path(path).unlink(missing_ok=True)
    return receipt


def undo_import(settings: Settings, import_id: str, *, progress: Progress = quiet) -> dict[str, Any]:
    """Undo an import."""
    return pipeline.undo_import(settings, import_id, progress=progress)


def load_sample(settings: Settings, name: str, *, progress: Progress = quiet) -> dict[str, Any]:
    """Load a sample."""
    return pipeline.load_sample(settings, name, progress=progress)


def leave_sample(settings: Settings, *, progress: Progress = quiet) -> dict[str, Any]:
    """Remove the sample."""
    return pipeline.leave_sample(settings, progress=progress)


def publish_again(settings: Settings, *, progress: Progress = quiet) -> dict[str, Any]:
    """Publish what an interrupted job left unpublished."""
    return {"data_version": pipeline.bring_up_to_date(settings, progress=progress)}


def edit_themes(settings: Settings, edits: list[dict[str, Any]], *, progress: Progress = quiet) -> dict[str, Any]:
    """Apply a merchandiser's edits and publish.

    Each edit is {"action": "rename", "merge", "exclude", "include" or "undo", "theme_id", "target"}.
    """
    for edit in edits:
        if edit["action"] == "undo":
            themes.remove_edit(settings, int(edit["target"]))
        elif edit["action"] in ("rename", "merge", "exclude", "include"):
            themes.add_edit(settings, edit["action"], edit["theme_id"], edit.get("target"))
        else:
            raise InputError(
                f"'{edit['action']}' is not an edit of themes. Use rename, merge, exclude, include or undo."
            )
    progress("publishing", 0.3)
    return {"data_version": republish_themes(settings, progress=progress)}


def recluster_themes(settings: Settings, *, progress: Progress = quiet) -> dict[str, Any]:
    """Sort the whole catalogue into themes anew.

    Comes back with what `python -m models themes --recluster --json` prints.
    """
    progress("sorting into themes", 0.1)
    printed, problem = run_models(settings, "themes", "--recluster")
    if problem:
        raise AppError(f"The themes stay as they were: {problem}")
    progress("published", 1.0)
    return dict(json.loads(printed))


def train_model(
    settings: Settings, *, full: bool = False, resume: bool = False, progress: Progress = quiet
) -> dict[str, Any]:
    """Train the interest model; its live status lies in var/models/unfinished.

    Comes back with the new run, what it shows and whether it serves: {"run", "chosen", "activated", "why"}.
    """
    wanted = [f"--{name}" for name, asked in (("full", full), ("resume", resume)) if asked]

    def look() -> None:
        for path in (settings.var / "models" / "unfinished").glob("*/status.json"):
            with contextlib.suppress(OSError, ValueError):
                status = json.loads(path.read_text())
                progress(str(status["stage"]), float(status.get("fraction") or 0.0))

    printed, problem = watch_models(settings, look, "train", *wanted)
    if problem:
        raise AppError(f"No model was made: {problem}")
    progress("trained", 1.0)
    made = json.loads(printed)
    return {name: made.get(name) for name in ("run", "chosen", "activated", "why")}


def activate_model(settings: Settings, run: str, *, progress: Progress = quiet) -> dict[str, Any]:
    """Let a run serve; comes back with {"active", "previous"}."""
    printed, problem = run_models(settings, "activate", run)
    if problem:
        raise AppError(problem)
    progress("activated", 1.0)
    return dict(json.loads(printed))
