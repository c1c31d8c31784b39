"""Whether changes are found in series, and only those, beside what others do in the same series."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from analytics.changes import change_points
from analytics.changes.terms import season as season_of
from benchmarks.change_lines import Size, weeks_of
from benchmarks.change_rivals import cuts_after_stl, plain_cuts
from benchmarks.change_worlds import ENDS, as_frame, levels, value_frame, wandering, waves, week
from benchmarks.lines import Line, rate

CELLS = [(season, rho) for season in (0.0, 2.0) for rho in (0.0, 0.4)]
PLACED = {2.0: 0.70, 3.0: 0.93}
Cuts = Callable[[np.ndarray], np.ndarray]


def ours(values: np.ndarray) -> np.ndarray:
    """The starts of new levels found by `change_points`, series by series."""
    found = change_points(value_frame(values), family=1).points
    starts = np.zeros(values.shape, dtype=bool)
    starts[found["id"].cast(pl.Int64).to_numpy(), weeks_of(found["at"])] = True
    return starts


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
