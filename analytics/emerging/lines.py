"""Which lines suddenly take more of the traffic than they used to."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from analytics.changes.table import DAYS, counts_table
from analytics.choices import chosen
from analytics.emerging.surprise import BEFORE, dispersion, past
from analytics.emerging.tails import TAILS, chance
from data.errors import InputError

EMERGING_SCHEMA = {
    "id": pl.Utf8, "at": pl.Date, "expected": pl.Float64, "found": pl.Int64, "ratio": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "p": pl.Float64, "fired": pl.Boolean,
}  # fmt: skip
LEVEL = 0.001
STEP = {"day": 7, "week": 1}
"""A day is compared with the same days of the weeks before it: every day of the week has its own mix."""
LEAST_FOUND = 5
"""Events below which nothing is reported: three are no trend, however rare three are."""
SAFETY = 4.0
"""phi is not known exactly, and the tail is thicker for it: where lines scatter by 30 %, about three times."""
REACH = 1.96
"""95 % of a normal distribution."""


def emerging(
    frame: pl.DataFrame, *, grain: str = "week", level: float = LEVEL, at: date | None = None, tail: str = "gamma"
) -> pl.DataFrame:
    """Which lines of a frame id, start, events, total took more than chance of the newest period, `at` at the latest.

    expected: the line's share of the 12 known periods before, times the period's total: more traffic alone is no
    news. By day the 12 same days of the weeks before. A line that is new has a past of zeros. p: the chance of at least
    as many events, one-sided, negative binomial with the variance m + phi m^2 and that of the expectation (`past`);
    phi from how far off the line, and all lines, were in up to 52 periods before (`dispersion`), so that seasons and
    slow swings, which make every week a little surprising, make none an alarm. fired: p below `level`, and at least 5
    events. A line that is not known at that time, or in fewer than 12 periods before it, has no p. tail: see `chance`.

    Columns: id, at, expected, found, ratio (found / expected; null where the line had no event before), low, high (its
    95 % interval; of a new line only low), p, fired; smallest p first.
    """
    chosen("tail", tail, TAILS)
    table = counts_table(frame if at is None else frame.filter(pl.col("start") <= at), grain)
    events, total = (table.columns[name][:, ::-1][:, :: STEP[grain]][:, ::-1] for name in ("events", "total"))
    if events.shape[1] <= BEFORE:
        needed, kind = BEFORE * STEP[grain] + 1, f"{grain}s"
        raise InputError(
            f"An emerging interest stands out from {BEFORE} periods before it, which takes {needed} {kind}, found "
            f"{table.periods}. Import a longer stretch, or choose a later end."
        )
    seen = past(events, total)
    phi = dispersion(seen)
    found, mean, before = events[:, -1], np.where(np.isnan(events[:, -1]), np.nan, seen.mean[:, -1]), seen.before[:, -1]
    scatter = phi * (1 + seen.spread[:, -1])
    extra = seen.doubt[:, -1] + scatter * mean**2
    p = chance(found, mean, extra, tail)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = before / seen.total_before[:, -1] * seen.total[:, -1]
        expected = np.where(np.isnan(mean), np.nan, expected)
        reach = np.exp(REACH * np.sqrt(1 / (found + 0.5) + 1 / (before + 0.5) + scatter))
        middle, is_new = (found + 0.5) / mean, before == 0
        ratio, high = np.where(is_new, np.nan, found / expected), np.where(is_new, np.nan, middle * reach)
    answer = pl.DataFrame({
        "id": table.ids, "at": pl.repeat(table.start(table.periods - 1), len(p), dtype=pl.Date, eager=True),
        "expected": expected, "found": found, "ratio": ratio, "low": middle / reach, "high": high, "p": p,
        "fired": (np.nan_to_num(p, nan=1.0) < level) & (found >= LEAST_FOUND),
    })  # fmt: skip
    answer = answer.with_columns(pl.col("expected", "found", "ratio", "low", "high", "p").fill_nan(None))
    return answer.cast(EMERGING_SCHEMA).sort("p", nulls_last=True, maintain_order=True)  # type: ignore[arg-type]


def surges(history: pl.DataFrame, *, grain: str = "week", a_year: float = 1.0) -> pl.DataFrame:
    """The interests worth an alert: `emerging` at a level that all lines and periods of a year share. Columns as there.

    level = `a_year` / 4 / (lines x periods of a year), and never above 0.001: Bonferroni's, for the number of false
    alarms instead of the chance of one. So far out the lognormal tail is the honest one. Replayed over 200 shops of 30
    interests in which nothing happened: 0.4 to 0.5 false alarms a shop and year by week, 0.9 by day, where lines
    scattered by 30 % (benchmarks/changes.py). A rule for `analytics.changes.replay`.
    """
    lines = max(history["id"].n_unique(), 1)
    level = min(LEVEL, a_year / SAFETY * DAYS[grain] / (lines * 365.25))
    return emerging(history, grain=grain, level=level, tail="lognormal").filter("fired")
