"""Themes as the store keeps them: groups of items close in meaning, who belongs where, and a merchandiser's edits.

Raw theme ids are given by the language model's side and never change their meaning. Edits (rename, merge, exclude) are
a mapping over them that is applied at publish, so that they survive every later import.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from data import ledger
from data.errors import InputError
from data.settings import Settings

SCHEMA = """
create table if not exists themes (theme_id text primary key, name text not null, words text not null,
    centroid blob not null, items integer not null, cohesion real not null, retired integer not null default 0);
create table if not exists theme_items (item_id text primary key, theme_id text not null, similarity real not null,
    text_hash text not null);
create table if not exists theme_queries (query text primary key, theme_id text not null, similarity real not null);
create table if not exists theme_edits (edit_id integer primary key autoincrement, action text not null,
    theme_id text not null, target text, at text not null);
create table if not exists theme_history (old_id text not null, new_id text not null, overlap real not null,
    at text not null);
create table if not exists theme_state (key text primary key, value not null);
"""
ACTIONS = ("rename", "merge", "exclude", "include")


@dataclass(frozen=True)
class Theme:
    """A theme as it was clustered, edits left out."""

    id: str
    name: str
    words: tuple[str, ...]
    centroid: np.ndarray
    """Normalised mean of its items' centred vectors, float32."""
    items: int
    cohesion: float
    """Mean cosine of its items with the centroid."""


@dataclass(frozen=True)
class Edit:
    """One edit of a merchandiser."""

    id: int
    action: str
    theme_id: str
    target: str | None
    """The new name of a rename, the theme that a merge joins."""
    at: datetime


def _rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    if not settings.ledger_path.exists():
        return []
    with ledger.connect(settings, write=False, schema=SCHEMA) as connection:
        return [tuple(row) for row in connection.execute(sql).fetchall()]


def encoder(settings: Settings) -> str | None:
    """The language model that this store's themes were made with; None before the first encoding."""
    found = _rows(settings, "select value from theme_state where key = 'encoder'")
    return found[0][0] if found else None


def themes(settings: Settings) -> list[Theme]:
    """The themes in use, by id, as they were clustered."""
    rows = _rows(
        settings, "select theme_id, name, words, centroid, items, cohesion from themes where not retired order by 1"
    )
    return [Theme(r[0], r[1], tuple(json.loads(r[2])), np.frombuffer(r[3], "float32"), r[4], r[5]) for r in rows]


def known_ids(settings: Settings) -> set[str]:
    """Every theme id that was ever given, retired ones included: ids are not used again."""
    return {row[0] for row in _rows(settings, "select theme_id from themes")}


