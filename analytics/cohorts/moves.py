"""What a cohort moved to since it came, beyond what others do as they age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.choices import ASIDE
from analytics.cohorts.mix import Mixes, mixes
from analytics.people import people
from analytics.periods import shift
from analytics.significance import passes
from data.scope import Scope
from data.store import Store

OWN_SQL = """
WITH own AS (
    SELECT d.u, d.id, coalesce(sum(d.events) FILTER (d.day < $second), 0)::BIGINT AS e1,
        coalesce(sum(d.events) FILTER (d.day >= $second), 0)::BIGINT AS e2
    FROM user_day d JOIN users u ON u.u = d.u
    WHERE d."by" = $by AND d.events > 0 AND d.day >= $start AND d.day < $end AND d.u % $every = 0
        AND date_trunc($grain, u.cohort_day)::DATE = $start {filters}
    GROUP BY d.u, d.id
), people AS (
    SELECT u, sum(e1)::BIGINT AS p1, sum(e2)::BIGINT AS p2 FROM own GROUP BY u
), whole AS (
    SELECT sum(p1 * p1)::DOUBLE AS p11, sum(p1 * p2)::DOUBLE AS p12, sum(p2 * p2)::DOUBLE AS p22 FROM people
)
SELECT o.id, sum(e1 * e1)::DOUBLE AS e11, sum(e1 * e2)::DOUBLE AS e12, sum(e2 * e2)::DOUBLE AS e22,
    sum(e1 * p1)::DOUBLE AS e1p1, sum(e1 * p2)::DOUBLE AS e1p2, sum(e2 * p1)::DOUBLE AS e2p1,
    sum(e2 * p2)::DOUBLE AS e2p2, any_value(w.p11) AS p11, any_value(w.p12) AS p12, any_value(w.p22) AS p22
