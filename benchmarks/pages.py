"""What a page costs the server: python benchmarks/pages.py [--store VAR] [--runs N] [--elements] [--json]

Starts the app, opens each page by its address (first load), then changes one filter back and forth between two values
whose answers are cached, and takes the median of the dearer one: KB that the browser receives, and CPU-ms of the server
process, its garbage collection included. A control inside a fragment reruns that fragment alone. Without --store, the
Online Retail II sample is loaded into a temporary store without the language model. Exit code 1 when a bar is missed
or anything failed on a page.
"""

import argparse
import asyncio
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analytics.person import listed  # noqa: E402  (the path comes first)
from analytics.segments import segment_values  # noqa: E402
from benchmarks.browserless import Run, Server, visit  # noqa: E402
from benchmarks.measuring import Run as Alone  # noqa: E402
from benchmarks.questions import LARGEST_SQL  # noqa: E402
from benchmarks.table import Line  # noqa: E402
from data.pipeline import load_sample  # noqa: E402
from data.scope import Scope  # noqa: E402
from data.settings import Settings  # noqa: E402
from data.store import open_store  # noqa: E402
from pages.shared.wording import code  # noqa: E402

FIRST_KB, RERUN_KB, RERUN_MS, GC_MS = 500.0, 150.0, 40.0, 2.0
PAGES = {"home": "", **{name: name for name in ("data", "trends", "drift", "cohorts", "alerts", "models", "people")}}
"""Page -> address. The default page has none of its own."""
LARGEST = 4


@dataclass(frozen=True)
class Change:
    """One filter changed on one page."""

    page: str
    label: str
    values: tuple[str | list[str] | bool, str | list[str] | bool]
    query: str = ""
    opens: str = ""
    """How the label of an expander begins that is opened first."""


CHANGES = (
    Change("home", "People", (["{people0}"], ["{people1}"])),
    Change("home", "Interests by", ("item", "{segment}")),
    Change("trends", "Metric", ("events", "share")),
    Change("trends", "Grain", ("month", "week")),
    Change("trends", "Grain", ("day", "week")),
    Change("trends", "Compare with", ("last-year", "nothing")),
    Change("trends", "Index", (True, False)),
    Change("trends", "Order", ("largest", "rising")),
    Change("trends", "Metric", ("events", "share"), "interest={interest}"),
    Change("trends", "Grain", ("day", "week"), "interest={interest}"),
    Change("trends", "People", (["{people0}"], ["{people1}"])),
    Change("trends", "Interests by", ("item", "{segment}")),
    Change("trends", "Metric", ("events", "share"), "interest={interest}", opens="What goes with"),
    Change("trends", "People", (["{people0}"], ["{people1}"]), "interest={interest}", opens="What goes with"),
    Change("drift", "Days of each window", ("28", "91")),
    Change("drift", "False names on the list, at most", ("5 %", "20 %")),
    Change("drift", "False names on the list, at most", ("5 %", "20 %"), "interest={interest}"),
    Change("drift", "People", (["{people0}"], ["{people1}"])),
    Change("drift", "People", (["{people0}"], ["{people1}"]), opens="How long interest lasts"),
    Change("cohorts", "Periods", ("quarter", "month")),
    Change("cohorts", "Show", ("value", "retention")),
    Change("cohorts", "Show", ("mix", "lifecycle")),
    Change("cohorts", "Periods", ("quarter", "month"), "view=mix"),
    Change("cohorts", "People", (["{people0}"], ["{people1}"])),
    Change("cohorts", "Steps by", ("age", "date"), "view=migration&cohort=quarter"),
    Change("cohorts", "Periods", ("quarter", "month"), "view=migration"),
    Change("cohorts", "People", (["{people0}"], ["{people1}"]), "view=migration&cohort=quarter"),
    Change("alerts", "Tell me when", ("A sudden rise", "A level changes for good")),
    Change("alerts", "Interests by", ("item", "{segment}")),
    Change("alerts", "People", (["{people0}"], ["{people1}"])),
    Change("people", "People", (["{people0}"], ["{people1}"])),
    Change("people", "Days after which an event counts half", ("28", "365"), "person={person}"),
    Change("people", "Interests by", ("item", "{segment}"), "person={person}"),
)


@dataclass
class Row:
    """One line of the table."""

    page: str
    what: str
    kb: float
    kb_bar: float
    cpu_ms: float
    cpu_bar: float | None
    problems: list[str]
    largest: list[tuple[float, str]]

    @property
    def missed(self) -> bool:
        return self.kb > self.kb_bar or bool(self.problems) or (self.cpu_bar is not None and self.cpu_ms > self.cpu_bar)


def changes(var: Path) -> list[Change]:
    """What can be changed in this store: its people and segments filled in, its largest interest and its most active
    person opened."""
    store = open_store(Settings(var=var, themes=False))
    assert store is not None, "nothing is published in this store"
    segments = [name for name in store.meta.segments if name != "cohort"]
    pairs = segment_values(store)
    name = next((name for name in segments if sum(pair[0] == name for pair in pairs) > 2), None)
    people = [f"{segment}: {value}" for segment, value in pairs if segment == name][1:3]
    found = store.query(LARGEST_SQL, {"by": store.meta.default_by})
    busiest = listed(store, Scope())["user_no"][:1].to_list()
    store.close()
    known = {"people0": people[0], "people1": people[1], "segment": str(name)} if name else {}
    if found.height:
        known["interest"] = quote(found["id"][0])
    if busiest:
        known["person"] = code(busiest[0])
    return [filled for change in CHANGES if (filled := _filled(change, known))]


