"""Are changes and emerging interests found, and only those? python benchmarks/changes.py [--quick] [--only PART,...]

Each line: what, the figure with its 95 % interval, the bar, met or not. Exit code 1 when a bar is missed. Sizes of
changes are in standard deviations of the series' noise; rho is its autocorrelation from week to week.

cells      156 weeks, season of amplitude 0 or 2, rho 0 or 0.4: series without a change in which one is found, and
           changes of 2 and 3 placed within two weeks; mean of the four cells and the worst. Rivals in the same series
short      the same with 60 to 104 weeks, where the season is not known well, and without allowing for it
counts     shares of 3 to 500 events a week and growing traffic; single odd weeks; how often the 95 % intervals hold
delay      weeks until a change is reported when history is replayed, for one line and for a shop of 30
emerging   one week against 12, lines scatter by 22 %: false alarms when the site has half as much traffic again, and a
           week of three times as much found; z-scores of the same counts
rates      200 shops of 30 interests over three years in which nothing happens, replayed week by week: false alarms a
           shop and year of both alert rules, and of the same rules without control over lines and weeks
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analytics.changes import change_points, delays, new_levels, replay  # noqa: E402  (the path comes first)
from analytics.changes.terms import season as season_of  # noqa: E402
from analytics.emerging import emerging, surges  # noqa: E402
from benchmarks.change_rivals import cuts_after_stl, high_z, plain_cuts  # noqa: E402
from benchmarks.change_worlds import (  # noqa: E402
    ENDS,
    FIRST,
    World,
    as_frame,
    levels,
    shops,
    thirteen_weeks,
    value_frame,
    wandering,
    waves,
    week,
)

SEED, Z = 41_000, 1.959964
CELLS = [(season, rho) for season in (0.0, 2.0) for rho in (0.0, 0.4)]
PLACED = {2.0: 0.70, 3.0: 0.93}
BURSTS = {3: 0.20, 10: 0.60, 50: 0.90}
LINES = 30
WORLDS = [
    World("independent weeks, no season", scatter=0.2),
    World("rho 0.4, season of 2 standard deviations", scatter=0.2, memory=0.4, season=2.0),
]
PEAKED = World("the same, a fifth with a peak at Christmas", scatter=0.2, memory=0.4, season=2.0, christmas=0.2)


@dataclass(frozen=True)
class Size:
    """How much is drawn."""

    series: int
    runs: int
    shops: int


FULL, QUICK = Size(2000, 400, 200), Size(40, 15, 2)


@dataclass(frozen=True)
class Line:
    """A figure, its interval, and the bar."""

    what: str
    figure: float
    low: float
    high: float
    bar: str = ""
    met: bool = True

    def __str__(self) -> str:
        verdict = "" if not self.bar else f"{self.bar:>9}  {'met' if self.met else 'MISSED'}"
        return f"{self.what:92}{self.figure:8.3f}  ({self.low:.3f} to {self.high:.3f}){verdict}"


def rate(
    what: str, hits: Sequence[bool] | np.ndarray, *, most: float | None = None, least: float | None = None
) -> Line:
    """A rate with Wilson's interval (1927)."""
    n, share = len(hits), float(np.mean(hits))
    middle, reach = share + Z**2 / (2 * n), Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    low, high = (middle - reach) / (1 + Z**2 / n), (middle + reach) / (1 + Z**2 / n)
    if most is not None:
        return Line(what, share, low, high, f"<= {most:g}", share <= most)
    if least is not None:
        return Line(what, share, low, high, f">= {least:g}", share >= least)
    return Line(what, share, low, high)


