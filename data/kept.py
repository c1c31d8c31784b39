"""Answers that took long, kept as files below var/kept/ for the next visitor, the command line and an app started anew.

What is kept of a served file lies in a folder of its own and goes when the served file goes. What holds longer lies in
folders with other names. Nothing here is needed: whatever is lost is counted again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from data.serving import serve_files, stamp
from data.settings import Settings
from data.store import Store

MOST = 500
"""Files of a folder; whichever were written longest ago go first."""


def place(store: Store, *about: object) -> Path:
    """Where an answer about that served file is kept; `about` is all that it depends on, as text, dates and numbers."""
    return _folder(store.settings, store.stamp) / _name(about)


def lasting(settings: Settings, kind: str, *about: object) -> Path:
    """Where something is kept that the next version may still use."""
    return settings.var / "kept" / kind / _name(about)


def read(path: Path) -> tuple[pl.DataFrame, dict[str, str]] | None:
    """The frame and the facts that were written there; None where nothing is, or nothing that can be read."""
    try:
        return pl.read_parquet(path, memory_map=False), pl.read_parquet_metadata(path)
    except (OSError, PolarsError):
        return None


def write(path: Path, frame: pl.DataFrame, facts: dict[str, str], *, most: int = MOST) -> None:
    """Keep a frame with facts beside it, whole or not at all: on a disk that takes no more, nothing is kept."""
    begun = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(begun, metadata=facts)
        os.replace(begun, path)
        for old in sorted(path.parent.glob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)[:-most]:
            old.unlink(missing_ok=True)
    except (OSError, PolarsError):
        with contextlib.suppress(OSError):
            begun.unlink(missing_ok=True)


def prune(settings: Settings) -> None:
    """Take away what was kept of served files that are gone or were replaced."""
    held = {_folder(settings, stamp(path)) for path in serve_files(settings)}
    for folder in (settings.var / "kept").glob("serve-*"):
        if folder not in held:
            shutil.rmtree(folder, ignore_errors=True)


def reset(settings: Settings) -> None:
    """Forget everything: it was of a log that is gone."""
    shutil.rmtree(settings.var / "kept", ignore_errors=True)


def _folder(settings: Settings, served: tuple[str, int, int]) -> Path:
    name, inode, written = served
    return settings.var / "kept" / f"{Path(name).stem}-{inode}-{written}"


def _name(about: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(about).encode()).hexdigest()[:32] + ".parquet"
