"""When the level of series changed, from what to what, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.changes.fitting import Fit, fit
from analytics.changes.scale import evened, least_noise, shares
from analytics.changes.sureness import doubts, places, span
from analytics.changes.table import Table, counts_table, values_table
from analytics.changes.terms import season, terms

POINT_SCHEMA = {
    "id": pl.Utf8, "at": pl.Date, "earliest": pl.Date, "latest": pl.Date, "before": pl.Float64, "after": pl.Float64,
    "change": pl.Float64, "low": pl.Float64, "high": pl.Float64, "ratio": pl.Float64, "season": pl.Utf8,
}  # fmt: skip
LINE_SCHEMA = {
    "id": pl.Utf8, "verdict": pl.Utf8, "changes": pl.Int64, "season": pl.Utf8, "periods": pl.Int64,
    "missing": pl.Int64, "level": pl.Float64, "memory": pl.Float64,
}  # fmt: skip
LEAST = {"day": 14, "week": 3}
"""Periods that a level has to last: what is over sooner is a burst (`analytics.emerging`), not a change."""
FEWEST = {"day": 56, "week": 26}
"""Known periods below which a series is not judged: eight times a week's pattern, or half a year."""
LEAST_EVENTS = 50
"""Events in all below which counts are not judged, as of risers."""
MOST_PERIODS = 800
"""The last so many periods are judged; more than two years of days."""
TOGETHER = 500
"""Series fitted in one go: enough to make numpy's calls cheap, few enough to stay below 100 MB."""
REACH = 1.96
"""95 % of a normal distribution."""

Array = npt.NDArray[np.float64]


class Changes(NamedTuple):
    """The changes found, and what was said of every line that was looked at."""

    points: pl.DataFrame
    lines: pl.DataFrame


def change_points(frame: pl.DataFrame, *, grain: str = "week", family: int | None = None) -> Changes:
    """The changes of level of every line of a frame id, start, events, total, or id, start, value.

    Season and levels are fitted together (`analytics.changes.fitting.fit`), on a scale on which counts scatter alike
    (`analytics.changes.scale`); values are taken as they are. The season is one or two Fourier pairs of the year, as
    far as the series is long enough to know it (`analytics.changes.terms.season`), and by day the days of the week.
    A level lasts at least 3 weeks or 14 days; a single odd period is drawn near its neighbours first. A slow trend is
    found as a staircase. The last 800 periods are judged. Missing periods are left out.
    family: the lines that one false change would be one too many for; all that can be judged, unless given. One line
    of noise alone shows a change in about 1 of 200 series with family = 1.

    points, in the order of the lines, oldest change first:
    at: the first period of the new level; earliest, latest: its 95 % interval. before, after: the share (the value)
    that the whole series would have on average, with its season, at either level. change: after / before - 1 (after -
    before of values), null where before is 0; low, high: its 95 % interval, given the place. ratio: what the change
    explains / the penalty that it had to beat. season: known, allowed for or not known.
    lines, in the order of the frame:
    verdict: changed, no clear change, or not enough data (fewer than 26 weeks or 56 days, or 50 events). changes:
    their number. periods, missing: how many are known and not. level: the newest. memory: autocorrelation of the rest.
    """
    counts = "events" in frame.columns
    table = (counts_table if counts else values_table)(frame, grain).last(MOST_PERIODS)
    if not table.ids.len():
        return Changes(pl.DataFrame(schema=POINT_SCHEMA), pl.DataFrame(schema=LINE_SCHEMA))
    main = table.columns["events" if counts else "value"]
    known = (~np.isnan(main)).sum(axis=1)
    enough = known >= FEWEST[grain]
    if counts:
        enough &= np.nansum(main, axis=1) >= LEAST_EVENTS
    known_season = season(table.periods, grain)
    columns, family = terms(table.first, table.periods, grain), int(enough.sum()) if family is None else family
    level, memory, changes = np.full(len(main), np.nan), np.full(len(main), np.nan), np.zeros(len(main), dtype=int)
    rows: list[dict[str, object]] = []
    judged = np.flatnonzero(enough)
    for lines in (judged[place : place + TOGETHER] for place in range(0, len(judged), TOGETHER)):
        scaled, floor, back = (_counts if counts else _values)(table, lines)
        found = fit(scaled, columns, least=LEAST[grain], floor=floor, family=family)
        memory[lines], changes[lines] = found.memory, found.starts.sum(axis=1)
        level[lines] = back(scaled - found.level + found.level[:, -1:], np.arange(len(lines)))
        rows += _rows(table, lines, scaled, found, back, columns, counts)
    points = pl.DataFrame([{**row, "season": known_season} for row in rows], schema=POINT_SCHEMA)
    verdict = np.where(~enough, "not enough data", np.where(changes > 0, "changed", "no clear change"))
    summary = pl.DataFrame({
        "id": table.ids, "verdict": verdict, "changes": changes, "season": known_season, "periods": known,
        "missing": table.periods - known, "level": level, "memory": memory,
    })  # fmt: skip
    return Changes(points, summary.with_columns(pl.col("level", "memory").fill_nan(None)).cast(LINE_SCHEMA))  # type: ignore[arg-type]


