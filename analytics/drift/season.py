"""What the time of year alone does to a mix: ratios of last year's shares, and the events to expect with them."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.drift.moments import Array, Sums

ROUNDS = 20
"""Rounds of fitting at most; with ratios from a half to two each leaves a tenth of the error, so 8 to 12 are run."""
CLOSE = 1e-9
"""Part of a person's events by which a fit may still be wrong."""
SETTLED = 50
"""Steps to find the spread of the true ratios; it is known to a millionth long before."""


def season_ratios(year: pl.DataFrame) -> pl.DataFrame:
    """How each interest's share changes with the season: [interest, ratio], the sure ones as seen, others nearer to 1.

    `year` [interest, before, after, squares_before, squares_after]: events of the same two windows 364 days earlier,
    and the sums over people of the squares of each person's events there.

    l_k = ln of (share after / share before), half an event added to each count. Its variance is s_k^2 = sum of
    squares / events^2 of both windows: with people as units, since one of them can make a season of a rare interest;
    never below 1 / events. True log ratios are taken to spread around 0 with variance T (empirical Bayes), found
    from sum_k l_k^2 / (s_k^2 + T) = number of interests (Paule and Mandel 1982), 0 where the l_k spread no more than
    their errors. ratio = exp(l_k T / (T + s_k^2)).
    """
    log, square = _logs(year, *_totals(year))
    shrunk = log * _kept(square, _spread(log, square))
    return year.select("interest", ratio=pl.Series(np.exp(shrunk), dtype=pl.Float64))


def ratios_of_others(year: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """The same ratios for each of many people, of everybody else: [user, interest, ratio], to be used as `season`.

    `own` [user, interest, before, after]: what each of them did a year earlier. Rows without a user hold for whoever
    has none of the own. Where others did nothing in an interest, its ratio is 1.
    """
    everybody = season_ratios(year)
    totals = _totals(year)
    spread = _spread(*_logs(year, *totals))
    rest = own.join(year, on="interest", suffix="_all").select(
        "user",
        "interest",
        *((pl.col(f"{side}_all") - pl.col(side)).alias(side) for side in ("before", "after")),
        *((pl.col(f"squares_{side}") - pl.col(side) ** 2).alias(f"squares_{side}") for side in ("before", "after")),
    )
    log, square = _logs(rest, *totals)
    kept = np.where((rest["before"] + rest["after"]).to_numpy() > 0, _kept(square, spread), 0.0)
    rest = rest.select("user", "interest", ratio=pl.Series(np.exp(log * kept), dtype=pl.Float64))
    return pl.concat([everybody.select(pl.lit(None, rest.schema["user"]).alias("user"), "interest", "ratio"), rest])


def expected_after(sums: Sums, ratio: Array) -> Array:
    """The events after that each of a person's interests would have if only the season had changed anything.

    E_1k + E_2k = t_k, sum_k E_2k = n2, E_2k / E_1k in proportion to `ratio`: iterative proportional fitting (Deming and
    Stephan 1940) from (1, ratio), where the person's share of time before is 1 / (1 + factor x ratio_k) and a
    round scales the factor until the windows have their totals. Ratios count relative to each other only.
    """
    events = sums.before + sums.after
    n1, n2 = sums.n1, sums.n2
    factor = n2 / n1 * sums.added(events) / np.maximum(sums.added(events * ratio), np.finfo(float).tiny)
    expected = events
    for _ in range(ROUNDS):
        odds = sums.spread(factor) * ratio
        expected = events * (odds / (1 + odds))
        found = sums.added(expected)
        if bool((np.abs(found - n2) <= CLOSE * (n1 + n2)).all()):
            break
        factor = factor * (n2 / found) * ((n1 + n2 - found) / n1)
    return expected


def _totals(year: pl.DataFrame) -> tuple[float, float]:
    return float(year["before"].sum()), float(year["after"].sum())


def _logs(counts: pl.DataFrame, before: float, after: float) -> tuple[Array, Array]:
    """The log ratio of each row's shares, and its variance."""
    log, square = np.zeros(len(counts)), np.zeros(len(counts))
    for side, total, sign in (("before", before, -1.0), ("after", after, 1.0)):
        events = counts[side].to_numpy().astype(float) + 0.5
        log += sign * np.log(events / (total + 0.5))
        square += np.maximum(counts[f"squares_{side}"].to_numpy() / events**2, 1 / events)
    return log, square


def _spread(log: Array, square: Array) -> float:
    """T: the variance of the true log ratios around 0, by halving an interval that holds it."""
    low, high = 0.0, float((log**2).max(initial=0.0))
    if (log**2 / square).sum() <= len(log):
        return 0.0
    for _ in range(SETTLED):
        middle = (low + high) / 2
        low, high = (middle, high) if (log**2 / (square + middle)).sum() > len(log) else (low, middle)
    return (low + high) / 2


def _kept(square: Array, spread: float) -> Array:
    """The part of each log ratio that is kept."""
    kept: Array = spread / (spread + square)
    return kept
