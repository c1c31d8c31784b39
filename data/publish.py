"""Publishing: rollups are built beside the served file and take its place by a rename; readers never wait."""

import json
import os
import shutil
from pathlib import Path

import duckdb
import polars as pl

from data import annotations, ledger, lists, rollups, themes
from data.catalogue import write_catalogue
from data.children import run_models
from data.engine import fsync, move_into_place, working_connection
from data.errors import AppError
from data.lock import writer_lock
from data.meta import describe, read_meta
from data.progress import Progress, quiet
from data.serving import current_file, published_version, serve_files
from data.settings import Settings

KEEP = 2
"""Serve files kept: the current one and the one that open pages may still read."""


def is_stale(settings: Settings) -> bool:
    """Whether what is served is not what the ledger names, or was built by another version of the rollups.

    The first happens when a writer was stopped between commit and publish, the second after an update of Tideline.
    """
    if published_version(settings) != ledger.data_version(settings):
        return True
    served = current_file(settings)
    return served is not None and _layout(served, settings) != rollups.LAYOUT


def publish(settings: Settings, *, rebuild: bool = False, progress: Progress = quiet) -> int:
    """Roll up what changed, encode new items and publish; comes back with the version served.

    With `rebuild` nothing of the served file is reused. Does nothing when the served file is up to date.
    """
    with writer_lock(settings):
        if not rebuild and not is_stale(settings):
            return published_version(settings)
        return _publish(settings, rebuild=rebuild, encode=True, progress=progress)


def republish_themes(settings: Settings, *, progress: Progress = quiet) -> int:
    """Publish again after the mapping of themes changed: nothing is read from the lake but new months."""
    with writer_lock(settings):
        with ledger.connect(settings) as connection:
            ledger.bump_version(connection)
        return _publish(settings, rebuild=False, encode=False, progress=progress)


def _publish(settings: Settings, *, rebuild: bool, encode: bool, progress: Progress) -> int:
    _forget(settings)
    version = ledger.data_version(settings)
    build = settings.tmp / f"build-{version}.duckdb"
    settings.tmp.mkdir(parents=True, exist_ok=True)
    build.unlink(missing_ok=True)
    served = current_file(settings)
    if served and not rebuild and _layout(served, settings) == rollups.LAYOUT:
        shutil.copyfile(served, build)
    attributes = rollups.segment_attributes(settings)
    with working_connection(settings, build) as connection:
        progress("rolling up", 0.0)
        months = rollups.touched_months(settings, connection, attributes)
        rollups.roll_up_months(settings, connection, months, attributes)
        write_catalogue(settings, connection)
        progress("reading item names", 0.3)
        if encode and settings.themes:
            _encode(settings)
        progress("rolling up", 0.7)
        mapped = _mapped_themes(settings)
        # A changed theme changes every month its items sold in, so the derived tables are all made again.
        digest = str(mapped[0].hash_rows(seed=1).sum()) + str(mapped[1].hash_rows(seed=1).sum())
        everything = _note(connection, "themes") != digest
        rollups.derive(connection, *mapped, attributes, everything=everything)
        rollups.remember_built(settings, connection, attributes)
        describe(settings, connection, version, {"themes": digest, "layout": rollups.LAYOUT})
        connection.execute("checkpoint")
    _serve(settings, build, version)
    progress("published", 1.0)
    return version


def _forget(settings: Settings) -> None:
    """Forget what hung on a catalogue that is gone: its themes; of a sample, also the lists and notes made on it."""
    gone = ledger.get_state(settings, "forget")
    if gone is None:
        return
    themes.reset(settings)
    if gone == "sample":
        lists.reset(settings)
        annotations.reset(settings)
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "forget", None)


def _serve(settings: Settings, build: Path, version: int) -> None:
    target = settings.serve / f"serve-{version}.duckdb"
    move_into_place(build, target)
    pointer = settings.serve / "CURRENT.new"
    pointer.write_text(target.name)
    fsync(pointer)
    os.replace(pointer, settings.serve / "CURRENT")
    fsync(settings.serve)
    for path in serve_files(settings)[:-KEEP]:
        path.unlink(missing_ok=True)


def _encode(settings: Settings) -> None:
    """Encode and assign new items. A failure leaves the themes as they were and is told in the store's status: an
    import is never lost to it."""
    _, problem = run_models(settings, "encode")
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "themes_problem", problem)


def _mapped_themes(settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Items and search words with their final theme, and the themes' names: merges, renames, exclusions applied."""
    mapping = themes.effective(settings)
    final = mapping.select(theme="raw_id", final="theme_id", excluded="excluded")

    def finished(frame: pl.DataFrame, key: str) -> pl.DataFrame:
        joined = frame.join(final, on="theme", how="left")
        theme = (
            pl.when(pl.col("theme") == "").then(pl.lit("unsorted"))
            .when(pl.col("excluded").fill_null(False)).then(None)
            .otherwise(pl.coalesce("final", pl.lit("unsorted")))
        )  # fmt: skip
        return joined.with_columns(theme=theme).drop("final", "excluded").sort(key)

    items = finished(themes.theme_items(settings), "item_id")
    queries = finished(themes.theme_queries(settings), "query")
    names = mapping.select(theme="theme_id", name="name").unique("theme").sort("theme")
    unsorted = pl.DataFrame({"theme": ["unsorted"], "name": ["unsorted"]})
    return items, queries, pl.concat([names, unsorted])


def _layout(path: Path, settings: Settings) -> str | None:
    try:
        return read_meta(path, settings).notes.get("layout")
    except (AppError, duckdb.Error, json.JSONDecodeError):
        return None


def _note(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    try:
        row = connection.execute("select value from meta where key = 'notes'").fetchall()
    except duckdb.CatalogException:
        return None
    return json.loads(row[0][0]).get(key) if row else None