Back = Callable[[Array, npt.NDArray[np.int64]], Array]
"""From rows on the scale, and which of the lines each is of, to their means in shares or values."""


def _counts(table: Table, lines: npt.NDArray[np.int64]) -> tuple[Array, Array, Back]:
    events, total = table.columns["events"][lines], table.columns["total"][lines]
    return evened(events, total), least_noise(events, total), lambda values, of: shares(values, total[of])


def _values(table: Table, lines: npt.NDArray[np.int64]) -> tuple[Array, Array, Back]:
    values = table.columns["value"][lines]
    middle = np.nanmean(values, axis=1, keepdims=True)
    # Sums of squares around a mean far away lose digits: what is equal would then differ by them.
    floor = 1e-18 + 1e-18 * np.nanmax(np.abs(values), axis=1) ** 2
    return values - middle, floor, lambda rows, of: np.nanmean(rows, axis=1) + middle[of, 0]


def _rows(
    table: Table, lines: npt.NDArray[np.int64], scaled: Array, found: Fit, back: Back, columns: Array, counts: bool
) -> list[dict[str, object]]:
    """One row a change."""
    row, place = np.nonzero(found.starts)
    if not len(row):
        return []
    old, new = found.level[row, place - 1], found.level[row, place]
    known = ~np.isnan(scaled)
    spans = [span(found.starts[each], at) for each, at in zip(row.tolist(), place.tolist(), strict=True)]
    sizes = np.array([
        (known[each, left:at].sum(), known[each, at:right].sum())
        for each, at, (left, right) in zip(row.tolist(), place.tolist(), spans, strict=True)
    ])  # fmt: skip
    step, weight = new - old, 1 / (1 / sizes).sum(axis=1)
    doubt = np.concatenate([doubts(known[each], found.starts[each], columns) for each in np.unique(row)])
    reach = REACH * np.sqrt(found.noise[row] * doubt)
    flat = scaled[row] - found.level[row]
    levels = [back(flat + level[:, None], row) for level in (old, new, new - reach, new + reach)]
    before, after, low, high = levels
    if counts:
        with np.errstate(divide="ignore", invalid="ignore"):
            change, low, high = (np.where(before > 0, each / before - 1, np.nan) for each in (after, low, high))
    else:
        change, low, high = after - before, low - before, high - before
    ratio = step**2 * weight / found.penalty[row]
    rest = scaled - found.season
    rows: list[dict[str, object]] = []
    for place_of, (each, at, (left, right)) in enumerate(zip(row.tolist(), place.tolist(), spans, strict=True)):
        first, last = places(rest[each, left:right], at - left, found.noise[each])
        rows.append({
            "id": table.ids[int(lines[each])], "at": table.start(at), "earliest": table.start(left + first),
            "latest": table.start(left + last), "before": before[place_of], "after": after[place_of],
            "change": _or_none(change[place_of]), "low": _or_none(low[place_of]), "high": _or_none(high[place_of]),
            "ratio": ratio[place_of],
        })  # fmt: skip
    return rows


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
