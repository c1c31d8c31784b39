"""The writer lock: one process at a time changes the store, whoever it is (app, worker or command line)."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from data.errors import BusyError
from data.settings import Settings

WAIT_SECONDS = 3600.0


@contextmanager
def writer_lock(settings: Settings, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the store's writer lock; wait for up to `wait` seconds for whoever holds it.

    `flock` is released by the kernel when a process dies, so a kill never leaves the store locked.
    Raises BusyError when the wait is over.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    handle = os.open(settings.var / "writer.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise BusyError(
                        f"Another import, undo or publish has held the store in {settings.var} for {wait:.0f} seconds. "
                        "Wait until it has finished (see `python -m data status`) and try again."
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)
