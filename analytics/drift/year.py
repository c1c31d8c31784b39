"""What the time of year does to a mix, from the same two windows a year earlier, and how sure that is."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.drift.moments import Array

FOUND = ("ratio", "error", "chance")
COUNTED = ("before", "after")
PRODUCTS = {
    "bb": ("before", "before"), "ba": ("before", "after"), "aa": ("after", "after"), "b1": ("before", "n1"),
    "b2": ("before", "n2"), "a1": ("after", "n1"), "a2": ("after", "n2"),
}  # fmt: skip
"""Summed over people by interest; n1, n2 are all events of a person before and after."""
WHOLE = {"n11": ("n1", "n1"), "n12": ("n1", "n2"), "n22": ("n2", "n2")}
"""Summed over people."""
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
    sides = [
        frame.filter(pl.col("n") > 0).select("user", "interest", pl.col("n").cast(pl.Float64).alias(side))
        for side, frame in zip(COUNTED, (before, after), strict=True)
    ]
    lines = pl.concat(sides, how="diagonal_relaxed").group_by("user", "interest").agg(pl.col(COUNTED).sum())
    year = year_sums(lines)
    if not min(year.select(pl.col(COUNTED).sum()).row(0)):
        return pl.DataFrame(schema={"interest": year.schema["interest"], **dict.fromkeys(FOUND, pl.Float64)})
    log, square, _ = _centred(year)
    mean, error, chance = shrunk(log, square)
    return pl.DataFrame({"interest": year["interest"], "ratio": np.exp(mean), "error": error, "chance": chance})


def ratios_of_others(year: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """The ratios of `year_ratios` for each of many people, of everybody else: [user, interest, ratio].

    `year`: everybody's sums, as of `year_sums`. `own` [user, interest, before, after, n1, n2]: what some did a year
    earlier, and how much altogether. Rows without a user hold for whoever has none of the own. How many interests have
    a season, its spread and the scale are everybody's. Where others did nothing in an interest, its ratio is 1.
    """
    log, square, middle = _centred(year)
    fitted = _fitted(log, square)
    everybody = year.select("interest", ratio=np.exp(_drawn(log, square, *fitted)[0]))
    parts = own.select("user", "interest", *COUNTED, **_products({**PRODUCTS, **WHOLE}))
    both = parts.join(year, on="interest", suffix="_all")
    rest = both.select(
        "user", "interest", "n1", "n2",
        *((pl.col(f"{name}_all") - pl.col(name)).alias(name) for name in (*COUNTED, *PRODUCTS, *WHOLE)),
    )  # fmt: skip
    log, square = _logs(rest)
    mean = np.where(rest["before"] + rest["after"] > 0, _drawn(log - middle, square, *fitted)[0], 0.0)
    mine = rest.select("user", "interest", ratio=pl.Series(np.exp(mean), dtype=pl.Float64))
    return pl.concat([everybody.select(pl.lit(None, mine.schema["user"]).alias("user"), "interest", "ratio"), mine])


def year_sums(lines: pl.DataFrame) -> pl.DataFrame:
    """What ratios and their errors are made of, from user, interest, before, after: interest, before, after, PRODUCTS,
    and of everybody n1, n2 and WHOLE, in every row the same."""
    people = lines.group_by("user").agg(n1=pl.col("before").sum(), n2=pl.col("after").sum())
    totals = {name: pair.sum() for name, pair in _products(WHOLE).items()}
    each = lines.join(people, on="user").group_by("interest")
    found = each.agg(pl.col(COUNTED).sum(), **{name: pair.sum() for name, pair in _products(PRODUCTS).items()})
    return found.sort("interest").join(people.select(pl.col("n1", "n2").sum(), **totals), how="cross")


def _products(pairs: dict[str, tuple[str, str]]) -> dict[str, pl.Expr]:
    return {name: pl.col(one).cast(pl.Float64) * pl.col(other) for name, (one, other) in pairs.items()}


def _centred(year: pl.DataFrame) -> tuple[Array, Array, float]:
    """l_k told from its weighted median, s_k^2, and that median."""
    log, square = _logs(year)
    order = np.argsort(log)
    weight = np.cumsum(1 / square[order])
    middle = float(log[order][np.searchsorted(weight, weight[-1] / 2)])
    return log - middle, square, middle


def _logs(year: pl.DataFrame) -> tuple[Array, Array]:
    """l_k and s_k^2 of each row."""
    part = {name: year[name].to_numpy().astype(float) for name in year.columns if name not in ("user", "interest")}
    first, second, n1, n2 = part["before"] + 0.5, part["after"] + 0.5, part["n1"], part["n2"]
    log = np.log(second / first) - np.log((n2 + 0.5) / (n1 + 0.5))
    # The square multiplied out: of a_uk / a_k - b_uk / b_k, of n_u2 / n_2 - n_u1 / n_1, and twice their product.
    own = part["aa"] / second**2 - 2 * part["ba"] / (first * second) + part["bb"] / first**2
    total = part["n22"] / n2**2 - 2 * part["n12"] / (n1 * n2) + part["n11"] / n1**2
    both = (
        part["a2"] / (second * n2) - part["a1"] / (second * n1) - part["b2"] / (first * n2) + part["b1"] / (first * n1)
    )
    return log, np.maximum(own - 2 * both + total, 1 / first + 1 / second)


def shrunk(log: Array, square: Array) -> tuple[Array, Array, Array]:
    """Mean and standard deviation of each true log ratio, from what was seen and its variance; and how likely it is
    any but 0."""
    return _drawn(log, square, *_fitted(log, square))


def _fitted(log: Array, square: Array) -> tuple[float, float]:
    """The part of interests that have a season, and the variance of their log ratios."""
    some, spread = 0.5, max(float(np.mean(log**2 - square)), 1e-4)
    for _ in range(ROUNDS):
        likely, kept = _likely(log, square, some, spread)
        some = float(np.clip(likely.mean(), 0.01, 0.99))
        spread = max(float((likely * ((kept * log) ** 2 + kept * square)).sum() / likely.sum()), 1e-6)
    return some, spread


def _drawn(log: Array, square: Array, some: float, spread: float) -> tuple[Array, Array, Array]:
    """`shrunk`, with what `_fitted` found."""
    likely, kept = _likely(log, square, some, spread)
    mean = likely * kept * log
    variance = likely * (kept * square + (kept * log) ** 2) - mean**2
    return mean, np.sqrt(np.maximum(variance, 0.0)), np.maximum(likely, 1e-9)


def _likely(log: Array, square: Array, some: float, spread: float) -> tuple[Array, Array]:
    """How likely each has a season, and the part of its log ratio that is kept if it has."""
    odds = some / (1 - some) * np.sqrt(square / (square + spread))
    likely = 1 / (1 + np.exp(-(log**2) / 2 * (1 / square - 1 / (square + spread))) / odds)
    kept: Array = spread / (square + spread)
    return likely, kept
