"""Which published file is served now, and which others could stand in for it."""

import contextlib
import json
import re
from pathlib import Path

import duckdb

from data.errors import Damaged
from data.settings import Settings

NAME = re.compile(r"serve-(\d+)(?:-(\d+))?\.duckdb")
"""serve-<data version>.duckdb; a version that is published anew gets a further number."""

REBUILD = "Build it again from the lake with `python -m data rebuild`."
_found: dict[tuple[str, int, int], str] = {}
"""Served files that turned out to be damaged while this process read them, and what was said."""
DAMAGE = ("Corrupt database", "Could not read enough bytes", "not a valid DuckDB database")


def serve_files(settings: Settings) -> list[Path]:
    """Every published file that is still there, oldest version first."""
    found = settings.serve.iterdir() if settings.serve.exists() else ()
    return sorted((path for path in found if NAME.fullmatch(path.name)), key=_order)


def _order(path: Path) -> tuple[int, int]:
    named = NAME.fullmatch(path.name)
    return (int(named[1]), int(named[2] or 1)) if named else (0, 0)


def next_file(settings: Settings, version: int) -> Path:
    """Where to publish `version`: under a name that no file has, for DuckDB hands whoever opens a replaced file the
    old one for as long as anybody in the process still reads it."""
    taken = [_order(path)[1] for path in serve_files(settings) if _order(path)[0] == version]
    return settings.serve / (f"serve-{version}-{max(taken) + 1}.duckdb" if taken else f"serve-{version}.duckdb")


def current_file(settings: Settings) -> Path | None:
    """The serve file that pages should open; None before the first publish, and where CURRENT names none that is whole
    as far as is known."""
    try:
        name = (settings.serve / "CURRENT").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    path = settings.serve / name
    return path if NAME.fullmatch(name) and path.is_file() and known_damage(path) is None else None


def candidates(settings: Settings) -> list[Path]:
    """The files that can be opened in place of each other: the current one, then the others, newest first."""
    current = current_file(settings)
    others = [path for path in reversed(serve_files(settings)) if path != current]
    return [current, *others] if current else others


def published_version(settings: Settings) -> int:
    """The data version of the served file, 0 when nothing was published or CURRENT names no file."""
    path = current_file(settings)
    return _order(path)[0] if path else 0


def stamp(path: Path) -> tuple[str, int, int]:
    """What tells a served file from one that took its name."""
    try:
        facts = path.stat()
    except OSError:
        return path.name, 0, 0
    return path.name, facts.st_ino, facts.st_mtime_ns


def note_damage(path: Path, opened: tuple[str, int, int], why: str) -> None:
    """Remember that the served file that had the stamp `opened` is damaged, for this process and, beside the file, for
    every other."""
    _found[opened] = why
    with contextlib.suppress(OSError):
        _mark(path).write_text(json.dumps([*opened, why]))


def known_damage(path: Path) -> str | None:
    """What was said of a served file's damage; None where none was found yet."""
    now = stamp(path)
    if now in _found:
        return _found[now]
    try:
        *then, why = json.loads(_mark(path).read_text())
    except (OSError, ValueError):
        return None
    return str(why) if then == list(now) else None


def forget_damage(settings: Settings) -> None:
    """Take away the marks of files that are gone or were replaced; only a holder of the writer lock may call this."""
    for mark in settings.serve.glob("*.damaged"):
        if known_damage(mark.with_suffix(".duckdb")) is None:
            mark.unlink(missing_ok=True)


def _mark(path: Path) -> Path:
    return path.with_suffix(".damaged")


def is_damage(error: BaseException) -> bool:
    """Whether DuckDB's error says that a served file, or a copy of one, is damaged."""
    said = isinstance(error, duckdb.Error) and any(words in str(error) for words in DAMAGE)
    return said or isinstance(error, duckdb.FatalException)


def damaged(path: Path, why: str) -> Damaged:
    """What to raise for a served file that cannot be read."""
    return Damaged(f"The served file {path.name} cannot be read ({why.splitlines()[0]}). {REBUILD}")