def number_a_year(what: str, number: int, years: float, *, most: float | None = None) -> Line:
    """A count of events per year with the exact interval of a Poisson count (Garwood 1936)."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * number) / 2 if number else 0.0
    high = chi2.ppf(0.975, 2 * number + 2) / 2
    figure = number / years
    bar, met = ("", True) if most is None else (f"<= {most:g}", figure <= most)
    return Line(what, figure, float(low / years), float(high / years), bar, met)


Cuts = Callable[[np.ndarray], np.ndarray]


def ours(values: np.ndarray) -> np.ndarray:
    """The starts of new levels found by `change_points`, series by series."""
    found = change_points(value_frame(values), family=1).points
    starts = np.zeros(values.shape, dtype=bool)
    starts[found["id"].cast(pl.Int64).to_numpy(), weeks_of(found["at"])] = True
    return starts


def weeks_of(dates: pl.Series) -> np.ndarray:
    return ((dates - FIRST).dt.total_days() // 7).to_numpy()


def near(starts: np.ndarray, at: np.ndarray, within: int = 2) -> np.ndarray:
    """Whether any level of each series begins within some weeks of the truth."""
    off = np.abs(np.arange(starts.shape[1]) - at[:, None])
    return (starts & (off <= within)).any(axis=1)


def in_cells(cuts: Cuts, count: int, shift: float, weeks: int, seed: int) -> list[np.ndarray]:
    """Of each of the four cells: whether a change was found (shift = 0), or placed."""
    found = []
    for number, (season, memory) in enumerate(CELLS):
        rng = np.random.default_rng(seed + number)
        values, at = levels(rng, count, weeks=weeks, season=season, memory=memory, shift=shift)
        starts = cuts(values)
        found.append(near(starts, at) if shift else starts.any(axis=1))
    return found


def cells(size: Size, seed: int) -> Iterator[Line]:
    methods: list[tuple[str, Cuts, int]] = [
        ("joint season and levels", ours, size.series),
        ("rival: PELT raw, 2 log(n) s^2", plain_cuts, max(size.series // 4, 10)),
        ("rival: STL, then PELT, 3 log(n) long-run", cuts_after_stl, max(size.series // 20, 10)),
    ]
    for name, cuts, count in methods:
        mine = cuts is ours
        found = in_cells(cuts, count, 0.0, 156, seed)
        yield rate(f"{name}: series that falsely change, mean of 4 cells", np.concatenate(found),
                   most=0.05 if mine else None)  # fmt: skip
        yield rate(f"{name}: the worst cell", max(found, key=np.mean))
        for shift, bar in PLACED.items():
            found = in_cells(cuts, count, shift, 156, seed + 10 * int(shift))
            yield rate(f"{name}: {shift:g} s placed within 2 weeks, mean of 4 cells", np.concatenate(found),
                       least=bar if mine else None)  # fmt: skip
            yield rate(f"{name}: {shift:g} s, the worst cell", min(found, key=np.mean))


def short(size: Size, seed: int) -> Iterator[Line]:
    count = max(size.series // 4, 20)
    for weeks in (60, 78, 104):
        about = f"{weeks} weeks, season {season_of(weeks, 'week')}"
        found = in_cells(ours, count, 0.0, weeks, seed + weeks)
        yield rate(f"{about}: series that falsely change, mean of 4 cells", np.concatenate(found))
        found = in_cells(ours, count, 3.0, weeks, seed + weeks + 10)
        yield rate(f"{about}: 3 s placed within 2 weeks, mean of 4 cells", np.concatenate(found))
    for weeks in (40, 51):
        found = in_cells(ours, count, 0.0, weeks, seed + weeks)
        yield rate(f"{weeks} weeks, season not known: falsely change without one", np.concatenate(found[:2]))
        yield rate(f"{weeks} weeks, season not known: falsely change with one (alerts keep silent)",
                   np.concatenate(found[2:]))  # fmt: skip


def counted(
    rng: np.random.Generator, count: int, mean: float, ratio: float
) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Shares that scatter by 15 % (rho 0.4) under a season, traffic growing fourfold: frame, weeks and signs."""
    shape, place = (count, 156), np.arange(156)
    at, sign = rng.integers(ENDS, 156 - ENDS, count), rng.choice([-1, 1], count)
    log = 0.15 * wandering(rng, shape, 0.4) + 0.3 * waves(rng, shape)
    log += np.log(ratio) * sign[:, None] * ((place >= at[:, None]) - 0.5)
    traffic = np.exp(np.log(4) * (place / 156 - 0.5)) * np.exp(rng.normal(0, 0.1, 156))
    total = np.broadcast_to(rng.poisson(30 * mean * traffic), shape)
    ids = [str(line) for line in range(count)]
    return as_frame(ids, events=rng.poisson(mean * traffic * np.exp(log)), total=total), at, sign


