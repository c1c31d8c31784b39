"""What pages and questions read: one published version, read only, a cursor a call."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from data import ledger
from data.engine import reading_connection
from data.errors import AppError, Damaged, StoreError
from data.lock import is_writing
from data.meta import Meta, meta_from_rows
from data.serving import (
    REBUILD,
    candidates,
    current_file,
    damaged,
    is_damage,
    known_damage,
    note_damage,
    published_version,
    stamp,
)
from data.settings import Settings

__all__ = ["Damaged", "Meta", "Store", "concern", "open_store", "published_version", "what_is_served"]

_open: "weakref.WeakSet[Store]" = weakref.WeakSet()


class Store:
    """One published version. Safe to share between threads: every query runs on its own cursor."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self.settings = settings
        self.stamp = stamp(path)
        self.problem: str | None = None
        """Why this is not the version that should be served, in a sentence or two; None where it is."""
        _let_go_of_replaced(path, self.stamp)
        if why := known_damage(path):
            raise damaged(path, why)
        try:
            self._connection = reading_connection(path, settings)
        except duckdb.Error as error:
            self._note(error)
            raise damaged(path, str(error)) from error
        try:
            self.meta: Meta = meta_from_rows(self._connection.execute("select key, value from meta").fetchall())
        except (duckdb.Error, KeyError, TypeError, ValueError) as error:
            self._connection.close()
            what = str(error) if isinstance(error, duckdb.Error) else "another version of Tideline wrote it"
            raise damaged(path, what) from error
        _open.add(self)

    @property
    def version(self) -> int:
        """The data version that is read."""
        return self.meta.data_version

    def query(self, sql: str, params: Sequence[object] | Mapping[str, object] = ()) -> pl.DataFrame:
        """The answer of one SELECT as a polars frame; values are bound as `?` or `$name`, never pasted in.

        Raises Damaged where the file cannot be read on.
        """
        try:
            with self._connection.cursor() as cursor:
                return cursor.sql(sql, params=params or None).pl()
        except duckdb.Error as error:
            if not self._note(error):
                raise
            raise damaged(self.path, str(error)) from error

    def _note(self, error: duckdb.Error) -> bool:
        """Remember the file if the error says that it is damaged; comes back with whether it does."""
        if is_damage(error):
            note_damage(self.path, self.stamp, str(error))
        return is_damage(error)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _let_go_of_replaced(path: Path, now: tuple[str, int, int]) -> None:
    # DuckDB would hand out the old file under this name for as long as anybody here still has it open.
    for store in list(_open):
        if store.path == path and store.stamp != now:
            store.close()
            _open.discard(store)


def open_store(settings: Settings) -> Store | None:
    """The version that should be served, or else the newest one that can be read: its `problem` then says so.

    Comes back with None where nothing was ever published. Raises StoreError when no version can be read.
    """
    failures: list[StoreError] = []
    for path in candidates(settings):
        try:
            store = Store(path, settings)
        except StoreError as failure:
            failures.append(failure)
            continue
        store.problem = _problem(settings, store, failures)
        return store
    if failures:
        raise failures[0]
    return None


def _problem(settings: Settings, store: Store, failures: Sequence[StoreError]) -> str | None:
    shown = f"You see version {store.version}, published {_published(store)}."
    if failures:
        return f"{failures[0].message} {shown}"
    if current_file(settings) != store.path:
        return f"{settings.serve / 'CURRENT'} names no file that is there. {shown} {REBUILD}"
    return None


def _published(store: Store) -> str:
    return f"{datetime.fromtimestamp(store.stamp[2] / 1e9, UTC):%Y-%m-%d %H:%M} UTC"


def concern(settings: Settings, store: Store, version: Callable[[Settings], int] = ledger.data_version) -> str | None:
    """Why `store` is not what should be seen now: it stands in for a damaged one, or what was imported or undone
    since was never published although nobody is at it. None where all is well. `version` reads the ledger's."""
    if store.problem:
        return store.problem
    try:
        wanted = version(settings)
    except AppError as error:
        return f"{error.message} You see version {store.version}, published {_published(store)}."
    if wanted <= store.version or published_version(settings) != store.version or is_writing(settings):
        return None
    return (
        f"What was imported or undone last is not shown yet: publishing it was interrupted. You see version"
        f" {store.version}, published {_published(store)}. {REBUILD}"
    )


def what_is_served(settings: Settings) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever `open_store` would open something else; empty where nothing was ever published."""
    tried: list[tuple[str, int, int]] = []
    for path in candidates(settings):
        tried.append(stamp(path))
        if known_damage(path) is None:
            break
    return tuple(tried)
