"""Saved lists of people: who was chosen, from what, when. Members are numbers; ids come out only in exports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data import ledger
from data.errors import InputError
from data.settings import Settings
from data.trouble import told

SCHEMA = """
create table if not exists lists (
    list_id integer primary key autoincrement, name text not null unique, created text not null, source text not null);
create table if not exists list_members (
    list_id integer not null, user_no integer not null, primary key (list_id, user_no)) without rowid;
"""


@dataclass(frozen=True)
class SavedList:
    """A list as pages show it."""

    id: str
    name: str
    created: datetime
    source: dict[str, Any]
    """What was asked when the list was made, such as {"page": "cohorts", "cohort": "2010-03-01", "age": 2}."""
    size: int


def save_list(settings: Settings, name: str, user_nos: Sequence[int], source: dict[str, Any]) -> str:
    """Save people under a name; comes back with the list's id. Raises InputError for an empty or a taken name."""
    name = name.strip()
    if not name:
        raise InputError("A list needs a name. Give it one that says who is on it.")
    if any(saved.name.casefold() == name.casefold() for saved in lists(settings)):
        raise InputError(f"There is a list '{name}' already. Choose another name, or delete that list first.")
    with ledger.connect(settings, schema=SCHEMA) as connection:
        cursor = connection.execute(
            "insert into lists (name, created, source) values (?, ?, ?)", (name, ledger.now(), json.dumps(source))
        )
        list_id = cursor.lastrowid
        connection.executemany(
            "insert into list_members values (?, ?)", [(list_id, int(number)) for number in sorted(set(user_nos))]
        )
    return str(list_id)


def lists(settings: Settings) -> list[SavedList]:
    """All saved lists, newest first."""
    if not settings.ledger_path.exists():
        return []
    with ledger.connect(settings, write=False, schema=SCHEMA) as connection:
        rows = connection.execute(
            "select l.*, (select count(*) from list_members m where m.list_id = l.list_id) as size"
            " from lists l order by list_id desc"
        ).fetchall()
    return [
        SavedList(
            str(r["list_id"]), r["name"], datetime.fromisoformat(r["created"]), json.loads(r["source"]), r["size"]
        )
        for r in rows
    ]


def members(settings: Settings, list_id: str) -> list[int]:
    """The numbers of the people on a list. Raises InputError when there is no such list."""
    _must_exist(settings, list_id)
    with ledger.connect(settings, write=False, schema=SCHEMA) as connection:
        rows = connection.execute(
            "select user_no from list_members where list_id = ? order by 1", (list_id,)
        ).fetchall()
    return [row[0] for row in rows]


def delete_list(settings: Settings, list_id: str) -> None:
    """Forget a list. Raises InputError when there is no such list."""
    _must_exist(settings, list_id)
    with ledger.connect(settings, schema=SCHEMA) as connection:
        connection.execute("delete from list_members where list_id = ?", (list_id,))
        connection.execute("delete from lists where list_id = ?", (list_id,))


def export_list(settings: Settings, list_id: str) -> pl.DataFrame:
    """The shop's own ids of the people on a list: [user_id]. Ids of imports that were undone are no longer known."""
    return user_ids(settings, members(settings, list_id)).select("user_id").sort("user_id")


def user_ids(settings: Settings, user_nos: Sequence[int]) -> pl.DataFrame:
    """The shop's own ids of people, for exports only: [user_no, user_id], without those of imports that were undone."""
    wanted = pl.DataFrame({"user_no": list(user_nos)}, {"user_no": pl.Int64})
    files = [settings.var / file.path for file in ledger.files(settings, "identity")]
    if not files:
        return pl.DataFrame(schema={"user_no": pl.Int64, "user_id": pl.String})
    with told(settings, "the export"):
        known = pl.concat([pl.read_parquet(path) for path in files]).unique()
    return known.join(wanted, on="user_no", how="semi").select("user_no", "user_id").sort("user_id")


def reset(settings: Settings) -> None:
    """Forget every list: the people on them were a sample's."""
    with ledger.connect(settings, schema=SCHEMA) as connection:
        connection.execute("delete from list_members")
        connection.execute("delete from lists")


def _must_exist(settings: Settings, list_id: str) -> None:
    saved = lists(settings)
    if list_id not in {each.id for each in saved}:
        known = ", ".join(f"{each.id} ({each.name})" for each in saved) or "none"
        raise InputError(f"There is no saved list '{list_id}'. Lists known: {known}.")
