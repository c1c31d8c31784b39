"""What full disks and damaged files of the store do to whoever reads or writes it, said in a sentence."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars.exceptions
import pyarrow
import pyarrow.parquet

from data import ledger
from data.disk import about_the_disk, disk_trouble
from data.errors import AppError, StoreError
from data.ledger import LakeFile
from data.serving import current_file, damaged, is_damage
from data.settings import Settings

SPOKEN = (OSError, duckdb.Error, sqlite3.Error, polars.exceptions.PolarsError, pyarrow.ArrowException)


@contextmanager
def told(settings: Settings, doing: str, need: int = 0) -> Iterator[None]:
    """Raise a StoreError that says what to do in place of what a disk or a damaged file made of the block.

    `doing` names what failed and `need` is about how many bytes it writes. Everything else is raised as it is.
    """
    try:
        yield
    except AppError:
        raise
    except SPOKEN as error:
        served = current_file(settings)
        if served and is_damage(error):
            raise damaged(served, str(error)) from error
        said = _explain(settings, error, doing, need)
        if said is None:
            raise
        raise StoreError(said) from error


def must_be_whole(settings: Settings, doing: str, files: Iterable[LakeFile] | None = None) -> None:
    """Raise a StoreError where one of the files, by default of all that the ledger names, is gone, damaged or another
    one. Only their ends are looked at, which takes little."""
    said = _about_files(settings, _looked_at(settings, files, whole=False), doing)
    if said:
        raise StoreError(said)


def _explain(settings: Settings, error: BaseException, doing: str, need: int) -> str | None:
    if disk_trouble(error):
        return None if _elsewhere(settings, error) else about_the_disk(settings, error, doing, need)
    return _about_files(settings, damaged_files(settings), doing)


def _elsewhere(settings: Settings, error: BaseException) -> bool:
    """Whether the file in question is none of the store's, such as a log that may not be read."""
    name = getattr(error, "filename", None)
    return name is not None and settings.var not in (Path(name), *Path(name).parents)


def damaged_files(settings: Settings) -> list[tuple[LakeFile, str]]:
    """Files that the ledger names and that are gone or cannot be read, each with what is wrong with it."""
    return _looked_at(settings, None, whole=False) or _looked_at(settings, None, whole=True)


def _looked_at(settings: Settings, files: Iterable[LakeFile] | None, *, whole: bool) -> list[tuple[LakeFile, str]]:
    named = ledger.files(settings) if files is None else files
    return [(file, why) for file in named if (why := _wrong_with(settings, file, whole=whole))]


def _wrong_with(settings: Settings, file: LakeFile, *, whole: bool) -> str | None:
    path = settings.var / file.path
    if not path.exists():
        return "is missing"
    try:
        with pyarrow.parquet.ParquetFile(path) as parquet:
            rows = parquet.metadata.num_rows
            for _ in parquet.iter_batches() if whole else ():
                pass
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        return f"is damaged ({str(error).splitlines()[0]})"
    return None if rows == file.rows else f"holds {rows:,} rows instead of {file.rows:,}"


def _about_files(settings: Settings, found: list[tuple[LakeFile, str]], doing: str) -> str | None:
    if not found:
        return None
    file, why = found[0]
    names = {row.import_id: row.file_name for row in ledger.imports(settings, active_only=True)}
    name = names.get(file.import_id, "its file")
    others = f" {len(found) - 1} more files are damaged as well." if len(found) > 1 else ""
    return (
        f"{settings.var / file.path}, which holds {file.rows:,} rows of {name} (import {file.import_id}), {why}, so"
        f" {doing} stopped.{others} Put the file back from a backup, or take the import back with `python -m data undo"
        f" {file.import_id}` and import {name} again. Until then pages show what was published before."
    )