def _filled(change: Change, known: dict[str, str]) -> Change | None:
    """The change with what this store knows in its places; None where it does not."""
    try:
        values = [
            [each.format(**known) for each in value] if isinstance(value, list)
            else value.format(**known) if isinstance(value, str) else value
            for value in change.values
        ]  # fmt: skip
        return replace(change, query=change.query.format(**known), values=(values[0], values[1]))
    except KeyError:
        return None


async def measure(server: Server, wanted: list[Change], runs: int) -> list[Row]:
    """First loads, then every change, each in a session of its own."""
    rows = []
    for page, address in PAGES.items():
        async with visit(server, address) as visitor:
            rows.append(_row(page, "first load", [await visitor.open()], FIRST_KB, None))
    for change in wanted:
        rows.append(await changed(server, change, runs))
    return rows


async def changed(server: Server, change: Change, runs: int) -> Row:
    """One change, warmed for both values first, then made `runs` times."""
    async with visit(server, PAGES[change.page], change.query) as visitor:
        opened = await visitor.open()
        if change.opens:
            expander = next((label for label in visitor.widgets if label.startswith(change.opens)), change.opens)
            if expander in visitor.widgets:
                opened.problems += (await visitor.change(expander, True)).problems
            else:
                opened.problems.append(f"no expander '{expander}' on the page")
        if change.label not in visitor.widgets:
            return Row(change.page, change.label, 0, RERUN_KB, 0, RERUN_MS, ["no such control on the page"], [])
        place = "fragment" if visitor.widgets[change.label][2] else "page"
        for value in (*change.values, *change.values):
            opened.problems += (await visitor.change(change.label, value)).problems
        found = [await visitor.change(change.label, change.values[turn % 2]) for turn in range(runs)]
    shown = " / ".join(", ".join(each) if isinstance(each, list) else str(each) for each in change.values)
    about = ", ".join(filter(None, (change.query, change.opens)))
    what = f"{change.label}: {shown} {f'({about}) ' if about else ''}[{place}]"
    row = _row(change.page, what, found, RERUN_KB, RERUN_MS)
    row.problems = sorted({*row.problems, *opened.problems})
    return row


def _row(page: str, what: str, found: list[Run], kb_bar: float, cpu_bar: float | None) -> Row:
    # Each of the two values has its own median, and the dearer one counts.
    sides = [side for side in (found[0::2], found[1::2]) if side]
    kb = max(statistics.median(run.kb for run in side) for side in sides)
    cpu = max(statistics.median(run.cpu_ms for run in side) for side in sides)
    problems = sorted({problem for run in found for problem in run.problems})
    largest = sorted(max(found, key=lambda run: run.kb).elements, reverse=True)[:LARGEST]
    return Row(page, what, kb, kb_bar, cpu, cpu_bar, problems, largest)


def collected(var: Path) -> float:
    """CPU-ms of one full garbage collection in a process that has drawn every page. To be called in a new process."""
    os.environ["TIDELINE_VAR"] = str(var)
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    for path in sorted((ROOT / "pages").glob("*/*.py")):
        if path.parent.name != "shared" and path.name != "__init__.py":
            app.switch_page(str(path.relative_to(ROOT))).run()
    gc.collect()
    before = time.process_time()
    gc.collect()
    return (time.process_time() - before) * 1e3


def lines(var: Path, log: Path, runs: int, each: Alone) -> Iterator[Line]:
    """Every change of a filter as a line of the table; then the most bytes, and a full garbage collection."""
    server = Server(var, log)
    try:
        server.warm_up()
        rows = asyncio.run(measure(server, changes(var), runs))
    finally:
        server.stop()
    for row in rows:
        note = "; ".join([f"{row.kb:.0f} KB", *row.problems])
        what = f"{row.page}: {row.what}"
        yield Line("pages", what, row.cpu_ms, "CPU ms", row.cpu_bar, note=note, failed=bool(row.problems))
    for what, bar in (("first load", FIRST_KB), ("rerun", RERUN_KB)):
        most = max((row for row in rows if row.kb_bar == bar), key=lambda row: row.kb)
        yield Line("pages", f"most sent by a {what}", most.kb, "KB", bar, note=f"{most.page}: {most.what}")
    yield Line("pages", "a full garbage collection, every page drawn", each(collected, var).result, "CPU ms", GC_MS)


def report(rows: list[Row], elements: bool) -> None:
    """Print the table; below a missed bar, or everywhere with `elements`, the largest elements of a run."""
    print(f"{'page':9}{'KB':>7}{'bar':>5}{'CPU ms':>8}{'bar':>5}  what")
    for row in rows:
        bar = "-" if row.cpu_bar is None else f"{row.cpu_bar:.0f}"
        line = f"{row.page:9}{row.kb:7.1f}{row.kb_bar:5.0f}{row.cpu_ms:8.1f}{bar:>5}  {row.what}"
        print(line + ("  MISSED" if row.missed else ""))
        for problem in row.problems:
            print(f"         failed: {problem}")
        if row.missed or elements:
            print("         largest: " + "; ".join(f"{name} {kb:.1f} KB" for kb, name in row.largest))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, help="the store to serve instead of a temporary one")
    parser.add_argument("--runs", type=int, default=30, help="reruns of each change; the median counts")
    parser.add_argument("--elements", action="store_true", help="the largest elements of every run")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        var = options.store.resolve() if options.store else Path(folder) / "var"
        if not options.store:
            load_sample(Settings(var=var, themes=False), "online-retail-ii")
        server = Server(var, Path(folder) / "app.log")
        try:
            started = server.warm_up()
            rows = asyncio.run(measure(server, changes(var), options.runs))
        finally:
            server.stop()
    if options.json:
        print(json.dumps({"start_cpu_s": started, "rows": [asdict(row) for row in rows]}))
    else:
        print(f"start and first run of the script: {started:.1f} CPU s")
        report(rows, options.elements)
    return 1 if any(row.missed for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
