"""The whole log as arrays: sorted by DuckDB within its memory limit, streamed into files, opened memory-mapped."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import duckdb
import numpy as np
import polars as pl

from data import ledger
from data.engine import working_connection
from data.errors import InputError
from data.ledger import scratch
from data.progress import Progress, quiet
from data.settings import Settings
from data.sql import literal, literals
from data.store import Store, open_store
from data.trouble import told
from models.interactions import KINDS, NO_ITEM, Interactions, offsets_of
from models.reading_store.catalogue import catalogue_of, new_array

COLUMNS = {"user": np.int32, "item": np.int32, "query": np.int32, "kind": np.int8, "time": np.int64}
BATCH = 500_000
"""Rows that pass from DuckDB to a file at a time."""
RECORD = "log.json"
"""Written last: a folder with it holds a whole log."""

LAKE = """
create or replace temp view lake as
select user_no, item_id, case when item_id is null then lower(query) end as query, event_type, order_id,
    cast(floor(epoch(event_time)) as bigint) as time
from read_parquet({files}, hive_partitioning = false)
where user_no is not null and event_type in ({kinds}) and event_time is not null"""
PEOPLE = """
create temp table people as
select user_no, cast(row_number() over (order by user_no) - 1 as integer) as number, events
from (
    select l.user_no, count(*) as events from lake l
    left join item i on i.item_id = l.item_id left join words w on w.query = l.query
    where i.number is not null or w.number is not null group by l.user_no
) where {kept}"""
ORDERS = """
create temp table orders as
select user_no, order_id, min(time) as time, row_number() over (order by order_id, user_no) - 1 as number
from lake where order_id is not null and user_no in (select user_no from people) group by user_no, order_id"""
ROWS = """
select p.number as user, coalesce(i.number, {none}) as item, coalesce(w.number, {none}) as query,
    list_position({kinds}, l.event_type) - 1 as kind, coalesce(o.time, l.time) as time,
    coalesce(o.number, {none}) as place
from lake l
join people p on p.user_no = l.user_no
left join item i on i.item_id = l.item_id
left join words w on w.query = l.query
left join orders o on o.user_no = l.user_no and o.order_id = l.order_id
where i.number is not null or w.number is not null
order by user, time, place, item, query, kind"""


class People(Sequence[str]):
    """Numbers that stand for people in a store, in rising order, as a log's `user_ids`."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers
        """int64 (users,): `user_no`."""

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "People": ...
    def __getitem__(self, place: int | slice) -> "str | People":
        return People(self.numbers[place]) if isinstance(place, slice) else str(self.numbers[place])

    def place_of(self, user_no: int) -> int | None:
        """The number of a person in the log; None for somebody who is not in it."""
        place = int(np.searchsorted(self.numbers, user_no))
        return place if place < len(self.numbers) and int(self.numbers[place]) == user_no else None


def interactions(
    settings: Settings, folder: Path | None = None, *, most: int | None = None, progress: Progress = quiet
) -> Interactions:
    """Everything known people did, as the published version knows it, without refunds and emptied carts.

    The columns lie as .npy files in `folder`, by default in var/tmp for as long as this process runs, and are opened
    memory-mapped; a folder that holds the log of this version already is used as it is. With `most`, where there are
    more events, only some of the people are read, chosen by the digits of their numbers, so that about so many stay.
    Raises InputError where nothing was imported yet, and StoreError where the store cannot be read.
    """
    store = open_store(settings)
    if store is None or store.meta.is_empty:
        raise InputError("There are no events in this store yet. Import a log first: python -m data import FILE.")
    if most is not None and store.meta.events <= most:
        most = None
    folder = folder or scratch(settings, "log")
    folder.mkdir(parents=True, exist_ok=True)
    about = {"served": store.path.name, "version": store.version, "most": most, "columns": list(COLUMNS)}
    catalogue, queries = catalogue_of(settings, store, folder)
    record = folder / RECORD
    if not record.exists() or json.loads(record.read_text()) != about:
        record.unlink(missing_ok=True)
        with told(settings, "Reading the log"), working_connection(settings) as connection:
            _number(connection, catalogue.item_ids, queries)
            _write(settings, connection, store, folder, most, progress)
        record.write_text(json.dumps(about))
    columns = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in (*COLUMNS, "step", "people")}
    people = People(columns.pop("people"))
    return Interactions(
        **columns, offsets=offsets_of(columns["user"], len(people)), user_ids=people, catalogue=catalogue
    )


def _number(connection: duckdb.DuckDBPyConnection, item_ids: Sequence[str], queries: Sequence[str]) -> None:
    """The tables `item` and `words`: the numbers that items and search words have in the catalogue."""
    for table, column, texts in (("item", "item_id", item_ids), ("words", "query", queries)):
        frame = pl.DataFrame({column: list(texts)}, {column: pl.String}).with_row_index("number")
        connection.register("numbered", frame.with_columns(pl.col("number").cast(pl.Int32)))
        connection.execute(f"create temp table {table} as select * from numbered")
        connection.unregister("numbered")


def _write(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    folder: Path,
    most: int | None,
    progress: Progress,
) -> None:
    served = set(store.query("select distinct path from file_day")["path"].to_list())
    files = [settings.var / file.path for file in ledger.files(settings, "events") if file.path in served]
    connection.execute(LAKE.format(files=literals(files), kinds=", ".join(literal(kind) for kind in KINDS)))
    events = store.meta.events
    kept = "true" if most is None else f"user_no % 1000 < {max(1000 * most // events, 1)}"
    connection.execute(PEOPLE.format(kept=kept))
    connection.execute(ORDERS)
    numbers = connection.execute("select user_no from people order by number").fetchnumpy()["user_no"]
    np.save(folder / "people.npy", np.asarray(numbers, np.int64))
    rows = int(connection.execute("select coalesce(sum(events), 0) from people").fetchall()[0][0])
    written = {
        name: new_array(folder / f"{name}.npy", dtype, (rows,)) for name, dtype in {**COLUMNS, "step": np.int64}.items()
    }
    for start, batch in _batches(connection):
        end = start + len(batch["step"])
        for name, column in written.items():
            column[start:end] = batch[name]
        progress("reading the log", end / max(rows, 1))
    for column in written.values():
        column.flush()


def _batches(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """Where each batch of sorted rows begins, and its columns with the number of each row's step."""
    reader = connection.sql(ROWS.format(none=NO_ITEM, kinds=literals(KINDS))).to_arrow_reader(BATCH)
    done, step = 0, -1
    last: tuple[int, int, int] | None = None
    for arrow in reader:
        if not arrow.num_rows:
            continue
        batch = {name: arrow.column(name).to_numpy(zero_copy_only=False) for name in (*COLUMNS, "place")}
        keys = np.stack([batch["user"], batch["time"], batch["place"]]).astype(np.int64)
        begins = np.ones(arrow.num_rows, bool)
        begins[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        begins[0] = last is None or tuple(keys[:, 0]) != last
        batch["step"] = step + np.cumsum(begins)
        step, last = int(batch["step"][-1]), tuple(keys[:, -1])
        yield done, batch
        done += arrow.num_rows
