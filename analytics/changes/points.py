"""When the level of series changed, from what to what, and how sure that is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from analytics.changes.fitting import fit
from analytics.changes.scaled import scaled
from analytics.changes.table import counts_table, values_table
from analytics.changes.telling import told
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
SIZES = ("before", "after", "change", "low", "high", "ratio")


class Changes(NamedTuple):
    """The changes found, and what was said of every line that was looked at."""

    points: pl.DataFrame
    lines: pl.DataFrame


def change_points(frame: pl.DataFrame, *, grain: str = "week", family: int | None = None) -> Changes:
    """The changes of level of every line of a frame id, start, events, total, or id, start, value.

    Season and levels are fitted together (`analytics.changes.fitting.fit`), on a scale on which counts scatter alike
    (`analytics.changes.scale`); values are taken as they are. The season is two Fourier pairs of the year where
    the series is a year long (`analytics.changes.terms.season`), else none, and by day the days of the week.
    A level lasts at least 3 weeks or 14 days; a single odd period is drawn near its neighbours first. A slow trend is
    found as a staircase. The last 800 periods are judged. Missing periods are left out.
    family: the lines that one false change would be one too many for; all that can be judged, unless given. One line
    of noise alone shows a change in about 1 of 200 series with family = 1.

    points, in the order of the lines, oldest change first:
    at: the first period of the new level; earliest, latest: its 95 % interval. before, after: the share (the value)
    that the whole series would have on average, with its season, at either level. change: after / before - 1 (after -
    before of values), null where before is 0; low, high: its 95 % interval, given the place and what was found (in
    simulations it held 90 to 95 % of sizes, and that of the date 97 %). ratio: what the change explains / the penalty
    that it had to beat. season: known, allowed for or not known.
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
    about_season, columns = season(table.periods, grain), terms(table.first, table.periods, grain)
    judged = np.flatnonzero(enough)
    level, memory, changes = np.full(len(main), np.nan), np.full(len(main), np.nan), np.zeros(len(main), dtype=int)
    rows: list[dict[str, Any]] = []
    for place in range(0, len(judged), TOGETHER):
        lines = judged[place : place + TOGETHER]
        part = scaled(table, lines)
        found = fit(
            part.values, columns, least=LEAST[grain], floor=part.floor, family=len(judged) if family is None else family
        )
        memory[lines], changes[lines] = found.memory, found.starts.sum(axis=1)
        newest = part.values - found.level + found.level[:, -1:]
        level[lines] = part.back(newest, np.arange(len(lines)))
        rows += [{**row, "line": lines[row["line"]]} for row in told(part, found, columns)]
    dates = {name: [table.start(row[name]) for row in rows] for name in ("at", "earliest", "latest")}
    points = pl.DataFrame({
        "id": table.ids.gather([row["line"] for row in rows]), **dates,
        **{name: pl.Series([row[name] for row in rows], dtype=pl.Float64) for name in SIZES},
        "season": pl.repeat(about_season, len(rows), dtype=pl.Utf8, eager=True),
    })  # fmt: skip
    verdict = np.where(~enough, "not enough data", np.where(changes > 0, "changed", "no clear change"))
    summary = pl.DataFrame({
        "id": table.ids, "verdict": verdict, "changes": changes, "season": about_season, "periods": known,
        "missing": table.periods - known, "level": level, "memory": memory,
    })  # fmt: skip
    summary = summary.with_columns(pl.col("level", "memory").fill_nan(None))
    return Changes(points.cast(POINT_SCHEMA), summary.cast(LINE_SCHEMA))  # type: ignore[arg-type]