def theme_items(settings: Settings) -> pl.DataFrame:
    """Which theme each item is in: [item_id, theme, similarity, text_hash]; theme is '' for an unsorted item."""
    rows = _rows(settings, "select item_id, theme_id, similarity, text_hash from theme_items order by item_id")
    schema = {"item_id": pl.String, "theme": pl.String, "similarity": pl.Float64, "text_hash": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def theme_queries(settings: Settings) -> pl.DataFrame:
    """Which theme search words are nearest to: [query, theme]."""
    rows = _rows(settings, "select query, theme_id from theme_queries order by query")
    return pl.DataFrame(rows, {"query": pl.String, "theme": pl.String}, orient="row")


def space(settings: Settings) -> bytes | None:
    """How the language model's side places vectors, as it was handed to `save_clustering`; None before that."""
    found = _rows(settings, "select value from theme_state where key = 'space'")
    return bytes(found[0][0]) if found else None


def save_clustering(
    settings: Settings,
    encoder_name: str,
    found: Sequence[Theme],
    items: Sequence[tuple[str, str, float, str]],
    queries: Sequence[tuple[str, str, float]] = (),
    *,
    space: bytes = b"",
    history: Sequence[tuple[str, str, float]] = (),
) -> None:
    """Keep a clustering in one transaction: themes in use are those in `found`, all others are retired.

    `items` (item id, theme id or '', similarity, text hash) and `queries` (query, theme id, similarity) are all there
    are; `history` holds (old id, new id, overlap) where themes were clustered before.
    """
    with ledger.connect(settings, schema=SCHEMA) as connection:
        connection.execute("update themes set retired = 1")
        states = (("encoder", encoder_name), ("space", space))
        connection.executemany("insert or replace into theme_state values (?, ?)", states)
        connection.executemany(
            "insert or replace into themes values (?, ?, ?, ?, ?, ?, 0)",
            [
                (t.id, t.name, json.dumps(list(t.words)), t.centroid.astype("float32").tobytes(), t.items, t.cohesion)
                for t in found
            ],
        )
        rows = [(*pair, ledger.now()) for pair in history]
        connection.executemany("insert into theme_history values (?, ?, ?, ?)", rows)
        connection.execute("delete from theme_items")
        connection.execute("delete from theme_queries")
        _keep_assignments(connection, items, queries)


def save_assignments(
    settings: Settings, items: Sequence[tuple[str, str, float, str]], queries: Sequence[tuple[str, str, float]] = ()
) -> None:
    """Keep where items and queries belong, shaped as in `save_clustering`, beside those kept before."""
    with ledger.connect(settings, schema=SCHEMA) as connection:
        _keep_assignments(connection, items, queries)


def _keep_assignments(
    connection: sqlite3.Connection,
    items: Sequence[tuple[str, str, float, str]],
    queries: Sequence[tuple[str, str, float]],
) -> None:
    connection.executemany("insert or replace into theme_items values (?, ?, ?, ?)", items)
    connection.executemany("insert or replace into theme_queries values (?, ?, ?)", queries)


def history(settings: Settings) -> pl.DataFrame:
    """What became of themes when they were clustered again: [old_id, new_id, overlap, at]."""
    rows = _rows(settings, "select old_id, new_id, overlap, at from theme_history order by at, old_id")
    schema = {"old_id": pl.String, "new_id": pl.String, "overlap": pl.Float64, "at": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def add_edit(settings: Settings, action: str, theme_id: str, target: str | None = None) -> int:
    """Note an edit; comes back with its id. It is seen once the store is published again.

    Raises InputError for an action or theme that is not known, an empty or unfit name, and a merge into itself.
    """
    if action not in ACTIONS:
        raise InputError(f"'{action}' is not an edit of themes. Use {', '.join(ACTIONS)}.")
    known = [theme.id for theme in themes(settings)]
    for named in [theme_id, *([target] if action == "merge" and target else [])]:
        if named not in known:
            listed = ", ".join(known) or "none yet"
            raise InputError(f"There is no theme '{named}' to {action}. Themes in this store: {listed}.")
    final = _resolve(_merges(edits(settings)), theme_id)
    if action != "merge" and final != theme_id:
        raise InputError(f"Theme '{theme_id}' has joined '{final}'. Say '{final}' to {action} both.")
    if action == "rename" and not (target or "").strip():
        raise InputError(f"Theme '{theme_id}' needs a name of at least one letter. Give one.")
    if action == "merge":
        if not target:
            raise InputError(f"Say which theme '{theme_id}' should join.")
        if final == _resolve(_merges(edits(settings)), target):
            raise InputError(f"Themes '{theme_id}' and '{target}' are one theme already. Choose two different ones.")
    kept = target.strip()[:80] if action == "rename" and target else target
    with ledger.connect(settings, schema=SCHEMA) as connection:
        added = connection.execute(
            "insert into theme_edits (action, theme_id, target, at) values (?, ?, ?, ?)",
            (action, theme_id, kept, ledger.now()),
        )
    return int(added.lastrowid or 0)


def edits(settings: Settings) -> list[Edit]:
    """All edits, oldest first."""
    rows = _rows(settings, "select edit_id, action, theme_id, target, at from theme_edits order by edit_id")
    return [Edit(r[0], r[1], r[2], r[3], datetime.fromisoformat(r[4])) for r in rows]


def remove_edit(settings: Settings, edit_id: int) -> None:
    """Take an edit back. Raises InputError when there is no such edit."""
    with ledger.connect(settings, schema=SCHEMA) as connection:
        gone = connection.execute("delete from theme_edits where edit_id = ?", (edit_id,))
    if not gone.rowcount:
        known = ", ".join(str(edit.id) for edit in edits(settings)) or "none"
        raise InputError(f"There is no edit {edit_id} of themes. Edits known: {known}.")


def effective(settings: Settings) -> pl.DataFrame:
    """The mapping that publishing applies: [raw_id, theme_id, name, excluded], one row per theme in use."""
    made = edits(settings)
    merges = _merges(made)
    names = {edit.theme_id: edit.target for edit in made if edit.action == "rename"}
    hidden: dict[str, bool] = {}
    for edit in made:
        if edit.action in ("exclude", "include"):
            hidden[edit.theme_id] = edit.action == "exclude"
    own = {theme.id: theme.name for theme in themes(settings)}
    rows = []
    for raw in own:
        final = _resolve(merges, raw)
        final = final if final in own else raw  # the theme it joined was retired by a later clustering
        rows.append((raw, final, names.get(final) or own[final], hidden.get(final, False)))
    schema = {"raw_id": pl.String, "theme_id": pl.String, "name": pl.String, "excluded": pl.Boolean}
    return pl.DataFrame(rows, schema, orient="row")


def reset(settings: Settings) -> None:
    """Forget everything about themes: the catalogue they were made from has been replaced."""
    with ledger.connect(settings, schema=SCHEMA) as connection:
        for table in ("themes", "theme_items", "theme_queries", "theme_edits", "theme_history", "theme_state"):
            connection.execute(f"delete from {table}")


def _merges(made: Sequence[Edit]) -> dict[str, str]:
    return {edit.theme_id: edit.target for edit in made if edit.action == "merge" and edit.target}


def _resolve(merges: Mapping[str, str], theme_id: str) -> str:
    """Follow merges to their end. Taking an edit back can close a circle: all in it are then its first id."""
    seen = [theme_id]
    while theme_id in merges:
        theme_id = merges[theme_id]
        if theme_id in seen:
            return min(seen[seen.index(theme_id) :])
        seen.append(theme_id)
    return theme_id
