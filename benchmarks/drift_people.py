"""Are people called changed who did not change, and are those found who did? python benchmarks/drift_people.py

Each line: what, the figure with its 95 % interval (Wilson's for rates), the bar, met or not. Exit code 1 when a bar is
missed. --quick makes a tenth of the people and runs; --only PART,... some parts; --stores DIR keeps the stores of the
real logs there for the next time.

null     p <= 0.05 of people who stay as they are, at least 20,000 a cell: 20 to 300 events of 20 interests in visits of
         quite different size, events of a visit alike or not; then visits that get shorter, longer, fewer or more
power    people of whom 30 points of their looks turn to one little-used interest, p <= 0.05
found    runs of 20,000 people with enough data, a tenth of them turned by 30 points, 30 events on average: how many of
         those called changed at 10 % are not, how many of the changed are found, and the estimated share that changed
season   everybody's interests swing with the season (log-share SD 0.5, drawn ten times), known from 2,000 others
logs     random halves of each person's visits of Online Retail II (the last 364 days, by theme) and Complete Journey
         (all of it, by category): how often anybody at all is called changed
rivals   the default rules of Evidently and NannyML on the same people
speed    CPU seconds of 100,000 and a million people: from sums, with visits, counted in a store, after an import
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analytics.drift.clumps import chance  # noqa: E402  (the path comes first)
from analytics.drift.discoveries import share_changed  # noqa: E402
from analytics.drift.people import NEAR, drift_of  # noqa: E402
from analytics.drift.sums import SIDES, Block, arrays  # noqa: E402
from analytics.drift.year import year_ratios  # noqa: E402
from analytics.significance import passes  # noqa: E402
from benchmarks.drift_halves import Halves  # noqa: E402
from benchmarks.drift_rivals import RULES  # noqa: E402
from benchmarks.drift_speed import speed  # noqa: E402
from benchmarks.drift_worlds import INTERESTS, NAMES, World, made, mixed  # noqa: E402
from benchmarks.lines import Line, mean, rate  # noqa: E402
from benchmarks.window_logs import complete_journey, online_retail  # noqa: E402

SEED = 20_261
CELLS = tuple(
    World(events, visits, together, even)
    for even in (0.3, 1.0)
    for together in (0.0, 0.45)
    for events, visits in ((20, 6), (30, 6), (30, 10), (50, 6), (50, 17), (100, 6), (100, 33), (300, 6), (300, 100))
)
HABITS = {
    "half as long, twice as many": {"longer": 0.5, "more": 2.0}, "twice as long": {"longer": 2.0},
    "twice as many": {"more": 2.0}, "three times as many, from six": {"more": 3.0},
}  # fmt: skip
WHOLE = 50
"""Splits of a real log in which everybody is looked at as in the product, so that all p-values count."""
POWER = {30: 0.68, 50: 0.90, 100: 0.99}


def p_of(blocks: Iterable[Block]) -> npt.NDArray[np.float64]:
    return drift_of(blocks)["p"].to_numpy().astype(float)


def deff_of(blocks: Sequence[Block]) -> float:
    """The mean design effect of people."""
    return float(np.mean(np.concatenate([chance(arrays(block.people, block.lines)).deff for block in blocks])))


def table_of(blocks: Sequence[Block]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Events before and after of the people of blocks, users x interests."""
    tables = []
    for block in blocks:
        place = block.lines["interest"].replace_strict(NAMES, np.arange(INTERESTS)).to_numpy()
        row = block.lines["user"].to_numpy() - block.people["user"][0]
        table = np.zeros((2, len(block.people), INTERESTS))
        for side, name in enumerate(("before", "after")):
            table[side, row, place] = block.lines[name].to_numpy()
        tables.append(table)
    before, after = np.concatenate(tables, axis=1)
    return before, after


def told(world: World) -> str:
    alike = f"{world.together:.0%} of a visit alike".replace("%", " %") if world.together else "events independent"
    return f"{world.events} events in {world.visits} visits, {alike}, taste {world.even:g}"


def null(users: int, rng: np.random.Generator) -> Iterator[Line]:
    for world in CELLS:
        yield rate(f"p <= .05 unchanged: {told(world)}", p_of(made(rng, world, users)) <= 0.05, around=(0.04, 0.06))
    for together in (0.0, 0.45):
        for name, habit in HABITS.items():
            world = World(48 if "six" not in name else 24, 16 if "six" not in name else 6, together, **habit)
            p = p_of(made(rng, world, users))
            yield rate(f"    visits after {name}: {told(world)}", p <= 0.05)


