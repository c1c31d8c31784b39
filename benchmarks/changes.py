"""Are changes and emerging interests found, and only those? python benchmarks/changes.py [--quick] [--only PART,...]

Each line: what, the figure with its 95 % interval, the bar, met or not. Exit code 1 when a bar is missed. Sizes of
changes are in standard deviations of the series' noise; rho is its autocorrelation from week to week.

cells      156 weeks, season of amplitude 0 or 2, rho 0 or 0.4: series without a change in which one is found, and
           changes of 2 and 3 placed within two weeks; mean of the four cells and the worst; rivals
short      the same with 60 to 104 weeks, where the season is not known well, and without allowing for it
counts     shares of 3 to 500 events a week and growing traffic; single odd weeks; how often the 95 % intervals hold
delay      weeks until a change is reported when history is replayed, for one line and for a shop of 30
emerging   one week against 12, lines scatter by 22 %: false alarms when the site has half as much traffic again, and a
           week of three times as much found; z-scores of the same counts
rates      200 shops of 30 interests over three years in which nothing happens, replayed week by week: false alarms a
           shop and year of both alert rules; without control over lines and weeks, and with peaks at Christmas that two
           pairs of the year cannot follow, in 40 shops
days       two years by day with a weekly pattern: false changes, changes of 1 placed within a week; both alert rules
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.change_alerts import delay, emerge, rates  # noqa: E402  (the path comes first)
from benchmarks.change_days import days  # noqa: E402
from benchmarks.change_lines import Size  # noqa: E402
from benchmarks.change_series import cells, counts, short  # noqa: E402
from benchmarks.lines import Line  # noqa: E402

SEED = 41_000
FULL, QUICK = Size(2000, 400, 200), Size(40, 15, 2)
PARTS: dict[str, Callable[[Size, int], Iterator[Line]]] = {
    "cells": cells, "short": short, "counts": counts, "delay": delay, "emerging": emerge, "rates": rates,
    "days": days,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the series: a look, no measurement")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART,...", help="the parts to run")
    options = parser.parse_args(arguments)
    wanted = options.only.split(",")
    for part in wanted:
        if part not in PARTS:
            parser.error(f"--only {part}: parts are {', '.join(PARTS)}")
    met = True
    for number, (part, lines) in enumerate(PARTS.items()):
        if part not in wanted:
            continue
        for line in lines(QUICK if options.quick else FULL, SEED + 1000 * number):
            print(line, flush=True)
            met &= line.met
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
