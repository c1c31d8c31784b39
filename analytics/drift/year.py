"""What the time of year does to a mix, from the same two windows a year earlier, and how sure that is."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.drift.mix import Array, Mix, mix

FOUND = ("ratio", "error", "chance")
ROUNDS = 200
"""Of expectation and maximisation; the spread settles to a thousandth within 50 to 150."""


def year_ratios(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """How each interest's share changed with the season: interest, ratio, error (standard error of log ratio), chance.

    before, after: the same two windows 364 days earlier, user, interest, n; of everybody for the whole population, of
    everybody else for a segment.

    l_k = ln of (share after / share before), half an event added to each count, told from the median of all (weighted
    by how sure they are): ratios only count relative to each other. s_k^2 is its variance with people as units: sum_u
    (b_uk / b_k - n_u2 / n_2 - a_uk / a_k + n_u1 / n_1)^2, so that people's stable tastes cancel; at least 1 / a_k + 1 /
    b_k, which independent events have. Either an interest has no season (l = 0), or l is normal around 0 with
    variance T; how many have one, and T, are those that make the l_k most likely (EM; Dempster, Laird and Rubin
    1977). ratio and error are the mean and the deviation of what l then is, chance how likely it is not 0.
    """
    year = mix(before, after)
    if not min(year.sizes):
        return pl.DataFrame(schema={"interest": year.interests.dtype, **dict.fromkeys(FOUND, pl.Float64)})
    log, square = _logs(year)
    order = np.argsort(log)
    weight = np.cumsum(1 / square[order])
    middle = log[order][np.searchsorted(weight, weight[-1] / 2)]
    mean, error, chance = shrunk(log - middle, square)
    return pl.DataFrame({"interest": year.interests, "ratio": np.exp(mean), "error": error, "chance": chance})


def _logs(year: Mix) -> tuple[Array, Array]:
    """l_k and s_k^2."""
    first, second = (year.summed(side) for side in (year.before, year.after))
    log = np.log((second + 0.5) / (first + 0.5)) - np.log((second.sum() + 0.5) / (first.sum() + 0.5))
    total = year.totals[1] - year.totals[0]
    row = (year.after / (second + 0.5)[year.interest]) - (year.before / (first + 0.5)[year.interest])
    # Who has no event in k adds (n_u2 / n_2 - n_u1 / n_1)^2 to the sum.
    square = year.summed(row**2 - 2 * row * total[year.user]) + float(total @ total)
    return log, np.maximum(square, 1 / (first + 0.5) + 1 / (second + 0.5))


def shrunk(log: Array, square: Array) -> tuple[Array, Array, Array]:
    """Mean and standard deviation of each true log ratio, from what was seen and its variance; and how likely it is
    any but 0."""
    some, spread = 0.5, max(float(np.mean(log**2 - square)), 1e-4)
    for _ in range(ROUNDS):
        odds = some / (1 - some) * np.sqrt(square / (square + spread))
        likely = 1 / (1 + np.exp(-(log**2) / 2 * (1 / square - 1 / (square + spread))) / odds)
        kept = spread / (square + spread)
        some = float(np.clip(likely.mean(), 0.01, 0.99))
        spread = max(float((likely * ((kept * log) ** 2 + kept * square)).sum() / likely.sum()), 1e-6)
    mean = likely * kept * log
    variance = likely * (kept * square + (kept * log) ** 2) - mean**2
    return mean, np.sqrt(np.maximum(variance, 0.0)), np.maximum(likely, 1e-9)
