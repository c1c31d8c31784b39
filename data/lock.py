"""The writer lock: one process at a time changes the store, whoever it is (app, worker or command line)."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data import ledger
from data.errors import AppError, BusyError
from data.serving import forget_damage
from data.settings import Settings
from data.trouble import told

WAIT_SECONDS = 3600.0


@contextmanager
def writer_lock(
    settings: Settings, *, wait: float = WAIT_SECONDS, doing: str = "publishing", need: int | None = None
) -> Iterator[None]:
    """Hold the store's writer lock; wait for up to `wait` seconds for whoever holds it.

    Whoever holds it starts and ends with what killed and failed writers left behind swept away. `flock` is released
    by the kernel when a process dies, so a kill never leaves the store locked. `doing` and `need`, the bytes that it
    is about to write, are what a full disk is told with.
    Raises BusyError when the wait is over, StoreError where the disk or a damaged file of the store stops the block.
    """
    with told(settings, doing, need if need is not None else _served_bytes(settings)):
        settings.var.mkdir(parents=True, exist_ok=True)
        with _flock(settings.var / "writer.lock", wait) as held:
            if not held:
                raise BusyError(
                    f"Another import, undo or publish has held the store in {settings.var} for {wait:.0f} seconds. "
                    "Wait until it has finished (see `python -m data status`) and try again."
                )
            ledger.sweep(settings)
            try:
                yield
            except BaseException:
                with contextlib.suppress(OSError, AppError):
                    ledger.sweep(settings)
                raise
            ledger.sweep_scratch(settings)
            forget_damage(settings)


@contextmanager
def worker_lock(settings: Settings, *, wait: float) -> Iterator[bool]:
    """Be the one worker of this store, if that is free within `wait` seconds; comes back with whether it is."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with _flock(settings.var / "worker.lock", wait) as held:
        yield held


def is_writing(settings: Settings) -> bool:
    """Whether somebody holds the writer lock now."""
    return _is_held(settings.var / "writer.lock")


def has_worker(settings: Settings) -> bool:
    """Whether a worker takes this store's jobs now."""
    return _is_held(settings.var / "worker.lock")


@contextmanager
def _flock(path: Path, wait: float) -> Iterator[bool]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        # Whoever merely asks (see _is_held) may be in the way for an instant.
        deadline = time.monotonic() + max(wait, 0.2)
        while not _take(handle, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                yield False
                return
            time.sleep(0.05)
        yield True
    finally:
        os.close(handle)


def _is_held(path: Path) -> bool:
    """Asked by taking a share of the lock for an instant; whoever wants it whole asks again a moment later."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _take(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _take(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _served_bytes(settings: Settings) -> int:
    """A publish copies the served file, and the copy grows."""
    sizes = [path.stat().st_size for path in settings.serve.glob("serve-*.duckdb")]
    return 2 * max(sizes, default=0)
