"""Users who browse, without a browser: python benchmarks/load.py --store VAR [--users 1,10,50] [--seconds 30]
[--think 5] [--page PAGE] [--json]

Each user is a websocket session of its own against a real server process: it enters by a deep link, changes one filter
twice and back, now and then goes to another page, and thinks between two clicks (--think seconds, half to one and
a half times). What a browser does by itself is done too: the fragment that looks for news is run again as it asks.
Every answer was computed once before, so what is counted is the cost of a cached rerun. A run that raises ends fast, so
a run is an error too when it holds an error element or less than half of what the same click brought one user alone.
Exit code 1 when a bar is missed.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.browserless import Run, Server, Visit, visit  # noqa: E402  (the path comes first)
from benchmarks.measuring import machine, memory_mb  # noqa: E402
from benchmarks.pages import PAGES, RERUN_KB, RERUN_MS, Change, changes  # noqa: E402
from benchmarks.table import Line, report  # noqa: E402

USERS, SECONDS, THINK = (1, 10, 50), 30.0, 5.0
P95_S, SESSION_MB = 1.0, 2.0
OTHER_PAGE, LEAVE = 0.15, 0.05
"""How often a user goes to another page by the menu, or leaves and comes back by a deep link."""
SHARED = ("by", "dates", "segment")
"""What of the address stays when the page changes."""
LEAST = 0.5
"""The part of the usual bytes below which a run has not drawn its page."""
IDLE_SECONDS, ALONE_SECONDS = 9.0, 2.0
Kinds = dict[str, float]
"""What was clicked -> KB that it brings."""


@dataclass
class Phase:
    """What a number of users got in one stretch."""

    users: int
    runs: list[Run] = field(default_factory=list)
    beats: int = 0
    cpu_s: float = 0.0
    """Of the server, without what it uses while nobody is there."""
    beat_ms: float = 0.0
    """CPU of one run of the fragment that looks for news, measured while nobody clicks."""
    rss_mb: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """CPU per rerun, the fragments that run by themselves left out."""
        return (self.cpu_s * 1e3 - self.beats * self.beat_ms) / max(len(self.runs), 1)

    def seconds(self, part: float) -> float:
        """The time within which that part of the reruns ended."""
        found = sorted(run.seconds for run in self.runs)
        return found[min(int(part * len(found)), len(found) - 1)] if found else 0.0


class User:
    """One user: chooses, clicks, thinks."""

    def __init__(self, server: Server, wanted: list[Change], phase: Phase, usual: Kinds, think: float, seed: int):
        self.server, self.wanted, self.phase, self.usual, self.think = server, wanted, phase, usual, think
        self.draw = random.Random(seed)
        self.until = 0.0

    async def browse(self, seconds: float) -> None:
        """Come and go until the time is over."""
        self.until = time.monotonic() + seconds
        await asyncio.sleep(self.draw.uniform(0, self.think))
        while time.monotonic() < self.until:
            entry = self.draw.choice(self.wanted)
            async with visit(self.server, PAGES[entry.page], entry.query, settle=0) as visitor:
                self.note(await visitor.open(), f"open {entry.page}?{entry.query}")
                await self._stay(visitor, entry)

    async def _stay(self, visitor: Visit, entry: Change) -> None:
        place, query = entry.page, entry.query
        while await self._think(visitor):
            chance = self.draw.random()
            if chance < LEAVE:
                return
            pages = sorted({change.page for change in self.wanted})
            if chance < LEAVE + OTHER_PAGE and len(pages) > 1:
                place, query = self.draw.choice([page for page in pages if page != place]), ""
                self.note(await visitor.go(PAGES[place], SHARED), f"go {place}")
                continue
            choices = [change for change in self.wanted if change.page == place and change.query == query]
            if not choices:
                return
            change = self.draw.choice(choices)
            for value in (*change.values, visitor.first[change.label]):
                self.note(await visitor.change(change.label, value), kind(change, value))
                if not await self._think(visitor):
                    return

    async def _think(self, visitor: Visit) -> bool:
        """Wait as long as a person would, with the heartbeat of the page; False once the time is over."""
        until = min(time.monotonic() + self.draw.uniform(0.5, 1.5) * self.think, self.until)
        await beat_until(visitor, self.phase, until)
        return time.monotonic() < self.until

    def note(self, run: Run, what: str) -> None:
        """Keep a run, and what was wrong with it."""
        self.phase.runs.append(run)
        self.phase.problems += [f"{what}: {problem}" for problem in run.problems]
        if run.kb < LEAST * self.usual.get(what, 0):
            self.phase.problems.append(f"{what}: {run.kb:.1f} KB where {self.usual[what]:.1f} KB are usual")


def kind(change: Change, value: object) -> str:
    """The name of one click."""
    return f"{change.page}?{change.query} {change.label} = {value}"


async def beat_until(visitor: Visit, phase: Phase, until: float) -> None:
    """Run again what asks for it, until then."""
    while (now := time.monotonic()) < until:
        wait = min(visitor.beats.values(), default=until - now)
        await asyncio.sleep(min(wait, until - now))
        if now + wait < until:
            for fragment in list(visitor.beats):
                run = await visitor.beat(fragment)
                phase.beats += 1
                phase.problems += [f"heartbeat: {problem}" for problem in run.problems]


async def rehearse(server: Server, wanted: list[Change]) -> tuple[Kinds, dict[str, float]]:
    """Every click once by one user alone, so that it is cached: its KB, and CPU-ms of its second run."""
    usual: Kinds = {}
    cost: dict[str, float] = {}
    for change in wanted:
        async with visit(server, PAGES[change.page], change.query) as visitor:
            usual[f"open {change.page}?{change.query}"] = (await visitor.open()).kb
            for value in (*change.values, visitor.first[change.label]) * 2:
                run = await visitor.change(change.label, value)
                usual[kind(change, value)], cost[kind(change, value)] = run.kb, run.cpu_ms
    async with visit(server, "") as visitor:
        await visitor.open()
        for page, address in PAGES.items():
            usual[f"go {page}"] = (await visitor.go(address, SHARED)).kb
    return usual, cost


async def alone(server: Server) -> float:
    """CPU seconds that the server uses each second while nobody is there."""
    before = server.cpu()
    await asyncio.sleep(ALONE_SECONDS)
    return (server.cpu() - before) / ALONE_SECONDS


async def sitting(server: Server, count: int, phase: Phase, rate: float) -> None:
    """`count` users with an open page and no clicks: what looking for news costs."""

    async def sit() -> None:
        async with visit(server, PAGES["trends"], settle=0) as visitor:
            await visitor.open()
            await opened.wait()
            await beat_until(visitor, phase, time.monotonic() + IDLE_SECONDS)

    opened = asyncio.Event()
    users = [asyncio.create_task(sit()) for _ in range(count)]
    await asyncio.sleep(1 + 0.1 * count)
    before, began = server.cpu(), time.monotonic()
    opened.set()
    await asyncio.gather(*users)
    used = server.cpu() - before - rate * (time.monotonic() - began)
    phase.beat_ms, phase.beats = used * 1e3 / max(phase.beats, 1), 0


async def play(server: Server, wanted: list[Change], usual: Kinds, count: int, seconds: float, think: float) -> Phase:
    """`count` users at once for a while."""
    phase = Phase(count)
    rate = await alone(server)
    await sitting(server, count, phase, rate)
    before, began = server.cpu(), time.monotonic()
    users = [User(server, wanted, phase, usual, think, seed) for seed in range(count)]
    await asyncio.gather(*(user.browse(seconds) for user in users))
    phase.cpu_s = server.cpu() - before - rate * (time.monotonic() - began)
    phase.rss_mb = memory_mb(server.process.pid, "VmRSS")
    return phase


async def run(
    server: Server, wanted: list[Change], users: tuple[int, ...], seconds: float, think: float
) -> Iterator[Line]:
    """All phases, then the heaviest page alone with the largest number of users."""
    usual, cost = await rehearse(server, wanted)
    rss = memory_mb(server.process.pid, "VmRSS")
    lines: list[Line] = []
    for count in users:
        phase = await play(server, wanted, usual, count, seconds, think)
        lines += told(phase, f"{count} users" if count > 1 else "1 user", rss)
    heaviest = max(cost, key=cost.__getitem__).partition("?")[0]
    alone = [change for change in wanted if change.page == heaviest]
    phase = await play(server, alone, usual, max(users), seconds, think)
    return iter([*lines, *told(phase, f"{max(users)} users on {heaviest}, the heaviest page", rss)])


def told(phase: Phase, who: str, rss_before: float) -> Iterator[Line]:
    """The lines of one phase."""
    first = phase.problems[0] if phase.problems else ""
    yield Line("load", f"{who}: cached rerun", phase.cpu_ms, "CPU ms", RERUN_MS, note=f"{len(phase.runs)} reruns")
    yield Line("load", f"{who}: sent per rerun", statistics.fmean(run.kb for run in phase.runs), "KB", RERUN_KB)
    yield Line("load", f"{who}: p50", phase.seconds(0.5), "s")
    yield Line("load", f"{who}: p95", phase.seconds(0.95), "s", P95_S, note=f"load average {machine()['load'][0]}")
    yield Line("load", f"{who}: errors", len(phase.problems), "runs", 0, note=first[:160])
    yield Line("load", f"{who}: one look for news", phase.beat_ms, "CPU ms", note="by itself, every few seconds")
    if phase.users > 1:
        grown = (phase.rss_mb - rss_before) / phase.users
        yield Line("load", f"{who}: memory per session", grown, "MB", SESSION_MB, note=f"server {phase.rss_mb:,.0f} MB")


def measure(
    store: Path, log: Path, users: tuple[int, ...] = USERS, seconds: float = SECONDS, think: float = THINK,
    page: str | None = None,
) -> list[Line]:  # fmt: skip
    """Every line about load on that store, `log` being where the server writes."""
    wanted = [change for change in changes(store) if page in (None, change.page) and not change.opens]
    server = Server(store, log)
    try:
        server.warm_up()
        return list(asyncio.run(run(server, wanted, users, seconds, think)))
    finally:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True, help="the store to serve")
    parser.add_argument("--users", default=",".join(map(str, USERS)), help="how many at once, one phase each")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of a phase")
    parser.add_argument("--think", type=float, default=THINK, help="seconds between two clicks of a user")
    parser.add_argument("--page", choices=sorted({*PAGES} - {"data"}), help="this page alone")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    users = tuple(int(each) for each in options.users.split(","))
    with tempfile.TemporaryDirectory(prefix="tideline-load-") as folder:
        lines = measure(options.store.resolve(), Path(folder) / "app.log", users, options.seconds, options.think,
                        options.page)  # fmt: skip
    if options.json:
        print(json.dumps({"machine": machine(), "lines": [line.as_json() for line in lines]}))
    else:
        print(report(lines))
    return 1 if any(line.met is False for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
