"""A run in the making: its folder, its live status, and the rename that makes it a run."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data import ledger
from data.errors import BusyError, StoreError
from data.settings import Settings
from models.runs.registry import Run, find_run, read_json, runs_folder, write_json

STATES = ("queued", "running", "done", "failed", "cancelled", "interrupted")
"""'interrupted' is never written: a run whose process is gone is read as such."""
EMPTY: dict[str, Any] = {
    "state": "queued", "stage": "", "epoch": None, "epochs": None, "loss": None, "metric": None,
    "examples_per_second": None, "seconds_left": None, "fraction": None, "message": "",
}  # fmt: skip


@dataclass(frozen=True)
class Training:
    """A run that is not finished, with its status as `read_status` gives it."""

    id: str
    folder: Path
    status: dict[str, Any]


def new_run(settings: Settings, config: dict[str, Any], now: datetime | None = None) -> Training:
    """Begin a run: a folder of its own under var/models/unfinished with config.json and status.json. The config also
    says which sample it learns from, if any.

    What other trainings left unfinished is deleted; a caller holds `the_only_training`.
    """
    shutil.rmtree(_unfinished(settings), ignore_errors=True)
    minute = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H%M")
    number = 1
    while (runs_folder(settings) / f"{minute}-{number}").exists():
        number += 1
    run = f"{minute}-{number}"
    folder = _unfinished(settings) / run
    folder.mkdir(parents=True)
    about = {"run": run, "made": f"{minute[:13]}:{minute[13:]}:00", "sample": ledger.get_state(settings, "sample")}
    write_json(folder / "config.json", {**about, **config})
    write_status(folder, state="running", stage="starting")
    return Training(run, folder, read_status(folder))


def unfinished(settings: Settings) -> Training | None:
    """The newest run that a training left unfinished, running or not; None where there is none."""
    below = _unfinished(settings)
    found = sorted(below.iterdir()) if below.exists() else []
    if not found or not (found[-1] / "config.json").exists():
        return None
    return Training(found[-1].name, found[-1], read_status(found[-1]))


def training(settings: Settings) -> Training | None:
    """The unfinished run as a page shows it: one that says it is running while nobody trains was interrupted."""
    found = unfinished(settings)
    if found and found.status["state"] == "running" and not _is_training(settings):
        return Training(found.id, found.folder, {**found.status, "state": "interrupted"})
    return found


def write_status(folder: Path, **facts: Any) -> None:
    """Change some facts of a run's status.json, which readers always find whole; "updated" is set to now."""
    known = read_status(folder)
    write_json(folder / "status.json", {**known, **facts, "updated": datetime.now(UTC).isoformat(timespec="seconds")})


def read_status(folder: Path) -> dict[str, Any]:
    """{"state", "stage", "epoch", "epochs", "loss", "metric", "examples_per_second", "seconds_left",
    "fraction", "message", "updated"}: null where not known; "fraction" is how much of the whole training is done."""
    try:
        return {**EMPTY, "updated": None, **read_json(folder / "status.json")}
    except StoreError:
        return {**EMPTY, "updated": None}


def keep(settings: Settings, begun: Training) -> Run:
    """Make the unfinished run, whose metrics.json is written, a run: by one rename, last of all."""
    write_status(begun.folder, state="done", stage="done", seconds_left=0)
    os.replace(begun.folder, runs_folder(settings) / begun.id)
    return find_run(settings, begun.id)


@contextmanager
def the_only_training(settings: Settings) -> Iterator[None]:
    """Hold the right to train in this store. Raises BusyError while another process does."""
    runs_folder(settings).mkdir(parents=True, exist_ok=True)
    handle = os.open(_lock(settings), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BusyError("A model is being trained in this store already. Wait for it to end, or cancel it.") from error
    finally:
        os.close(handle)


def _is_training(settings: Settings) -> bool:
    try:
        handle = os.open(_lock(settings), os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def _lock(settings: Settings) -> Path:
    return runs_folder(settings) / "training.lock"


def _unfinished(settings: Settings) -> Path:
    return runs_folder(settings) / "unfinished"
