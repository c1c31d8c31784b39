"""Finished runs: which there are, which serves, and how another takes its place.

A run appears by a rename of its folder and is never changed afterwards. ACTIVE and ACTIVE.previous are replaced by a
rename too, so that whoever is killed while activating leaves the run that served before, or the new one.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from data import ledger
from data.engine import fsync
from data.errors import InputError, StoreError
from data.settings import Settings

NAME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{4}-\d+")
"""2026-11-24T1830-1: the minute it was begun, UTC, and which of that minute's."""
KEEP = 5
"""Runs kept beside the active one and the one before it."""


@dataclass(frozen=True)
class Run:
    """A finished run."""

    id: str
    folder: Path
    config: dict[str, Any]
    """What it was made with: data version, device, seed and the like."""
    metrics: dict[str, Any]
    """What it came to against each rival."""
    is_active: bool
    is_previous: bool

    @property
    def made(self) -> datetime:
        """When it was begun, UTC."""
        return datetime.strptime(self.id.rsplit("-", 1)[0], "%Y-%m-%dT%H%M")

    @property
    def chosen(self) -> str:
        """What pages show of it: 'blend', or the name of the simple rival that won."""
        return str(self.metrics["chosen"])


def runs_folder(settings: Settings) -> Path:
    """Where runs lie."""
    return settings.var / "models"


def runs(settings: Settings) -> list[Run]:
    """Every finished run of this shop that can be read, newest first.

    A run that learned from a sample which is gone, or from this shop before a sample took its place, is none of them.
    """
    serving, before = _named(settings, "ACTIVE"), previous(settings)
    sample = ledger.get_state(settings, "sample")
    found = []
    for folder in _folders(settings):
        try:
            config = json.loads((folder / "config.json").read_text())
            metrics = json.loads((folder / "metrics.json").read_text())
        except (OSError, ValueError):
            continue  # a folder that lost its files serves nobody, and pruning takes it away
        if config.get("sample") != sample:
            continue
        found.append(Run(folder.name, folder, config, metrics, folder.name == serving, folder.name == before))
    return found


def find_run(settings: Settings, run: str) -> Run:
    """One run. Raises InputError where there is none of that name."""
    found = runs(settings)
    for each in found:
        if each.id == run:
            return each
    known = ", ".join(each.id for each in found) or "none yet; python -m models train makes one"
    raise InputError(f"There is no run '{run}'. Runs known: {known}.")


def active(settings: Settings) -> Run | None:
    """The run that serves; where that one is gone, the one before it. None where nothing was ever activated."""
    serving, before = _named(settings, "ACTIVE"), previous(settings)
    known = {run.id: run for run in runs(settings)}
    return known.get(serving or "") or known.get(before or "")


def previous(settings: Settings) -> str | None:
    """The name of the run that served before the active one; None where there is none."""
    before = _named(settings, "ACTIVE.previous")
    return before if before != _named(settings, "ACTIVE") else None


def activate(settings: Settings, run: str) -> Run:
    """Let a run serve. Raises InputError where there is none of that name."""
    with _writing(settings):
        find_run(settings, run)
        serving = _named(settings, "ACTIVE")
        if serving != run:
            if serving:
                _name(settings, "ACTIVE.previous", serving)
            _name(settings, "ACTIVE", run)
    return find_run(settings, run)


def roll_back(settings: Settings) -> Run:
    """Let the run serve that did before; doing it twice comes back to the first. Raises InputError without one."""
    before = previous(settings)
    if before is None:
        raise InputError("No other run served before this one. Choose one from python -m models list.")
    return activate(settings, before)


def prune(settings: Settings, keep: int = KEEP) -> list[str]:
    """Delete all but the newest runs, the active one and the one before it; comes back with what was deleted."""
    with _writing(settings):
        needed = {_named(settings, "ACTIVE"), previous(settings), *(run.id for run in runs(settings)[:keep])}
        gone = [folder for folder in _folders(settings) if folder.name not in needed]
        for folder in gone:
            shutil.rmtree(folder, ignore_errors=True)
    return [folder.name for folder in gone]


def read_json(path: Path) -> dict[str, Any]:
    """What a JSON file of a run holds. Raises StoreError where it cannot be read."""
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{path.name} of run {path.parent.name} cannot be read ({error}). Train again, or activate another run."
        ) from error


def write_json(path: Path, value: object) -> None:
    """Write a JSON file, which appears whole or not at all; numbers that are none become null."""
    write_whole(path, json.dumps(_finite(value), ensure_ascii=False, indent=1, allow_nan=False))


def write_whole(path: Path, text: str) -> None:
    """Write a small file under a temporary name and rename it, durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_text(text)
    fsync(temporary)
    os.replace(temporary, path)
    fsync(path.parent)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(each) for each in value]
    if hasattr(value, "item"):  # a number of numpy's
        value = value.item()
    return None if isinstance(value, float) and not abs(value) < float("inf") else value


def _folders(settings: Settings) -> list[Path]:
    def order(folder: Path) -> tuple[str, int]:
        moment, number = folder.name.rsplit("-", 1)
        return moment, int(number)

    below = runs_folder(settings)
    found = [folder for folder in below.iterdir() if NAME.fullmatch(folder.name)] if below.exists() else []
    return sorted(found, key=order, reverse=True)


def _named(settings: Settings, pointer: str) -> str | None:
    try:
        name = (runs_folder(settings) / pointer).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if NAME.fullmatch(name) else None


def _name(settings: Settings, pointer: str, run: str) -> None:
    write_whole(runs_folder(settings) / pointer, run)


@contextmanager
def _writing(settings: Settings) -> Iterator[None]:
    """One process changes the registry at a time; each takes a moment."""
    below = runs_folder(settings)
    below.mkdir(parents=True, exist_ok=True)
    handle = os.open(below / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
