"""The catalogue as the language model sees it: item texts, how often each is met, and search words.

The rollups write it to var/text before the encoder runs, so that the encoder never has to read the lake.
"""

from pathlib import Path

import duckdb
import polars as pl

from data.engine import move_into_place
from data.settings import Settings
from data.sql import literal

ITEMS_SQL = """
select item_id, case when named then name else '' end as text, cast(lines as bigint) as events
from item_dimension order by item_id"""
QUERIES_SQL = """
select query, cast(sum(lines) as bigint) as events
from query_file group by query order by query"""


def write_catalogue(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Write item texts and search words of the build that `connection` is open on."""
    for path, sql in ((_items_path(settings), ITEMS_SQL), (_queries_path(settings), QUERIES_SQL)):
        temporary = settings.tmp / path.name
        connection.execute(f"copy ({sql}) to {literal(temporary)} (format parquet)").fetchall()
        move_into_place(temporary, path)


def item_texts(settings: Settings) -> list[tuple[str, str]]:
    """(item id, text) of every item; the text is the item's most frequent name, '' where it has none."""
    frame = _read(_items_path(settings))
    return list(zip(frame["item_id"], frame["text"], strict=True)) if frame is not None else []


def item_events(settings: Settings) -> dict[str, int]:
    """How many rows of the log name each item."""
    frame = _read(_items_path(settings))
    return dict(zip(frame["item_id"], frame["events"], strict=True)) if frame is not None else {}


def query_texts(settings: Settings) -> list[str]:
    """The distinct search words of searches that name no item, in lower case."""
    frame = _read(_queries_path(settings))
    return frame["query"].to_list() if frame is not None else []


def _items_path(settings: Settings) -> Path:
    return settings.text_dir / "items.parquet"


def _queries_path(settings: Settings) -> Path:
    return settings.text_dir / "queries.parquet"


def _read(path: Path) -> pl.DataFrame | None:
    return pl.read_parquet(path) if path.exists() else None
