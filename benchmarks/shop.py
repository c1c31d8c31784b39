"""What a shop's log of 1.07 million rows costs: python benchmarks/shop.py [--rounds N] [--store VAR] [--json]

Import with receipt, rollups from nothing, and the slowest SQL query behind every question that a page asks, in CPU
seconds of all threads and children, on the Online Retail II sample in a temporary store without the language model;
48 stand-in themes, cut from the items by number, give the questions by theme their usual size. Beside the import
stands the bare rival: DuckDB reading the same file and writing it as Parquet. Exit code 1 when a bar is missed.
"""

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.questions import Clocked, measure  # noqa: E402  (the path comes first)
from data.ingest import ImportOptions, ingest  # noqa: E402
from data.publish import publish  # noqa: E402
from data.serving import current_file  # noqa: E402
from data.settings import Settings  # noqa: E402
from data.sql import literal  # noqa: E402
from data.store import open_store  # noqa: E402
from data.themes import Theme, save_clustering  # noqa: E402

SAMPLE = ROOT / "data" / "samples" / "online_retail_ii.parquet"
BARS = {"import with receipt": 15.0, "rollups from nothing": 10.0, "rollups from nothing, with themes": 10.0}
QUERY_BAR_MS = 100.0
THEMES = 48


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def clocked(step: Callable[..., Any], *arguments: object) -> dict[str, Any]:
    """cpu_s and peak_mb of one step, and what it came back with. To be called in a process of its own."""
    before = cpu()
    result = step(*arguments)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"cpu_s": cpu() - before, "peak_mb": peak // 1024, "result": result}


def load(file: Path, var: Path) -> dict[str, int]:
    """Import the file into an empty store; the receipt's rows."""
    receipt = ingest(Settings(var=var, themes=False), file, ImportOptions(timezone="Europe/London"))
    return dict(receipt["rows"])


def roll_up(var: Path) -> int:
    """Roll up everything from nothing."""
    return publish(Settings(var=var, themes=False), rebuild=True)


def rival(file: Path, target: Path) -> None:
    """DuckDB alone: read the file, write it as Parquet, two threads as the import has."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"copy (from read_parquet({literal(file)})) to {literal(target)} (format parquet, compression zstd)"
        )


def stand_in_themes(var: Path) -> int:
    """Cut the store's items into THEMES themes of equal size, in the order of their ids, which group kindred goods."""
    settings = Settings(var=var, themes=False)
    store = open_store(settings)
    assert store is not None
    items = store.query("select item_id from items order by item_id")["item_id"].to_list()
    store.close()
    ids = [f"T{number:03}" for number in range(THEMES)]
    centroid = np.zeros(384, dtype="float32")
    found = [Theme(each, f"Theme {each}", ("stand", "in"), centroid, len(items) // THEMES, 1.0) for each in ids]
    save_clustering(
        settings, "none", found, [(item, ids[n * THEMES // len(items)], 1.0, "") for n, item in enumerate(items)]
    )
    return len(items)


def ask(var: Path, rounds: int) -> dict[str, Any]:
    """The costs of every question of the published store, by function."""
    settings = Settings(var=var, themes=False)
    path = current_file(settings)
    assert path is not None, "nothing is published in this store"
    store = Clocked(path, settings)
    found = measure(store, rounds)
    store.close()
    return {name: [asdict(cost) for cost in costs] for name, costs in found.items()}


def run(file: Path, folder: Path, rounds: int, given: Path | None = None, *, apart: bool = True) -> dict[str, Any]:
    """Every step; with `apart` each in a process of its own, so that CPU and peak are that step's alone."""

    def alone(step: Callable[..., Any], *arguments: object) -> dict[str, Any]:
        if not apart:
            return clocked(step, *arguments)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(clocked, step, *arguments).result()

    var = folder / "var"
    steps = {
        "DuckDB, Parquet to Parquet": alone(rival, file, folder / "rival.parquet"),
        "import with receipt": alone(load, file, var),
        "rollups from nothing": alone(roll_up, var),
    }
    stand_in_themes(var)
    steps["rollups from nothing, with themes"] = alone(roll_up, var)
    return {"steps": steps, "questions": alone(ask, given or var, rounds)["result"]}


def held(found: Mapping[str, Any]) -> bool:
    """Whether every bar is held."""
    slowest = max(cost["query_ms"] for costs in found["questions"].values() for cost in costs)
    return slowest <= QUERY_BAR_MS and all(found["steps"][name]["cpu_s"] <= bar for name, bar in BARS.items())


def report(found: Mapping[str, Any]) -> None:
    """Print the tables, the slowest first, with each bar beside its figure."""
    bare = found["steps"]["DuckDB, Parquet to Parquet"]["cpu_s"]
    print(f"{'step':36}{'CPU s':>8}{'bar':>8}{'x DuckDB':>10}{'peak MB':>9}")
    for name, step in found["steps"].items():
        bar = BARS.get(name)
        missed = bar is not None and step["cpu_s"] > bar
        shown = f"{bar:.0f}" if bar else "-"
        line = f"{name:36}{step['cpu_s']:8.2f}{shown:>8}{step['cpu_s'] / bare:10.1f}{step['peak_mb']:9}"
        print(line + ("  MISSED" if missed else ""))
    heads = f"{'question':16}{'asked':>6}{'query ms':>10}{'bar':>5}{'answer ms':>11}"
    print(f"\n{heads}  slowest query with / slowest answer with")
    for name, costs in sorted(found["questions"].items(), key=lambda each: -max(c["query_ms"] for c in each[1])):
        slow = max(costs, key=lambda cost: cost["query_ms"])
        whole = max(costs, key=lambda cost: cost["answer_ms"])
        missed = slow["query_ms"] > QUERY_BAR_MS
        line = f"{name:16}{len(costs):6}{slow['query_ms']:10.1f}{QUERY_BAR_MS:5.0f}{whole['answer_ms']:11.1f}"
        print(f"{line}  {slow['about']} / {whole['about']}" + ("  MISSED" if missed else ""))
        if missed:
            print(f"    {slow['sql'][:400]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=SAMPLE, help="the log to import")
    parser.add_argument("--rounds", type=int, default=5, help="times each question is asked; the median counts")
    parser.add_argument("--store", type=Path, help="ask the questions of this published store instead")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        found = run(options.file, Path(folder), options.rounds, options.store)
    if options.json:
        print(json.dumps(found))
    else:
        report(found)
    return 0 if held(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