def power(users: int, rng: np.random.Generator) -> Iterator[Line]:
    """The bar is for events that are independent, in visits of two; visits of one and three beside it."""
    for together, each in ((0.0, 2), (0.0, 1), (0.0, 3), (0.42, 3)):
        for events, least in POWER.items():
            world = World(events, events // each, together)
            deff = deff_of(list(made(rng, world, min(users, 500))))
            p = p_of(made(rng, world, users, points=0.3))
            bar = least if (together, each) == (0.0, 2) else None
            yield rate(f"found, 30 points, design effect {deff:.2f}: {told(world)}", p <= 0.05, least=bar)


def found(runs: int, rng: np.random.Generator, users: int = 20_000) -> Iterator[Line]:
    for together in (0.0, 0.45):
        false, power, share, inside = [], [], [], []
        for _ in range(runs):
            block, moved = mixed(rng, users, together)
            frame = drift_of([block]).sort("user")
            called = (frame["verdict"] == "changed").to_numpy()
            false.append((called & ~moved).sum() / max(called.sum(), 1))
            power.append((called & moved).sum() / moved.sum())
            estimate = share_changed(frame["p"].to_numpy().astype(float))
            assert estimate is not None
            share.append(estimate.share)
            inside.append(estimate.low <= moved.mean() <= estimate.high)
        name = "events independent" if not together else "45 % of a visit alike"
        yield mean(f"false among the called changed at 10 %, {runs} runs, {name}", false, most=0.10)
        yield mean("    part of the changed that is called changed", power)
        yield mean("    estimated share that changed, of a true 0.10", share)
        yield rate("    its intervals that hold the true share", inside)


def season(users: int, rng: np.random.Generator, draws: int = 10) -> Iterator[Line]:
    for together in (0.0, 0.45):
        world = World(50, 17, together)
        aware: list[bool] = []
        blind: list[bool] = []
        for _ in range(draws):
            factors = np.exp(rng.normal(0, 0.5, INTERESTS))
            lines = pl.concat([block.lines for block in made(rng, world, 2000, season=factors)])
            ratio = year_ratios(*(lines.select("user", "interest", n=side) for side in SIDES))
            blocks = list(made(rng, world, users // draws, season=factors))
            aware += (drift_of(blocks, season=ratio)["p"] <= 0.05).to_list()
            blind += (drift_of(blocks)["p"] <= 0.05).to_list()
        yield rate(f"p <= .05 unchanged in season: {told(world)}", aware, most=0.06)
        yield rate("    without taking the season out", blind)


def logs(runs: int, rng: np.random.Generator, folder: Path) -> Iterator[Line]:
    for name, load in (("Complete Journey", complete_journey), ("Online Retail II", online_retail)):
        halves = Halves(load(folder))
        alarms: dict[float, list[bool]] = {0.05: [], 0.10: []}
        below: list[float] = []
        rivals: dict[str, list[float]] = {rule: [] for rule in RULES}
        for run in range(runs):
            after = halves.split(rng)
            # An alarm among thousands needs a p far below a hundredth: who is above 0.02 by sums gives none.
            frame = drift_of([halves.block(after)], near=NEAR if run < WHOLE else 0.02)
            p = frame["p"].drop_nulls().to_numpy()
            for level, seen in alarms.items():
                seen.append(bool(passes(p, level).any()))
            if run < WHOLE:
                below.append(float((p <= 0.05).mean()))
            if run < 20:
                judged = frame.drop_nulls("p")["user"].to_numpy()
                before, later = (side[judged] for side in halves.table(after))
                for rule, flags in RULES.items():
                    rivals[rule].append(float(flags(before, later).mean()))
        yield rate(f"anybody called changed at 5 %, {name}, {len(p)} people halved", alarms[0.05], most=0.05,
                   low_is_enough=True)  # fmt: skip
        yield rate("    at 10 %", alarms[0.10])
        yield mean("    p <= .05", below)
        for rule, seen_by in rivals.items():
            yield mean(f"    called changed by {rule}", seen_by)


def rivals(users: int, rng: np.random.Generator) -> Iterator[Line]:
    for together in (0.0, 0.45):
        for events in (30, 100, 300):
            world = World(events, events // 3, together)
            for what, points in (("unchanged", 0.0), ("30 points", 0.3)):
                blocks = list(made(rng, world, users, points=points))
                before, after = table_of(blocks)
                yield rate(f"{what}: {told(world)}: p <= .05", p_of(blocks) <= 0.05)
                for rule, flags in RULES.items():
                    yield rate(f"    {rule}", flags(before, after))


def lines(parts: Sequence[str], quick: bool, stores: Path) -> Iterator[Line]:
    users, runs, splits = (2_000, 5, 20) if quick else (20_000, 50, 1_000)
    every = {
        "null": lambda rng: null(users, rng), "power": lambda rng: power(users, rng),
        "found": lambda rng: found(runs, rng, users), "season": lambda rng: season(users, rng),
        "rivals": lambda rng: rivals(users // 10, rng), "speed": lambda rng: speed(rng, stores, quick=quick),
        "logs": lambda rng: logs(splits, rng, stores),
    }  # fmt: skip
    unknown = [part for part in parts if part not in every]
    if unknown:
        raise SystemExit(f"There is no part {', '.join(unknown)}. Parts: {', '.join(every)}.")
    for number, (part, make) in enumerate(every.items()):
        if not parts or part in parts:
            yield from make(np.random.default_rng((SEED, number)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the people and runs")
    parser.add_argument("--only", default="", metavar="PART,...", help="some parts")
    parser.add_argument("--stores", type=Path, metavar="DIR", help="where the stores of the real logs lie or are kept")
    options = parser.parse_args(arguments)
    parts = [part for part in options.only.split(",") if part]
    all_met = True
    with tempfile.TemporaryDirectory(prefix="tideline-drift-") as folder:
        for line in lines(parts, options.quick, options.stores or Path(folder)):
            print(line, flush=True)
            all_met &= line.met
    return 0 if all_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
