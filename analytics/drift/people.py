"""Who changed: every person with enough events and visits in two windows, tested, with from what to what."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import polars as pl

from analytics.drift.clumps import Judged, chance
from analytics.drift.deals import dealt
from analytics.drift.discoveries import q_values
from analytics.drift.moments import Array, Sums, divergence, gamma_tail, pearson, plain_share
from analytics.drift.season import expected_after
from analytics.drift.sums import SIDES, Block, arrays, summed, visit_arrays
from data.errors import InputError

LEVEL = 0.10
LEAST_EVENTS = 20
LEAST_VISITS = 6
"""Of either window; below, the answer is 'not enough data' and never 'no change'."""
NEAR, CLOSER = 0.15, 0.015
"""Whose p by sums is at most NEAR is looked at visit by visit, and whose p is then at most CLOSER once more, with more
deals. What sums put above NEAR is never at 0.05 in truth but for one in a thousand people."""
FAR = 1e-8
"""So far down more deals change nothing that a list of any length could tell."""
MOST_VISITS = 5_000
"""Whoever comes more often is no customer, and would take more memory than all the others: sums have to do."""
DEALS, MANY_DEALS = 299, 999
"""Each takes about 10 microseconds per 100 deals. Fewer blur p: with 199 power at 30 events is a point lower."""
BLOCK = 50_000
"""People that are tested together: their arrays stay within some hundred megabytes."""
CHANGED, UNCLEAR, TOO_LITTLE = "changed", "no clear change", "not enough data"
PERSON_SCHEMA = {
    "events_before": pl.Int64, "events_after": pl.Int64, "visits_before": pl.Int64, "visits_after": pl.Int64,
    "verdict": pl.Utf8, "statistic": pl.Float64, "effect": pl.Float64, "p": pl.Float64, "q": pl.Float64,
    "from": pl.Utf8, "to": pl.Utf8, "strength": pl.Float64,
}  # fmt: skip
"""Columns of an answer behind `user`; 'from' and 'to' have the type of the interests."""


def user_drift(
    before: pl.DataFrame,
    after: pl.DataFrame,
    *,
    season: pl.DataFrame | None = None,
    level: float = LEVEL,
    least_events: int = LEAST_EVENTS,
    least_visits: int = LEAST_VISITS,
) -> pl.DataFrame:
    """`drift_of` for visits as they are: frames [user, visit, interest, n], one for each window."""
    return drift_of(
        [summed(before, after)], season=season, level=level, least_events=least_events, least_visits=least_visits
    )


def drift_of(
    blocks: Iterable[Block],
    *,
    season: pl.DataFrame | None = None,
    level: float = LEVEL,
    least_events: int = LEAST_EVENTS,
    least_visits: int = LEAST_VISITS,
    near: float = NEAR,
) -> pl.DataFrame:
    """Whether each person's mix of interests changed, clearest first: user and PERSON_SCHEMA.

    `blocks` hold different users each.
    `season` [interest, ratio], or with a column user as `ratios_of_others` gives it: what the time of year alone does
    to shares; an interest without a row keeps its own.

    statistic: X^2 over the design effect of visits (`clumps`). p: its upper tail under no change, first from sums
    (`clumps`); where that is at most `near` and visits are known, from random deals of them (`deals`). q: Benjamini and
    Hochberg's, over all who are tested. verdict: 'changed' where q <= `level`, else 'no clear change'; 'not enough
    data' under `least_events` or `least_visits` in either window, and then everything but the counts is null.
    effect: how far the windows lie apart (`divergence`), less what chance makes of it, in nats, at least 0. from, to:
    the interests with the largest negative and positive residual (`evidence`), null where there is none; strength: what
    the share of 'to' gained, b_k / n2 - a_k / n1, 0.3 being 30 points; with a season what it gained beyond that,
    (b_k - E_2k)(1 / n1 + 1 / n2).
    """
    return called(judged(blocks, season=season, least_events=least_events, least_visits=least_visits, near=near), level)


def judged(
    blocks: Iterable[Block],
    *,
    season: pl.DataFrame | None = None,
    least_events: int = LEAST_EVENTS,
    least_visits: int = LEAST_VISITS,
    near: float = NEAR,
) -> pl.DataFrame:
    """What `drift_of` says of each person that depends on nobody else, to the last digit: all but q and verdict."""
    found = []
    enough = _enough(least_events, least_visits)
    for block in blocks:
        for people in block.people.filter(enough).sort("user").iter_slices(BLOCK):
            lines = block.lines.join(people.select("user"), on="user", how="semi").sort("user", "interest")
            found.append(_judge(Block(people, lines, block.visits), season, near))
        found.append(_unjudged(block.people.filter(~enough), block.lines.schema["interest"]))
    if not found:
        raise InputError("No people were handed in. Give at least one block of people and lines.")
    return pl.concat(found)


def called(frame: pl.DataFrame, level: float = LEVEL) -> pl.DataFrame:
    """The answer of `drift_of` from the people of `judged`."""
    if not 0 < level < 1:
        raise InputError(f"`level` is a rate between 0 and 1, found {level}. Try {LEVEL}.")
    frame = frame.with_columns(q=pl.Series(q_values(frame["p"].to_numpy().astype(float))).fill_nan(None))
    told = pl.when(pl.col("q") <= level).then(pl.lit(CHANGED)).otherwise(pl.lit(UNCLEAR))
    verdict = pl.when(pl.col("p").is_null()).then(pl.lit(TOO_LITTLE)).otherwise(told)
    frame = frame.with_columns(verdict=verdict).select("user", *PERSON_SCHEMA)
    return frame.sort("p", pl.col("effect").neg(), "user", nulls_last=True)


def evidence(block: Block, user: object, season: pl.DataFrame | None = None) -> pl.DataFrame:
    """What one person left and took up, largest gain first.

    before, after: events. share_before, share_after: of that window's. expected: events after if nothing but the
    season had changed. residual: (after - expected) / its standard deviation with visits as units,
    sqrt(deff E_1k E_2k / t_k (N - t_k) / (N - 1)): beyond -2 or 2 an interest stands out, though with many interests
    one may do so by chance.
    Columns: interest, before, after, share_before, share_after, expected, residual.
    """
    one = block.people.filter(user=user)
    if one.is_empty():
        raise InputError(f"There is no user {user} in these windows. Choose one who has events there.")
    own = block.lines.filter(user=user).sort("interest")
    sums = arrays(one, own)
    expected = _expected(sums, own, season)
    frame = own.select(
        "interest",
        *SIDES,
        share_before=pl.col("before") / max(float(sums.n1[0]), 1.0),
        share_after=pl.col("after") / max(float(sums.n2[0]), 1.0),
        expected=pl.Series(expected),
        residual=pl.Series(_residuals(sums, expected, chance(sums))).fill_nan(None),
    )
    return frame.sort("residual", "interest", descending=[True, False], nulls_last=True)


def _enough(least_events: int, least_visits: int) -> pl.Expr:
    """Whether both windows of a person hold enough."""
    least = {"events": least_events, "visits": least_visits}
    return pl.all_horizontal(pl.col(f"{what}_{side}") >= least[what] for what in least for side in SIDES)


def _judge(block: Block, season: pl.DataFrame | None, near: float) -> pl.DataFrame:
    """Everything about people with enough data but q and verdict, which depend on all the others."""
    people, lines = block.people, block.lines
    if people.is_empty():
        return _unjudged(people, lines.schema["interest"])
    sums = arrays(people, lines)
    expected = _expected(sums, lines, season)
    by_chance = chance(sums)
    x2 = pearson(sums, expected)
    p = gamma_tail(x2, by_chance.mean, by_chance.relative_variance)
    again = (p <= near) & (sums.sizes_before[:, 0] + sums.sizes_after[:, 0] <= MOST_VISITS)
    if block.visits is not None and again.any():
        p[again] = _looked_at(block, block.visits, sums, expected, by_chance.rho, again)
    effect = divergence(sums, expected) - np.nan_to_num(by_chance.mean) / (2 * (sums.n1 + sums.n2))
    residual = _residuals(sums, expected, by_chance)
    lost, gained = _place_of(sums, -residual), _place_of(sums, residual)
    gain = (sums.after - expected) * sums.spread(1 / sums.n1 + 1 / sums.n2)
    moved = pl.Series(np.nan_to_num(residual[gained]) > 0)
    interest = lines["interest"]
    statistic = x2 / np.where(by_chance.deff > 0, by_chance.deff, 1.0)
    return people.select(
        "user", *(f"{what}_{side}" for what in ("events", "visits") for side in SIDES)
    ).with_columns(
        pl.Series("statistic", statistic), pl.Series("effect", np.maximum(effect, 0.0)), pl.Series("p", p),
        *(pl.when(moved).then(values).otherwise(None).alias(name) for name, values in (
            ("from", interest[lost]), ("to", interest[gained]), ("strength", pl.Series(gain[gained])))),
    )  # fmt: skip


def _looked_at(
    block: Block,
    visits: Callable[[pl.Series], pl.DataFrame],
    sums: Sums,
    expected: Array,
    rho: Array,
    near: np.ndarray,
) -> Array:
    """p of the people `near`, from their visits."""
    own = np.repeat(near, np.diff(sums.start))
    start = np.concatenate([[0], np.cumsum(np.diff(sums.start)[near])])
    windows = (sums.before + sums.after - expected)[own], expected[own]
    found = visit_arrays(visits(block.people["user"].filter(near)), block.lines.filter(own))
    p = dealt(found, start, windows, rho[near], DEALS, np.arange(len(start) - 1))
    closer = np.flatnonzero((p <= CLOSER) & (p > FAR))
    p[closer] = dealt(found, start, windows, rho[near], MANY_DEALS, closer)
    return p


def _unjudged(people: pl.DataFrame, interest: pl.DataType) -> pl.DataFrame:
    """People without enough data: their counts, and nulls."""
    empty = {"statistic": pl.Float64(), "effect": pl.Float64(), "p": pl.Float64(), "from": interest, "to": interest,
             "strength": pl.Float64()}  # fmt: skip
    return people.select(
        "user",
        *(f"{what}_{side}" for what in ("events", "visits") for side in SIDES),
        *(pl.lit(None, kind).alias(name) for name, kind in empty.items()),
    )


def _expected(sums: Sums, lines: pl.DataFrame, season: pl.DataFrame | None) -> Array:
    """The events after of each line if nothing but the season changed."""
    if season is None:
        return plain_share(sums)
    everybody = season.filter(pl.col("user").is_null()) if "user" in season.columns else season
    own = lines.select("user", "interest").join(
        everybody.select("interest", "ratio"), on="interest", how="left", maintain_order="left"
    )
    if "user" in season.columns:
        single = season.filter(pl.col("user").is_not_null()).select("user", "interest", single="ratio")
        own = own.join(single, on=["user", "interest"], how="left", maintain_order="left")
        own = own.with_columns(ratio=pl.coalesce("single", "ratio"))
    return expected_after(sums, own["ratio"].fill_null(1.0).to_numpy().astype(float))


def _residuals(sums: Sums, expected: Array, by_chance: Judged) -> Array:
    """The signed residual of each line, as `evidence` defines it; NaN where all events are in one interest."""
    n, events = sums.spread(sums.n1 + sums.n2), sums.before + sums.after
    variance = sums.spread(by_chance.deff) * (events - expected) * expected / events * (n - events) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, (sums.after - expected) / np.sqrt(variance), np.nan)


def _place_of(sums: Sums, values: Array) -> np.ndarray:
    """Where each person's largest value stands, the first of equal ones."""
    values = np.where(np.isnan(values), -np.inf, values)
    largest = sums.spread(np.maximum.reduceat(values, sums.start[:-1]))
    places = np.where(values == largest, np.arange(len(values)), len(values))
    return np.minimum.reduceat(places, sums.start[:-1])
