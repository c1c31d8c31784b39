"""When alerts would have come, how often they come for nothing, and which bursts are seen."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

from analytics.changes import delays, new_levels, replay
from analytics.changes.replaying import Rule
from analytics.emerging import emerging, surges
from benchmarks.change_lines import Size, median, number_a_year, weeks_of
from benchmarks.change_rivals import high_z
from benchmarks.change_series import CELLS, PLACED
from benchmarks.change_worlds import World, levels, shops, thirteen_weeks, value_frame, week
from benchmarks.lines import Line, rate

BURSTS = {3: 0.20, 10: 0.60, 50: 0.90}
LINES = 30
WORLDS = [
    World("independent weeks, no season", scatter=0.2),
    World("rho 0.4, season of 2 standard deviations", scatter=0.2, memory=0.4, season=2.0),
]
PEAKED = World("the same, a fifth with a peak at Christmas", scatter=0.2, memory=0.4, season=2.0, christmas=0.2)


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
    """The rules as they are on all shops; without control, and in the world of peaks, on a fifth of them."""
    fewer = max(size.shops // 5, 1)
    for number, world in enumerate([*WORLDS, PEAKED]):
        bar = 1.0 if world in WORLDS else None
        count = size.shops if bar else fewer
        history = shops(np.random.default_rng(seed + number), world, count, lines=LINES)
        yield from levels_a_year(f"{world.name}: new levels", history, LINES, bar)
        yield from surges_a_year(f"{world.name}: surges", history, surges, bar)
        if bar:
            part = history.filter(shop_of(history["id"]) < fewer)
            yield from levels_a_year(f"{world.name}: new levels, lines not counted", part, 1, None)
            yield from surges_a_year(f"{world.name}: p < 0.001", part, fires, None)


def shop_of(ids: pl.Series) -> pl.Series:
    return ids.str.split("-").list.first().cast(pl.Int64)


def fires(seen: pl.DataFrame) -> pl.DataFrame:
    return emerging(seen).filter("fired")


def levels_a_year(what: str, history: pl.DataFrame, family: int, bar: float | None) -> Iterator[Line]:
    """Alerts on new levels from the second year on; a line is judged without the others, so all shops go together."""
    count = shop_of(history["id"]).n_unique()
    found = replay(partial(new_levels, family=family), history, first=week(52))
    yield number_a_year(f"{what}, a shop and year", found.height, count * (156 - 52) / 52, most=bar)
    second = int((weeks_of(found["reported"]) < 104).sum()) if found.height else 0
    yield number_a_year(f"{what}, in the second year alone", second, count)


def surges_a_year(what: str, history: pl.DataFrame, rule: Rule, bar: float | None) -> Iterator[Line]:
    """Alerts on surges from the 13th week on, shop by shop: lines of a shop lend each other their scatter."""
    parts = history.with_columns(shop=shop_of(history["id"])).partition_by("shop")
    found = sum(replay(rule, part.drop("shop"), first=week(12)).height for part in parts)
    yield number_a_year(f"{what}, a shop and year", found, len(parts) * (156 - 12) / 52, most=bar)
