"""Is migration free of noise, and people's memory found? python benchmarks/migration.py [--quick] [--only PART]

Simulated shops whose people never change: the interval of the excess has to hold 0 in 95 of 100, its mean must not be
above 0, and at most 5 % may be told that somebody moved. Shops in which a known part of people is drawn anew: the
interval has to hold it. Shops whose people remember with a known half-life, or keep a known part of what they like.
Then the figures of Complete Journey, loaded into a temporary store. Exit code 1 where a bar is missed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analytics.halflife import GRID, half_life, line_half_lives, persistence, shop_half_life, shop_persistence  # noqa: E402
from analytics.migration import fit, migration, shop_groups, shop_migration  # noqa: E402
from benchmarks.lines import Z, wilson  # noqa: E402
from benchmarks.wanderers import keeping, people, remembering  # noqa: E402
from data import pipeline  # noqa: E402
from data.scope import Scope  # noqa: E402
from data.settings import Settings  # noqa: E402
from data.store import open_store  # noqa: E402

HOLDS, ALARMS, FOUND = 0.95, 0.05, 0.90


@dataclass(frozen=True)
class Bar:
    """One figure with its 95 % interval, and what it had to be."""

    what: str
    value: float
    low: float
    high: float
    wanted: str
    met: bool | None
    """None for a figure that is shown only."""

    def __str__(self) -> str:
        verdict = {True: "met", False: "MISSED", None: "shown"}[self.met]
        return f"{self.what:74} {self.value:7.3f}  ({self.low:.3f} to {self.high:.3f})  {self.wanted:22} {verdict}"


def at_least(what: str, hits: Sequence[bool], bar: float) -> Bar:
    """A rate whose interval has to reach the bar or lie above it."""
    low, high = wilson(sum(hits), len(hits))
    return Bar(what, float(np.mean(hits)), low, high, f"interval reaches {bar:.2f}", high >= bar)


def at_most(what: str, hits: Sequence[bool], bar: float) -> Bar:
    """A rate whose interval has to reach the bar or lie below it."""
    low, high = wilson(sum(hits), len(hits))
    return Bar(what, float(np.mean(hits)), low, high, f"interval from <= {bar:.2f}", low <= bar)


def mean_of(what: str, values: Sequence[float], *, shown: bool = False) -> Bar:
    """A mean that must not lie clearly above 0."""
    reach = Z * np.std(values, ddof=1) / np.sqrt(len(values))
    mean = float(np.mean(values))
    return Bar(what, mean, mean - reach, mean + reach, "not above 0" * (not shown), None if shown else mean <= reach)


def shown(what: str, hits: Sequence[bool]) -> Bar:
    """A rate without a bar."""
    low, high = wilson(sum(hits), len(hits))
    return Bar(what, float(np.mean(hits)), low, high, "", None)


NOBODY: dict[str, dict[str, Any]] = {
    "600 people": {},
    "200 people": {"size": 200},
    "half of them come three times as often after": {"busier": 3.0},
    "a season, log SD 0.5 of each interest": {"season": 0.5},
}


def stayers(seeds: Iterable[int]) -> list[Bar]:
    """Nobody changes."""
    bars, seeds = [], list(seeds)
    for name, knobs in NOBODY.items():
        rows = []
        for seed in seeds:
            visits = people(seed, **knobs)
            found = migration(visits, fit(visits, k=6), 0, 1)
            rows.append({**found.summary.row(0, named=True), "flow": found.flows["clear"].any()})
        strong = name.startswith("a season")
        floor = float(np.mean([row["floor"] for row in rows]))
        bars += [
            at_least(f"nobody moves, {name}: excess holds 0", [row["low"] <= 0 <= row["high"] for row in rows], HOLDS),
            mean_of(f"  mean excess (mean floor {floor:.3f})", [row["excess"] for row in rows], shown=strong),
            at_most("  told 'moved'", [row["verdict"] == "moved" for row in rows], ALARMS),
            at_most("  any flow clear", [row["flow"] for row in rows], ALARMS),
        ]
    return bars


def movers(seeds: Iterable[int]) -> list[Bar]:
    """A known part is drawn anew."""
    bars, seeds = [], list(seeds)
    for anew in (0.05, 0.1, 0.2):
        inside, told = [], []
        for seed in seeds:
            visits = people(seed, anew=anew)
            row = migration(visits, fit(visits, k=6), 0, 1).summary.row(0, named=True)
            inside.append(row["renewed_low"] <= anew <= row["renewed_high"])
            told.append(row["verdict"] == "moved")
        bars.append(at_least(f"{anew:.0%} drawn anew, blurred kinds: 'renewed' holds it", inside, HOLDS))
        bars.append(shown("  told 'moved'", told))
    for anew in (0.05, 0.1, 0.2):
        inside = []
        for seed in seeds:
            visits = people(seed, anew=anew, own=300.0, narrow=0.1, visits=30.0)
            row = migration(visits, fit(visits, k=6), 0, 1).summary.row(0, named=True)
            inside.append(row["low"] <= anew * 5 / 6 <= row["high"])
        bars.append(at_least(f"{anew * 5 / 6:.1%} move, six plain kinds: excess holds it", inside, HOLDS))
    return bars


def memories(seeds: Iterable[int]) -> list[Bar]:
    """People remember with a known half-life."""
    bars, seeds = [], list(seeds)
    for place in (1, 3, 5):
        near, close, lines = [], [], []
        for seed in seeds:
            visits = remembering(seed, GRID[place])
            curve = half_life(visits)
            near.append(abs(int(curve["best"].arg_max() or 0) - place) <= 1)
            close.append(bool(curve["close"][place]))
            own = line_half_lives(visits)
            lines += [abs(GRID.index(h) - place) <= 1 for h in own["half_life"]]
        bars.append(at_least(f"half-life {GRID[place]:.0f} days: chosen, or its neighbour", near, FOUND))
        bars.append(at_least("  not called clearly worse than the one chosen", close, FOUND))
        bars.append(shown("  of single interests: chosen, or its neighbour", lines))
    return bars


def lasting(seeds: Iterable[int]) -> list[Bar]:
    """A known part of what sets people apart stays."""
    bars, seeds = [], list(seeds)
    for stable, half in ((0.5, 3.0), (0.8, 2.0)):
        part, days = [], []
        for seed in seeds:
            row = persistence(keeping(seed, stable, half)).fit.row(0, named=True)
            part.append(row["stable_low"] <= stable <= row["stable_high"])
            days.append(row["half_life_low"] <= 28 * half <= row["half_life_high"])
        bars.append(
            at_least(
                f"{stable:.0%} stays, the rest halves in {28 * half:.0f} days: interval holds the part", part, 0.93
            )
        )
        bars.append(at_least("  interval holds the half-life", days, 0.93))
    return bars


def journey() -> None:
    """Complete Journey beside the figures of another reading of it (reference: 1,112 households a quarter)."""
    with tempfile.TemporaryDirectory(prefix="tideline-migration-") as folder:
        settings = Settings(var=Path(folder) / "var", themes=False)
        pipeline.load_sample(settings, "complete-journey")
        store = open_store(settings)
        assert store is not None
        print("\nComplete Journey, by category, quarters, people of at least 6 visits in both")
        print("reference: apparent .31 .36 .39 .44 for 4, 6, 8, 12 groups, floor .37 .44 .47 .51, excess 1 to 7 points")
        for k in (4, 6, 8, 12):
            groups = shop_groups(store, by="category", k=k)
            summary = shop_migration(store, Scope(), groups, by="category").summary
            for row in summary.iter_rows(named=True):
                excess = f"{row['excess']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"
                seen = f"{row['users']} people, apparent {row['apparent']:.3f}, floor {row['floor']:.3f}"
                print(f"{k:3} groups, {row['period_before']} on: {seen}, excess {excess}, {row['verdict']}")
        found = shop_half_life(store, Scope(), by="category")
        print("half-life (reference: best 180 days, 90 and infinity within .01)")
        for row in found.curve.iter_rows(named=True):
            mark = "  best" if row["best"] else ""
            print(f"  {row['half_life']:5.0f} days: loss {row['loss']:.4f}, {row['difference']:+.4f} "
                  f"({row['low']:+.4f} to {row['high']:+.4f}){mark}")  # fmt: skip
        lasts = shop_persistence(store, Scope(), by="category")
        values = " ".join(f"{value:.2f}" for value in lasts.curve["value"])
        row = lasts.fit.row(0, named=True)
        print("persistence (reference: 1.03 .97 .89 .84 .81 .78 .77 .75 .72 .75 .70; stable .53, half-life 213 days)")
        print(f"  {values}; stable {row['stable']:.2f} ({row['stable_low']:.2f} to {row['stable_high']:.2f})")
        reach = f"{row['half_life_low']:.0f} to {row['half_life_high']:.0f}"
        print(f"  half-life {row['half_life'] or float('inf'):.0f} days ({reach})")
        store.close()


PARTS: dict[str, tuple[Callable[[Iterable[int]], list[Bar]], int, int]] = {
    "stayers": (stayers, 200, 12),
    "movers": (movers, 100, 8),
    "memories": (memories, 40, 4),
    "lasting": (lasting, 60, 6),
}
"""Each part with the seeds it runs over, and those of a quick run."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few seeds of each, and no log")
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts, and no log")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="the first seed")
    options = parser.parse_args(arguments)
    missed = 0
    for name in options.only or PARTS:
        part, seeds, few = PARTS[name]
        began = time.process_time()
        for bar in part(range(options.first, options.first + (few if options.quick else seeds))):
            print(bar, flush=True)
            missed += bar.met is False
        print(f"{name}: {time.process_time() - began:.0f} CPU s", file=sys.stderr)
    if not options.quick and not options.only:
        journey()
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
