"""What a store of some size costs: rollups, one day more, themes, undo, every question of a page, and raw Parquet.

Works on a store of its own that shares the files of the one it is given, so that nothing is written to that one.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import raw
from benchmarks.logs import further_day, quiet_duckdb
from benchmarks.measuring import Cost, Run
from benchmarks.questions import Clocked, measure
from benchmarks.questions import Cost as Asked
from benchmarks.table import Line
from data import ledger, undo
from data.ingest import ImportOptions, ingest
from data.lists import save_list
from data.publish import publish, republish_themes
from data.serving import current_file
from data.settings import Settings
from data.store import open_store
from data.themes import Theme, add_edit, save_clustering

FULL_S, DAY_S, THEMES_S, SERVE_MB = 150.0, 2.0, 30.0, 1_500.0
QUERY_MS, WIDE_MS = 150.0, 1_000.0
THEMES = 48
ROUNDS = 3
LISTED = 20_000
"""People on the saved list: one in a hundred, at most so many."""
EDITS = (("rename", "T001", "Another name"), ("merge", "T001", "T002"), ("exclude", "T003", None))
LAKE_ROLES = ("lake", "identity", "text")


def own(var: Path) -> Settings:
    """The settings of a benchmark's store: interests are the log's own and stand-in themes, no language model."""
    return Settings(var=var, themes=False)


def borrowed(store: Path, var: Path) -> Settings:
    """A store at `var` that shares every file of `store` by hard links and has a ledger of its own."""
    for name in (*LAKE_ROLES, "serve"):
        if (store / name).exists():
            shutil.copytree(store / name, var / name, copy_function=_link)
    names = store / "ledger.sqlite", var / "ledger.sqlite"
    with closing(sqlite3.connect(names[0])) as source, closing(sqlite3.connect(names[1])) as target:
        source.backup(target)
    return own(var)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def stand_in_themes(var: Path) -> int:
    """Cut the store's items into THEMES themes of equal size, in the order of their ids, which group kindred goods."""
    settings = own(var)
    store = open_store(settings)
    assert store is not None
    items = store.query("select item_id from items order by item_id")["item_id"].to_list()
    store.close()
    ids = [f"T{number:03}" for number in range(THEMES)]
    centroid = np.zeros(384, dtype="float32")
    found = [Theme(each, f"Theme {each}", ("stand", "in"), centroid, len(items) // THEMES, 1.0) for each in ids]
    placed = [(item, ids[n * THEMES // len(items)], 1.0, "") for n, item in enumerate(items)]
    save_clustering(settings, "none", found, placed)
    return len(items)


def roll_up(var: Path, rebuild: bool) -> int:
    """Publish what is in the lake; the size of what is served."""
    publish(own(var), rebuild=rebuild)
    path = current_file(own(var))
    assert path is not None
    return path.stat().st_size


def edit_theme(var: Path, action: str, theme: str, target: str | None) -> None:
    """One edit of a merchandiser, published."""
    add_edit(own(var), action, theme, target)
    republish_themes(own(var))


def add_file(var: Path, file: Path) -> str:
    """One more file into the lake; its import's id."""
    zone = ledger.get_state(own(var), "timezone")
    return str(ingest(own(var), file, ImportOptions(timezone=zone))["import"])


def take_back(var: Path, import_id: str) -> None:
    """Undo in the lake."""
    undo.undo(own(var), import_id)


def rollups(var: Path, folder: Path, run: Run) -> Iterator[Line]:
    """Every line about writing rollups, on a store whose log is in the lake. Leaves themes, and the day undone."""
    full = run(roll_up, var, True)
    yield _cpu("rollups, full, without themes", full, FULL_S)
    yield Line("rollups", "rollups, full, peak memory", full.peak_mb, "MB")
    stand_in_themes(var)
    themed = run(roll_up, var, True)
    yield _cpu(f"rollups, full, with {THEMES} themes", themed, FULL_S)
    yield Line("rollups", "serve file", themed.result / 1e6, "MB", SERVE_MB)
    day = folder / "day.csv"
    rows = further_day(own(var), day)
    added = run(add_file, var, day)
    yield _cpu("one more day: import", added, None, f"{rows:,} rows")
    yield _cpu("one more day: rollups", run(roll_up, var, False), DAY_S)
    grown = digest(var)
    run(roll_up, var, True)
    odd = sorted(name for name, found in digest(var).items() if grown.get(name) != found)
    yield Line("rollups", "tables of one more day unlike those of a full rebuild", len(odd), "tables", 0,
               note=", ".join(odd), failed=bool(odd))  # fmt: skip
    yield _cpu("undo of that day: lake", run(take_back, var, added.result), None)
    yield _cpu("undo of that day: rollups", run(roll_up, var, False), DAY_S)
    for edit in EDITS:
        yield _cpu(f"{edit[0]} a theme, published", run(edit_theme, var, *edit), THEMES_S)


def _cpu(what: str, cost: Cost, budget: float | None, note: str = "") -> Line:
    clock = f"{cost.wall_s:.1f} s by the clock"
    return Line("rollups", what, cost.cpu_s, "CPU s", budget, note=f"{note}, {clock}" if note else clock)


def digest(var: Path) -> dict[str, tuple[int, int]]:
    """Rows of every served table and a sum of their hashes, whatever their order."""
    path = current_file(own(var))
    assert path is not None
    with quiet_duckdb(path) as connection:
        tables = [row[0] for row in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        sql = "select count(*), coalesce(sum(hash(t)::hugeint), 0) from {} t"
        return {
            table: connection.execute(sql.format(table)).fetchall()[0]
            for table in tables
            if table not in ("meta", "built")
        }


def ask(var: Path, folder: Path, rounds: int, every: int) -> dict[str, list[Asked]]:
    """The costs of every question of the published store, by function; a saved list is kept in a ledger of its own."""
    path = current_file(own(var))
    assert path is not None, "nothing is published in this store"
    store = Clocked(path, own(folder / "lists"))
    people = store.query("select user_no from users order by user_no")["user_no"]
    listed = people.gather_every(max(100, -(-len(people) // LISTED)) if len(people) > 10_000 else 2)
    save_list(store.settings, "benchmark", listed.to_list(), {"page": "benchmark"})
    found = measure(store, rounds, every)
    store.close()
    return found


def queries(var: Path, folder: Path, run: Run, rounds: int = ROUNDS, every: int = 1) -> Iterator[Line]:
    """A line for each question: its slowest query; and the same among a list or two segments at once."""
    asked = run(ask, var, folder, rounds, every)
    for wide, bar in ((False, QUERY_MS), (True, WIDE_MS)):
        slowest = {name: [cost for cost in costs if cost.wide == wide] for name, costs in asked.result.items()}
        lines = [(max(costs, key=lambda cost: cost.query_ms), costs, name) for name, costs in slowest.items() if costs]
        for slow, costs, name in sorted(lines, key=lambda each: -each[0].query_ms):
            answer = max(cost.answer_ms for cost in costs)
            among = ", list or two segments" if wide else ""
            note = f"slowest of {len(costs)}: {slow.about}; whole answers up to {answer:.0f} ms"
            yield Line("queries", name + among, slow.query_ms, "CPU ms", bar, note=note)
    yield Line("queries", "all questions, peak memory", asked.peak_mb, "MB")


def compare(var: Path) -> list[tuple[str, float, float, str]]:
    """Each question of `raw.pairs`: CPU ms of its SQL from rollups and from raw Parquet, and what differs between the
    two answers."""
    settings = own(var)
    path = current_file(settings)
    assert path is not None, "nothing is published in this store"
    store, found = Clocked(path, settings), []
    with closing(raw.open_lake(settings)) as lake:
        for pair in raw.pairs(store):
            rolled = min(_asked(pair, store) for _ in range(ROUNDS))
            before = time.process_time()
            pair.raw(lake)
            from_raw = time.process_time() - before
            found.append((pair.what, rolled * 1e3, from_raw * 1e3, pair.differ(store, lake)))
    store.close()
    return found


def _asked(pair: raw.Pair, store: Clocked) -> float:
    store.noted.clear()
    pair.rolled(store)
    return sum(sum(times) for times in store.noted.values())


def against_raw(var: Path, run: Run) -> Iterator[Line]:
    """A line for each question that is asked of raw Parquet too; one that is answered differently has failed."""
    for what, rolled, from_raw, odd in run(compare, var).result:
        yield Line("raw", what, rolled, "CPU ms", ratio=rolled / from_raw, rival=f"raw Parquet, {from_raw:,.0f} ms",
                   note=f"answers differ: {odd}" if odd else "equal", failed=bool(odd))  # fmt: skip


def facts(var: Path) -> dict[str, Any]:
    """What the store holds."""
    store = open_store(own(var))
    assert store is not None
    meta = store.meta
    store.close()
    return {"events": meta.events, "users": meta.users, "items": meta.items, "first": str(meta.first_day),
            "last": str(meta.last_day)}  # fmt: skip
