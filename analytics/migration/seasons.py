"""What everybody's interests do from period to period, to be taken out of each person's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple, cast

import numpy as np
import polars as pl

from analytics.migration.halves import HALVES, Array, halved
from analytics.migration.mixes import Space, points, summed
from data.errors import InputError

DOUBT = 10.0
"""Events at which the season of an interest is believed half: their noise, 1 / sqrt(10) or 30 %, is as large as what
seasons usually do to an interest."""
PASSES, ROUNDS = 3, 8
"""Of proportional fitting, after which nothing moves that matters."""
TINY = 1e-6
"""In place of no events at all."""


def without_season(rows: pl.DataFrame, space: Space, population: pl.DataFrame) -> pl.DataFrame:
    """The rows with w, n without the season: w = n (N_t q_k + c) / (n_tk + c).

    n_tk: everybody's events of period t in interest k, N_t in all, q the base mix, c 10 events. An interest that
    everybody takes up twice as much in a period counts half. `rows` and `population` carry k (`mixes.numbered`).
    """
    season = overall(population, space)
    found = rows.join(season, on=["period", "k"], how="left")
    return found.with_columns(w=pl.col("n") * pl.col("factor").fill_null(1.0)).drop("factor")


def overall(population: pl.DataFrame, space: Space) -> pl.DataFrame:
    """The factor of each period and interest: period, k, factor."""
    seen = population.group_by("period", "k").agg(events=pl.col("n").sum().cast(pl.Float64))
    base = pl.DataFrame({"k": range(len(space.base)), "q": space.base}, schema={"k": pl.Int64, "q": pl.Float64})
    expected = pl.col("events").sum().over("period") * pl.col("q")
    found = seen.join(base, on="k").with_columns(factor=(expected + DOUBT) / (pl.col("events") + DOUBT))
    return found.select("period", "k", "factor").sort("period", "k")


class Compared(NamedTuple):
    """The seasons of everybody who is compared at two stages."""

    people: pl.DataFrame
    """user, pair: which two periods somebody's stages are."""
    factors: Array
    """`of_pair` of each pair."""


def compared(rows: pl.DataFrame, population: pl.DataFrame, space: Space) -> Compared:
    """The seasons of the people of `rows`: user, side (0 before, 1 after), period."""
    stages = rows.select("user", "side", "period").unique().sort("user", "side")
    if len(stages) != 2 * stages["user"].n_unique():
        raise InputError(
            "A person has several periods at one of the stages that are compared. Use periods and stages of one grain."
        )
    people = stages.group_by("user", maintain_order=True).agg(
        before=pl.col("period").first(), after=pl.col("period").last()
    )
    pairs = people.select("before", "after").unique().sort("before", "after")
    found = [of_pair(population, space, before, after) for before, after in pairs.rows()]
    shape = (0, 2, len(HALVES) + 1, len(space.interests))
    numbers = people.join(pairs.with_row_index("pair"), on=["before", "after"]).select("user", "pair")
    return Compared(numbers, np.stack(found) if found else np.ones(shape))


def comparable(rows: pl.DataFrame, seasons: Compared) -> pl.DataFrame:
    """The rows, of user, side, half (A, B or anything for all visits), k and n, with w: n times the factor,
    brought back to as many events as there were."""
    known = rows.join(seasons.people, on="user", how="left")
    half = known["half"].replace_strict(dict(zip(HALVES, range(2), strict=True)), default=2, return_dtype=pl.Int64)
    places = [known["pair"].to_numpy(), known["side"].to_numpy(), half.to_numpy(), known["k"].to_numpy()]
    factor = seasons.factors[tuple(np.asarray(each, dtype=np.int64) for each in places)]
    known = known.with_columns(w=pl.col("n") * pl.Series(factor, dtype=pl.Float64)).drop("pair")
    cell = ["user", "side", "half"]
    return known.with_columns(w=pl.col("w") * pl.col("n").sum().over(cell) / pl.col("w").sum().over(cell))


def of_pair(population: pl.DataFrame, space: Space, before: Any, after: Any) -> Array:
    """Factors that make two periods comparable: 2 sides x (half A, half B, all visits) x interests.

    They come from the people of both periods only, each with equally many visits in all four halves, so that
    neither who came nor how often is taken for a season. The factors of half A come from the visits of halves B
    and the other way round: an error in them would else be shared by the halves of a period, which would agree more
    often than halves of two periods although nobody changed. Between the periods lies the mean of both, which is
    brought to the base mix as `overall` does.
    """
    pair = population.filter(pl.col("period").is_in([before, after]))
    pair = pair.filter(pl.col("period").n_unique().over("user") == 2)
    pair = halved(pair, equal=True).with_columns(w=pl.col("n"), side=(pl.col("period") == after).cast(pl.Int8))
    _, sums = summed(pair, ["user", "half", "side"], space)
    seen = sums.reshape(-1, 2, 2, sums.shape[1])
    sources = (seen[:, 1], seen[:, 0], seen.sum(axis=1))
    factors: Array = np.stack([1 / _common(source, space) for source in sources], axis=1)
    return factors * _to_base(population, space, before, after)


def _common(seen: Array, space: Space) -> Array:
    """What everybody's interest in each thing was multiplied by on both sides, from people x 2 x interests of events.

    E_uk = N_u p_uk s_k / sum_j p_uj s_j are the events of a person on one side if only s is new there, p_u being the
    person's mix of both sides without s (`points`). s makes the sums over people what was seen (iterative
    proportional fitting): a plain ratio of shares would be too small where most people buy one thing only, as nobody
    can take up more than everything. log s is multiplied by e / (e + c), e the events expected without a season, c
    10 events.
    """
    size, found = seen.sum(axis=2), seen.sum(axis=0)
    space = replace(space, base=tuple(_shares(found.sum(axis=0)).tolist()))
    factors = np.ones(seen.shape[1:])
    for _ in range(PASSES):
        # What people like is seen without the season, as far as that is known by now.
        calm = seen / factors
        calm *= (size / np.maximum(calm.sum(axis=2), TINY))[:, :, None]
        mixes = points(calm.sum(axis=1), space) ** 2
        for side, factor in enumerate(factors):
            for _ in range(ROUNDS):
                fitted = (size[:, side] / np.maximum(mixes @ factor, TINY)) @ mixes * factor
                factor *= (found[side] + TINY) / (fitted + TINY)
    expected = size.T @ mixes
    believed: Array = expected / (expected + DOUBT)
    return cast(Array, np.exp(believed * np.log(np.maximum(factors, TINY))))


def _shares(sums: Array) -> Array:
    found: Array = (sums + TINY) / (sums + TINY).sum()
    return found


def _to_base(population: pl.DataFrame, space: Space, before: Any, after: Any) -> Array:
    """The geometric mean of the overall factors of two periods."""
    found = np.ones((2, len(space.interests)))
    season = overall(population.filter(pl.col("period").is_in([before, after])), space)
    sides = (season["period"] == after).cast(pl.Int64).to_numpy()
    found[sides, season["k"].to_numpy()] = season["factor"].to_numpy()
    mean: Array = np.sqrt(found.prod(axis=0))
    return mean
