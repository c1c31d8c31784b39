"""Publishing: rollups are built beside the served file and take its place by a rename; readers never wait."""

import json
import os
import shutil
from pathlib import Path

import duckdb
import polars as pl

from data import alerts, annotations, kept, ledger, lists, rollups, themes
from data.catalogue import write_catalogue
from data.children import run_models
from data.companions.read import item_facts
from data.engine import fsync, move_into_place, working_connection
from data.errors import AppError, Damaged
from data.lock import writer_lock
from data.meta import describe, read_meta
from data.progress import Progress, quiet
from data.serving import current_file, forget_damage, known_damage, next_file, published_version, serve_files
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
            served = current_file(settings)
            if served is not None:
                _prune(settings, served)  # a writer killed before it did leaves one file more
            return published_version(settings)
        return _publish(settings, rebuild=rebuild, encode=True, progress=progress)


def republish_themes(settings: Settings, *, progress: Progress = quiet) -> int:
    """Publish again after the mapping of themes changed: nothing is read from the lake but new months."""
    with writer_lock(settings):
        with ledger.connect(settings) as connection:
            ledger.bump_version(connection)
        try:
            return _publish(settings, rebuild=False, encode=False, progress=progress)
        except Damaged:
            return _publish(settings, rebuild=True, encode=False, progress=progress)


def _publish(settings: Settings, *, rebuild: bool, encode: bool, progress: Progress) -> int:
    _forget(settings)
    version = ledger.data_version(settings)
    build = settings.tmp / f"build-{version}.duckdb"
    settings.tmp.mkdir(parents=True, exist_ok=True)
    for left in (build, build.with_name(f"{build.name}.wal")):
        left.unlink(missing_ok=True)  # a killed writer's log would be replayed into the new build
    served = current_file(settings)
    if served and not rebuild and _layout(served, settings) == rollups.LAYOUT:
        shutil.copyfile(served, build)
    attributes = rollups.segment_attributes(settings)
    with working_connection(settings, build) as connection:
        progress("rolling up", 0.0)
        days = rollups.read_files(settings, connection)
        rollups.describe_items(connection, item_facts(settings))
        write_catalogue(settings, connection)
        progress("reading item names", 0.1)
        if encode and settings.themes:
            _encode(settings)
        progress("rolling up", 0.4)
        rollups.bring_up_to_date(settings, connection, days, _mapped_themes(settings), attributes)
        describe(settings, connection, version, {"layout": rollups.LAYOUT})
        connection.execute("checkpoint")
    _serve(settings, build, version)
    progress("published", 1.0)
    return version


def _forget(settings: Settings) -> None:
    """Forget what hung on a catalogue that is gone: its themes and kept answers; of a sample, also its lists, notes and
    alerts."""
    gone = ledger.get_state(settings, "forget")
    if gone is None:
        return
    themes.reset(settings)
    kept.reset(settings)
    if gone == "sample":
        lists.reset(settings)
        annotations.reset(settings)
        alerts.reset(settings)
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "forget", None)


def _serve(settings: Settings, build: Path, version: int) -> None:
    target = next_file(settings, version)
    move_into_place(build, target)
    pointer = settings.serve / "CURRENT.new"
    pointer.write_text(target.name)
    fsync(pointer)
    os.replace(pointer, settings.serve / "CURRENT")
    fsync(settings.serve)
    _prune(settings, target)


def _prune(settings: Settings, served: Path) -> None:
    """Keep what is served and the last whole file before it, with the answers about both; later versions are those of a
    ledger put back since."""
    files = serve_files(settings)
    whole = [path for path in files[: files.index(served)] if known_damage(path) is None]
    for path in files:
        if path != served and path not in whole[1 - KEEP :]:
            path.unlink(missing_ok=True)
    forget_damage(settings)
    kept.prune(settings)


def _encode(settings: Settings) -> None:
    """Encode and assign new items. A failure leaves the themes as they were and is told in the store's status: an
    import is never lost to it."""
    _, problem = run_models(settings, "encode")
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "themes_problem", problem)


def _mapped_themes(settings: Settings) -> rollups.ThemeMap:
    """Items and search words with the theme the language model gave them, and how merges, renames and exclusions
    show each."""
    mapping = themes.effective(settings)
    final = pl.when(pl.col("excluded")).then(None).otherwise(pl.col("theme_id"))
    unsorted = pl.DataFrame({"raw": ["unsorted"], "final": ["unsorted"]})
    finals = pl.concat([mapping.select(raw="raw_id", final=final.cast(pl.String)), unsorted])

    def known(frame: pl.DataFrame, key: str) -> pl.DataFrame:
        is_known = pl.col("theme").is_in(mapping["raw_id"].to_list())
        return frame.with_columns(theme=pl.when(is_known).then("theme").otherwise(pl.lit("unsorted"))).sort(key)

    names = mapping.select(theme="theme_id", name="name").unique("theme").sort("theme")
    return rollups.ThemeMap(
        items=known(themes.theme_items(settings), "item_id"),
        queries=known(themes.theme_queries(settings), "query"),
        final=finals,
        names=pl.concat([names, pl.DataFrame({"theme": ["unsorted"], "name": ["unsorted"]})]),
    )


def _layout(path: Path, settings: Settings) -> str | None:
    try:
        return read_meta(path, settings).notes.get("layout")
    except (AppError, duckdb.Error, json.JSONDecodeError):
        return None
