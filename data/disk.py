"""What a full, read-only or failing disk does to a writer, said in one sentence: what, where, how much room."""

import errno
import shutil
import sqlite3

from data.errors import AppError, BusyError, StoreError
from data.settings import Settings

SPARE = 64 << 20
"""Room asked for beside what the files themselves take."""
FULL = {
    errno.ENOSPC: "is full",
    errno.EDQUOT: "is full for this user, whose quota is used up",
    errno.EFBIG: "takes no larger files",
}
REFUSING = {
    errno.EROFS: "is read-only",
    errno.EACCES: "may not be written to",
    errno.EPERM: "may not be written to",
    errno.EIO: "fails",
}
SAID = {
    "no space left on device": errno.ENOSPC,
    "database or disk is full": errno.ENOSPC,
    "max_temp_directory_size": errno.ENOSPC,
    "disk quota exceeded": errno.EDQUOT,
    "file too large": errno.EFBIG,
    "read-only file system": errno.EROFS,
    "readonly database": errno.EACCES,
    "permission denied": errno.EACCES,
    "unable to open database file": errno.EACCES,
    "input/output error": errno.EIO,
    "disk i/o error": errno.EIO,
}
"""What DuckDB, SQLite and polars say where Python would give a number."""


def disk_trouble(error: BaseException) -> int | None:
    """The number of the error where a disk did not take what was written, in whatever way it was told."""
    if isinstance(error, OSError) and error.errno in (FULL | REFUSING):
        return error.errno
    text = str(error).casefold()
    return next((number for words, number in SAID.items() if words in text), None)


def about_the_disk(settings: Settings, error: BaseException, doing: str, need: int = 0) -> str:
    """The sentence for an error that is `disk_trouble`; `need` is about how many bytes `doing` writes."""
    number = disk_trouble(error) or errno.EIO
    what = f"The disk of {settings.var} {(FULL | REFUSING)[number]}, so {doing} stopped; the store is as it was before."
    if number in FULL:
        free = shutil.disk_usage(settings.var).free
        return (
            f"{what} It needs about {size(need + SPARE)}, and {size(free)} are free there. Make room, or move the"
            " folder to a larger disk and set TIDELINE_VAR to it; then try again."
        )
    if number == errno.EIO:
        return f"{what} It said: {str(error).splitlines()[0]}. Look after that disk and its room, then try again."
    return f"{what} Give this user the right to write there, or set TIDELINE_VAR to another folder; then try again."


def about_sqlite(settings: Settings, error: sqlite3.Error, doing: str) -> AppError | None:
    """What to raise in place of SQLite's error; None where it is a fault of the program."""
    if disk_trouble(error):
        return StoreError(about_the_disk(settings, error, doing))
    text = str(error)
    if "locked" in text or "busy" in text:
        return BusyError(f"Somebody else kept {doing} waiting for too long ({text}). Try again in a moment.")
    return None


def size(count: int) -> str:
    """Bytes as people read them.

    >>> size(64 << 20), size(3_250_000_000)
    ('67 MB', '3.2 GB')
    """
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
