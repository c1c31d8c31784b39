"""The logs that benchmarks import: a planted shop of any size, the same with broken rows, and one day more."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from data import ledger
from data.settings import ROOT, Settings
from data.sql import json_path, literal, literals, quoted
from data.times import local_sql

EVERY = 100
"""One row in so many is broken."""
COPIED = ("event_type", "item_name", "category", "brand", "price", "quantity", "currency", "query", "rating",
          "review_text", "country", "platform")  # fmt: skip


def quiet_duckdb(path: Path | None = None, **config: Any) -> duckdb.DuckDBPyConnection:
    """A connection of its own that draws no progress bar into the table; one to a file only reads."""
    connection = duckdb.connect(str(path) if path else ":memory:", read_only=path is not None, config=config)
    connection.execute("set enable_progress_bar = false")
    return connection


def planted(rows: int, folder: Path, seed: int = 1) -> Path:
    """The events of a planted shop as CSV, made anew by the command line."""
    command = [sys.executable, "-m", "data", "sample", "planted", "--rows", str(rows), "--seed", str(seed)]
    environment = {**os.environ, "TIDELINE_VAR": str(folder / "unused")}
    subprocess.run([*command, "--out", str(folder)], cwd=ROOT, check=True, env=environment, stderr=subprocess.DEVNULL)
    made, file = folder / "events.parquet", folder / "events.csv"
    with quiet_duckdb() as connection:
        sql = f"copy (from read_parquet({literal(made)})) to {literal(file)} (format csv, header)"
        connection.execute(sql).fetchall()
    made.unlink()
    return file


def broken(file: Path, target: Path) -> int:
    """The file with one row in a hundred broken in one of five ways; comes back with how many are."""
    count = 0
    with file.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        header = next(source)
        out.write(header)
        places = {name: place for place, name in enumerate(next(csv.reader([header])))}
        for number, line in enumerate(source, 1):
            if number % EVERY:
                out.write(line)
            else:
                out.write(_break(line, places, count % 5))
                count += 1
    return count


def _break(line: str, places: dict[str, int], way: int) -> str:
    fields = next(csv.reader([line]))
    if way == 0:
        fields[places["event_time"]] = "31 of February"
    elif way == 1:
        fields[places["price"]] = "cheap"
    elif way == 2:
        fields[places["event_type"]] = "stare"
    elif way == 3:
        fields.append("one too many")
    else:
        del fields[-1]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue()


def further_day(settings: Settings, target: Path) -> int:
    """A CSV of one day after the store's last: the events of its last whole day, a day later; how many there are.

    People, items and everything else stay the same; orders and visits get ids of their own.
    """
    files = ledger.files(settings, "events")
    last = sorted({file.month for file in files if file.month is not None})[-2:]
    events = literals(settings.var / file.path for file in files if file.month in last)
    people = literals(settings.var / file.path for file in ledger.files(settings, "identity"))
    with quiet_duckdb() as connection:
        connection.execute(f"create view lake as select * from read_parquet({events}, hive_partitioning = false)")
        # The very last day may end at noon: of the last two, the one with more events is whole.
        days = "select day from lake group by day order by day desc limit 2"
        day = connection.execute(
            f"select day, max(day) over () - day as behind from lake where day in ({days}) group by day"
            " order by count(*) desc, day desc limit 1"
        ).fetchall()[0]
        local = local_sql("l.event_time", ledger.get_state(settings, "timezone") or "UTC")
        columns = [f"l.{name}" for name in COPIED] + list(_attributes(connection))
        sql = (
            f"select {local} + interval 1 day * {int(day[1]) + 1} as event_time, {', '.join(columns)}, p.user_id,"
            " l.item_code as item_id, l.order_id || '-next' as order_id, l.session_id || '-next' as session_id"
            f" from lake l left join (select distinct user_no, user_id from read_parquet({people})) p"
            f" on p.user_no = l.user_no where l.day = {literal(day[0])}"
        )
        return int(connection.execute(f"copy ({sql}) to {literal(target)} (format csv, header)").fetchall()[0][0])


def _attributes(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    keys = "select distinct unnest(json_keys(attributes)) from lake where attributes is not null order by 1"
    for (name,) in connection.execute(keys).fetchall():
        yield f"json_extract_string(l.attributes, {literal(json_path(name))}) as {quoted(name)}"