FROM own o JOIN people p ON p.u = o.u CROSS JOIN whole w
GROUP BY o.id
"""
"""Sums of squares and products of people's events, first (1) and later (2), in a line (e) and in all lines (p): whole
numbers, so the order in which they are added up makes no difference, and a line a row however many people there are."""
MOVED_SCHEMA = {
    "id": pl.Utf8, "name": pl.Utf8, "first": pl.Float64, "later": pl.Float64, "others_first": pl.Float64,
    "others_later": pl.Float64, "gain": pl.Float64, "low": pl.Float64, "high": pl.Float64, "clear": pl.Boolean,
    "events_first": pl.Int64, "events_later": pl.Int64,
}  # fmt: skip
LEAST_PEOPLE = 20
"""People of the cohort below which no gain is called clear."""
REACH = 1.96
ROUNDING = 1e-12
ENOUGH = 4_000
"""People from whom V is estimated where a cohort has more; the error is known to a few parts in a hundred then."""


def moved_to(
    store: Store, scope: Scope, *, cohort: str, by: str, start: date, known: Mixes | None = None
) -> pl.DataFrame:
    """What a cohort moved to since its first period, against all other cohorts at the same ages, largest gain first.

    first, later: the line's share of the cohort's events at age 0 and over the later complete ages together;
    others_first, others_later: the same of all other cohorts (see `others_mix`).
    gain = (later - first) - (others_later - others_first), in parts of one.
    low, high: gain -+ 1.96 se. se^2 = V (1 + n / m) with n people in the cohort, m in the others, and
    V = sum over people of ((e_later - later E_later) / sum E_later - (e_first - first E_first) / sum E_first)^2,
    e and E being a person's events in the line and in all lines: the variance of a difference of two ratios with
    the person as unit (Taylor linearisation), so that one large buyer cannot make a move. Others are taken to
    vary as the cohort's own people do. Of a cohort of 8,000 people or more, V is estimated from one in so many that
    4,000 are left.
    clear: passes Benjamini-Hochberg 5 % over all lines, in a cohort of at least 20 people. The season of the first
    period is still in it: whoever came in December leaves Christmas behind.
    `known` is what `mixes` gives for the same cohort and people and all interests, where it was asked already.
    Columns: id, name, first, later, others_first, others_later, gain, low, high, clear, events_first, events_later.
    Empty where the cohort has no complete first and later age.
    """
    everything = replace(scope, interests=())
    known = known or mixes(store, everything, cohort=cohort, by=by, start=start)
    own, rest = known.own.filter("complete"), known.others
    later = own.filter(pl.col("age") > 0)["age"].unique().to_list()
    frame = pl.concat([side.select("id", "name") for side in (own, rest)]).unique("id", maintain_order=True)
    for side, mix in (("", own), ("others_", rest)):
        for when, part in (("first", mix.filter(age=0)), ("later", mix.filter(pl.col("age").is_in(later)))):
            if part.is_empty():
                return pl.DataFrame(schema=MOVED_SCHEMA)
            events = f"{side}events_{when}"
            summed = part.group_by("id").agg(pl.col("events").sum().alias(events))
            summed = summed.with_columns((pl.col(events) / pl.col(events).sum()).alias(side + when))
            frame = frame.join(summed, on="id", how="left", maintain_order="left")
    frame = frame.fill_null(0)
    every = max(known.size // ENOUGH, 1)
    error = _errors(store, everything, cohort, by, start, max(later), every, frame)
    error *= np.sqrt(every * (1 + known.size / max(known.others_size, 1)))
    frame = _judged(frame, error, known.size).filter(~pl.col("id").is_in(ASIDE))
    return frame.filter(pl.col("id").is_in(list(scope.interests))) if scope.interests else frame


def _errors(
    store: Store, scope: Scope, cohort: str, by: str, start: date, last: int, every: int, frame: pl.DataFrame
) -> npt.NDArray[np.float64]:
    """The standard error of later - first of every line of `frame`, with people as units: one in `every` of them."""
    who = people(store, scope, personal=True)
    reach = {"start": start, "second": shift(start, cohort, 1), "end": shift(start, cohort, last + 1)}
    found = store.query(
        OWN_SQL.format(filters=who.where), {"by": by, "grain": cohort, "every": every, **reach, **who.params}
    )
    sums = frame.join(found, on="id", how="left", maintain_order="left").fill_null(0)
    values: dict[str, Any] = {name: sums[name].to_numpy() for name in (*found.columns[1:], "first", "later")}
    values |= {f"t{n}": sums[name].sum() for n, name in ((1, "events_first"), (2, "events_later"))}
    error: npt.NDArray[np.float64] = np.sqrt(_variance(values))
    return error


def _variance(v: dict[str, Any]) -> npt.NDArray[np.float64]:
    """The sum over people of the square in `moved_to`, multiplied out."""
    first, later = v["first"], v["later"]
    t1, t2 = max(float(v["t1"]), 1.0), max(float(v["t2"]), 1.0)
    # Whoever has nothing in a line still counts in the totals, so those are the cohort's in every row.
    p11, p12, p22 = (v[name].max(initial=0) for name in ("p11", "p12", "p22"))
    lines = v["e22"] / t2**2 - 2 * v["e12"] / (t1 * t2) + v["e11"] / t1**2
    both = later / t2 * (v["e2p2"] / t2 - v["e1p2"] / t1) - first / t1 * (v["e2p1"] / t2 - v["e1p1"] / t1)
    whole = later**2 * p22 / t2**2 - 2 * first * later * p12 / (t1 * t2) + first**2 * p11 / t1**2
    parts = v["e22"] / t2**2 + v["e11"] / t1**2 + later**2 * p22 / t2**2 + first**2 * p11 / t1**2
    variance: npt.NDArray[np.float64] = lines - 2 * both + whole
    # Parts that cancel leave rounding behind, and nothing that small is known.
    return np.where(variance > ROUNDING * parts, variance, 0.0)


def _judged(frame: pl.DataFrame, error: npt.NDArray[np.float64], size: int) -> pl.DataFrame:
    """Gains with interval and verdict, largest first."""
    from scipy.special import ndtr

    gain = (pl.col("later") - pl.col("first")) - (pl.col("others_later") - pl.col("others_first"))
    frame = frame.with_columns(gain=gain, error=pl.Series(error))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(error > 0, 2 * ndtr(-np.abs(frame["gain"].to_numpy()) / error), 1.0)
    frame = frame.with_columns(
        low=pl.col("gain") - REACH * pl.col("error"),
        high=pl.col("gain") + REACH * pl.col("error"),
        clear=pl.Series(passes(p)) & (size >= LEAST_PEOPLE),
    )
    kinds = [pl.col(name).cast(kind) for name, kind in MOVED_SCHEMA.items()]
    return frame.sort("gain", descending=True).select(kinds)
