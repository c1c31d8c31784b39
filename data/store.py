"""What pages and questions read: one published version, read only, a cursor a call."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from data.engine import reading_connection
from data.errors import StoreError
from data.meta import Meta, meta_from_rows
from data.serving import current_file, published_version, serve_files
from data.settings import Settings

__all__ = ["Meta", "Store", "open_store", "published_version"]


class Store:
    """One published version. Safe to share between threads: every query runs on its own cursor."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self.settings = settings
        try:
            self._connection = reading_connection(path, settings)
            self.meta: Meta = meta_from_rows(self._connection.execute("select key, value from meta").fetchall())
        except duckdb.Error as error:
            raise StoreError(
                f"The served file {path.name} cannot be read ({str(error).splitlines()[0]}). Build it again from the"
                " lake with `python -m data rebuild`."
            ) from error

    @property
    def version(self) -> int:
        """The data version that is read."""
        return self.meta.data_version

    def query(self, sql: str, params: Sequence[object] | Mapping[str, object] = ()) -> pl.DataFrame:
        """The answer of one SELECT as a polars frame; values are bound as `?` or `$name`, never pasted in."""
        with self._connection.cursor() as cursor:
            return cursor.sql(sql, params=params or None).pl()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def open_store(settings: Settings) -> Store | None:
    """The newest published version that can be read; None where nothing was ever published.

    When the current file is damaged, the version before it is opened instead, if it is still there.
    Raises StoreError when none can be read.
    """
    current = current_file(settings)
    if current is None:
        return None
    try:
        return Store(current, settings)
    except StoreError:
        for path in reversed([p for p in serve_files(settings) if p != current]):
            try:
                return Store(path, settings)
            except StoreError:
                continue
        raise