def counts(size: Size, seed: int) -> Iterator[Line]:
    count = max(size.series // 4, 20)
    for mean, ratio in ((3, 2.2), (10, 1.8), (50, 1.6), (500, 1.5)):
        rng = np.random.default_rng(seed + mean)
        calm = change_points(counted(rng, count, mean, 1.0)[0], family=1).lines
        yield rate(f"{mean} events a week: series that falsely change", (calm["changes"] > 0).to_numpy())
        frame, at, sign = counted(rng, count, mean, ratio)
        found = change_points(frame, family=1).points.with_columns(pl.col("id").cast(pl.Int64))
        truth = pl.DataFrame({"id": np.arange(count), "truth": [week(place) for place in at],
                              "size": ratio ** sign.astype(float) - 1})  # fmt: skip
        joined = found.join(truth, on="id").with_columns(off=(pl.col("at") - pl.col("truth")).dt.total_days().abs())
        placed = joined.filter(pl.col("off") <= 14)
        yield rate(f"{mean} events a week: times {ratio} placed within 2 weeks",
                   np.isin(np.arange(count), placed["id"].to_numpy()))  # fmt: skip
        close = joined.filter(pl.col("off") <= 56)
        holds = close.select(pl.col("size").is_between("low", "high"), pl.col("truth").is_between("earliest", "latest"))
        for what, held in zip(("size", "date"), holds, strict=True):
            yield rate(f"{mean} events a week: 95 % intervals of the {what} that hold it", held.to_numpy())
    rng = np.random.default_rng(seed)
    values = wandering(rng, (count, 156), 0.2)
    for place in (155, 153, 70):
        spiked = values.copy()
        spiked[:, place] += 15
        yield rate(f"one week of 15 s, {156 - place} weeks ago: series that falsely change", ours(spiked).any(axis=1))


def delay(size: Size, seed: int) -> Iterator[Line]:
    count, at = max(size.series // 4, 20), 120
    for family, told in ((1, "one line"), (LINES, f"a shop of {LINES}")):
        for shift in PLACED:
            everything = []
            for number, (season, memory) in enumerate(CELLS):
                rng = np.random.default_rng(seed + number)
                values = levels(rng, count, weeks=145, season=season, memory=memory, shift=0.0)[0]
                history = value_frame(values + shift * (np.arange(145) >= at))
                truth = pl.DataFrame({"id": [str(line) for line in range(count)], "at": [week(at)] * count})
                reports = replay(partial(new_levels, family=family), history, first=week(at - 13))
                waited = delays(reports, truth, history)["delay"].cast(pl.Float64).fill_null(np.inf).to_numpy()
                everything.append(waited)
                yield median(f"{told}, {shift:g} s, season {season:g}, rho {memory:g}: weeks until reported", waited)
            waited = np.concatenate(everything)
            yield median(f"{told}, {shift:g} s: weeks until reported, median of all cells", waited)
            yield rate(f"{told}, {shift:g} s: reported within 13 weeks", waited <= 13)


def median(what: str, waited: np.ndarray) -> Line:
    """The median, what was never reported last, with the interval that order statistics give."""
    ordered, reach = np.sort(waited), Z * np.sqrt(len(waited)) / 2
    low, high = (int(np.clip(len(waited) / 2 + sign * reach, 0, len(waited) - 1)) for sign in (-1, 1))
    return Line(what, float(np.median(ordered)), float(ordered[low]), float(ordered[high]))


def emerge(size: Size, seed: int) -> Iterator[Line]:
    rules = {
        "share of traffic, negative binomial": lambda frame: in_order(emerging(frame)),
        "rival: mean and SD, z > 3 on counts": high_z,
        "rival: median and MAD, z > 3 on counts": partial(high_z, robust=True),
    }
    for name, rule in rules.items():
        mine = not name.startswith("rival")
        for told, traffic in (("as before", 1.0), ("half as much again", 1.5)):
            hits = []
            for mean in BURSTS:
                rng = np.random.default_rng(seed + mean)
                found = [rule(thirteen_weeks(rng, mean, traffic=traffic)) for _ in range(size.runs)]
                hits.append(np.concatenate(found))
            yield rate(f"{name}: false alarms, traffic {told}", np.concatenate(hits), most=0.01 if mine else None)
            worst = max(range(len(hits)), key=lambda place: hits[place].mean())
            yield rate(f"{name}: the worst size, {list(BURSTS)[worst]} a week", hits[worst],
                       most=0.01 if mine else None)  # fmt: skip
        for mean, bar in BURSTS.items():
            rng = np.random.default_rng(seed + 100 + mean)
            found = [rule(thirteen_weeks(rng, mean, burst=3.0)) for _ in range(size.runs)]
            yield rate(f"{name}: three times as much found, {mean} a week", np.concatenate(found),
                       least=bar if mine else None)  # fmt: skip


def in_order(found: pl.DataFrame) -> np.ndarray:
    return found.sort(pl.col("id").cast(pl.Int64))["fired"].to_numpy()


def rates(size: Size, seed: int) -> Iterator[Line]:
    for number, world in enumerate([*WORLDS, PEAKED]):
        bar = 1.0 if world in WORLDS else None
        history = shops(np.random.default_rng(seed + number), world, size.shops, lines=LINES)
        years = size.shops * (156 - 52) / 52
        yield from levels_a_year(world, history, years, bar)
        yield from surges_a_year(world, history, size.shops, bar)


def levels_a_year(world: World, history: pl.DataFrame, years: float, bar: float | None) -> Iterator[Line]:
    """Alerts on new levels from the second year on; a shop's lines are judged alone, so all shops go together."""
    for family, told in ((LINES, "new levels"), (1, "new levels, lines not counted")):
        found = replay(partial(new_levels, family=family), history, first=week(52))
        yield number_a_year(f"{world.name}: {told}, a shop and year", found.height, years,
                            most=bar if family > 1 else None)  # fmt: skip
        second = (weeks_of(found["reported"]) < 104).sum() if found.height else 0
        yield number_a_year(f"{world.name}: {told}, in the second year alone", int(second), years / 2)


def surges_a_year(world: World, history: pl.DataFrame, count: int, bar: float | None) -> Iterator[Line]:
    """Alerts on surges from the 13th week on, shop by shop: lines of a shop lend each other their scatter."""
    rules = {"surges": surges, "surges, p < 0.001": lambda seen: emerging(seen).filter("fired")}
    parts = history.with_columns(shop=pl.col("id").str.split("-").list.first()).partition_by("shop")
    for told, rule in rules.items():
        found = sum(replay(rule, part.drop("shop"), first=week(12)).height for part in parts)
        yield number_a_year(f"{world.name}: {told}, a shop and year", found, count * (156 - 12) / 52,
                            most=bar if told == "surges" else None)  # fmt: skip


PARTS: dict[str, Callable[[Size, int], Iterator[Line]]] = {
    "cells": cells, "short": short, "counts": counts, "delay": delay, "emerging": emerge, "rates": rates,
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
