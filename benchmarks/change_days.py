"""The same by day: series with a weekly pattern, and shops in which nothing but the days of the week happens."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import numpy as np
import polars as pl

from analytics.changes import change_points, new_levels, replay
from analytics.emerging import surges
from benchmarks.change_lines import Size, number_a_year
from benchmarks.change_series import CELLS
from benchmarks.change_worlds import FIRST, as_frame, shops_by_day, wandering, waves
from benchmarks.lines import Line, rate

DAYS, ENDS = 730, 60
WEEK = np.array([0.0, 0.0, 0.5, 0.0, 1.0, 3.0, 2.5])


def days(size: Size, seed: int) -> Iterator[Line]:
    count = max(size.series // 8, 10)
    for shift in (0.0, 1.0):
        hits = []
        for number, (season, memory) in enumerate(CELLS):
            rng = np.random.default_rng(seed + number)
            at, place = rng.integers(ENDS, DAYS - ENDS, count), np.arange(DAYS)
            values = wandering(rng, (count, DAYS), memory) + season * waves(rng, (count, DAYS), year=365.25)
            values += WEEK[place % 7] + shift * (place >= at[:, None])
            frame = as_frame([str(line) for line in range(count)], days=1, value=values)
            points = change_points(frame, grain="day", family=1).points
            line = points["id"].cast(pl.Int64).to_numpy()
            off = np.abs((points["at"] - FIRST).dt.total_days().to_numpy() - at[line])
            hits.append(np.isin(np.arange(count), line[off <= 7] if shift else line))
        what = f"{shift:g} s placed within 7 days" if shift else "series that falsely change"
        yield rate(f"by day, {DAYS} days with a weekly pattern: {what}, mean of 4 cells", np.concatenate(hits))
        yield rate(f"by day: {what}, the worst cell", (min if shift else max)(hits, key=np.mean))
    yield from rates_by_day(max(size.shops // 50, 1), max(size.shops // 10, 1), seed)


def rates_by_day(few: int, many: int, seed: int) -> Iterator[Line]:
    """Both alert rules replayed day by day: new levels over the fifth quarter, surges over a year."""
    history = shops_by_day(np.random.default_rng(seed), many)
    shop = history["id"].str.split("-").list.first().cast(pl.Int64)
    last = FIRST + timedelta(days=449)
    found = replay(
        partial(new_levels, grain="day", family=30), history.filter(shop < few), first=last - timedelta(days=91),
        last=last, recent=91, same=28,
    )  # fmt: skip
    yield number_a_year("by day: new levels, a shop and year", found.height, few * 91 / 365)
    rule = partial(surges, grain="day")
    number = sum(
        replay(rule, part.drop("shop"), first=FIRST + timedelta(days=85), same=7).height
        for part in history.with_columns(shop=shop).partition_by("shop")
    )
    yield number_a_year("by day: surges, a shop and year", number, many * (450 - 85) / 365)
