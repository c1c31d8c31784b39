"""Every benchmark of the store and the pages in one table: python -m benchmarks [--size small|full] [--rows N[,N]]
[--only PART,...] [--store DIR | --file FILE] [--folder DIR] [--out FILE]

Makes a planted shop of so many rows, imports it, rolls it up, asks every question of a page, asks some of raw Parquet
as well, and lets users browse. Prints one line for each figure with its budget and its rival, and writes the same as
JSON (default: var/bench/rows-N.json). Several sizes are run one after another; growth is told against the JSON of a
tenth of the size, from this run or an earlier one. --store measures a store that is there already, through links, and
writes nothing to it; --file imports another log. Exit code 1 when a budget is missed or an answer is wrong.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import importing, load, logs, pages, scale
from benchmarks.measuring import Run, alone, machine
from benchmarks.table import Line, report, write
from data.ingest import ImportOptions, ingest
from data.serving import current_file
from data.settings import ROOT

PARTS = ("import", "rollups", "queries", "raw", "pages", "load")
RESULTS = ROOT / "var" / "bench"
GROWTH, GROWTH_FROM, WORTH_MS = 2.0, 100_000_000, 20.0
"""The most that a page query may grow from a tenth of the rows, from which size on; smaller ones are noise."""


@dataclass(frozen=True)
class Size:
    """How much is measured, and how often."""

    rows: int
    rounds: int
    every: int
    """One in so many questions is asked."""
    users: tuple[int, ...]
    seconds: float
    think: float
    reruns: int


SIZES = {
    "small": Size(20_000, 1, 9, (1, 3), 3.0, 0.3, 4),
    "full": Size(1_000_000, 3, 1, load.USERS, load.SECONDS, load.THINK, 30),
}


def run(
    size: Size, parts: Sequence[str], folder: Path, *, store: Path | None = None, file: Path | None = None,
    each: Run = alone, results: Path = RESULTS,
) -> tuple[dict[str, Any], list[Line]]:  # fmt: skip
    """Measure one size in `folder`; comes back with what was measured on which machine, and the lines."""
    began, before = time.monotonic(), machine()
    var = folder / "var"
    lines = list(_lines(size, parts, folder, var, store, file, each))
    about = {
        "rows": size.rows, "parts": list(parts), "store": scale.facts(var) if current_file(scale.own(var)) else None,
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(time.monotonic() - began),
        "machine": {**before, "load_after": machine()["load"]},
    }  # fmt: skip
    return about, [*lines, *growth(size.rows, lines, results)]


def _lines(
    size: Size, parts: Sequence[str], folder: Path, var: Path, store: Path | None, file: Path | None, each: Run
) -> Iterator[Line]:
    if store:
        scale.borrowed(store, var)
    else:
        yield from _filled(size, parts, folder, var, file, each)
    if "rollups" in parts:
        yield from scale.rollups(var, folder, each)
    elif not current_file(scale.own(var)):
        scale.roll_up(var, True)
    if "queries" in parts:
        yield from scale.queries(var, folder, each, size.rounds, size.every)
    if "raw" in parts:
        yield from scale.against_raw(var, each)
    if "pages" in parts:
        yield from pages.lines(var, folder / "pages.log", size.reruns, each)
    if "load" in parts:
        yield from load.measure(var, folder / "load.log", size.users, size.seconds, size.think)


def _filled(size: Size, parts: Sequence[str], folder: Path, var: Path, file: Path | None, each: Run) -> Iterator[Line]:
    """The store with its log in the lake, measured where the import is."""
    made = file or logs.planted(size.rows, folder)
    if "import" in parts and not file:
        yield from importing.measure(made, folder, each, var=var)
    else:
        ingest(scale.own(var), made, ImportOptions(timezone="UTC"))
    if not file:
        made.unlink()


def growth(rows: int, lines: Iterable[Line], results: Path) -> Iterator[Line]:
    """How the figures grew from a tenth of the rows, where that was measured."""
    smaller = results / f"rows-{rows // 10}.json"
    if not smaller.exists():
        return
    past = {(line["part"], line["what"]): line["figure"] for line in json.loads(smaller.read_text())["lines"]}
    grown = [(line.figure / past[key], line) for line in lines if past.get(key := (line.part, line.what))]
    told = [each for each in grown if each[1].part == "queries" and each[1].figure >= WORTH_MS and each[1].unit != "MB"]
    bar = GROWTH if rows >= GROWTH_FROM else None
    against = f"from {rows // 10:,} rows"
    if told:
        most, line = max(told, key=lambda pair: pair[0])
        yield Line("growth", "the query that grew most", most, "times", bar, note=f"{line.what}, {against}")
    for most, line in grown:
        if (line.part == "rollups" and line.unit in ("CPU s", "MB")) or "peak memory" in line.what:
            yield Line("growth", line.what, most, "times", note=against)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=SIZES, default="full", help="small: seconds instead of minutes")
    parser.add_argument("--rows", help="rows of the planted shop, one size or several with commas")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {', '.join(PARTS)}")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--store", type=Path, help="measure this store instead of a new one")
    source.add_argument("--file", type=Path, help="measure a store of this log instead")
    parser.add_argument("--folder", type=Path, help="work and keep everything here instead of in a temporary folder")
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    options = parser.parse_args(arguments)
    parts = options.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--only {','.join(sorted(unknown))}: parts are {', '.join(PARTS)}")
    chosen, missed = SIZES[options.size], False
    for rows in [int(each) for each in str(options.rows or chosen.rows).split(",")]:
        size = Size(rows, *list(vars(chosen).values())[1:])
        with tempfile.TemporaryDirectory(prefix="tideline-bench-") as temporary:
            folder = (options.folder or Path(temporary)).resolve() / f"rows-{rows}"
            folder.mkdir(parents=True)
            about, lines = run(size, parts, folder, store=options.store, file=options.file)
        write(options.out or RESULTS / f"rows-{rows}.json", about, lines)
        print(f"{rows:,} rows, {about['seconds']} s, {about['machine']}")
        print(report(lines), flush=True)
        missed = missed or any(line.met is False for line in lines)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
