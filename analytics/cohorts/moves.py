"""What a cohort moved to since it came, beyond what others do as they age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.choices import ASIDE
from analytics.cohorts.cells import AGE, sizes
from analytics.cohorts.mix import cohort_mix, others_mix
from analytics.people import people
from analytics.significance import passes
from data.scope import Scope
from data.store import Store

OWN_SQL = """
SELECT d.u AS user, d.id, {age} = 0 AS is_first, sum(d.events)::DOUBLE AS events
FROM user_day d JOIN users u ON u.u = d.u
WHERE d."by" = $by AND date_trunc($grain, u.cohort_day)::DATE = $start AND d.day >= date_trunc($grain, u.cohort_day)
    AND {age} <= $last {filters}
GROUP BY ALL
"""
MOVED_SCHEMA = {
    "id": pl.Utf8, "name": pl.Utf8, "first": pl.Float64, "later": pl.Float64, "others_first": pl.Float64,
    "others_later": pl.Float64, "gain": pl.Float64, "low": pl.Float64, "high": pl.Float64, "clear": pl.Boolean,
    "events_first": pl.Int64, "events_later": pl.Int64,
}  # fmt: skip
LEAST_PEOPLE = 20
"""People of the cohort below which no gain is called clear."""
REACH = 1.96


def moved_to(store: Store, scope: Scope, *, cohort: str, by: str, start: date) -> pl.DataFrame:
    """What a cohort moved to since its first period, against all other cohorts at the same ages, largest gain first.

    first, later: the line's share of the cohort's events at age 0 and over the later complete ages together;
    others_first, others_later: the same of all other cohorts (see `others_mix`).
    gain = (later - first) - (others_later - others_first), in parts of one.
    low, high: gain -+ 1.96 se. se^2 = V (1 + n / m) with n people in the cohort, m in the others, and
    V = sum over people of ((e_later - later E_later) / sum E_later - (e_first - first E_first) / sum E_first)^2,
    e and E being a person's events in the line and in all lines: the variance of a difference of two ratios with
    the person as unit (Taylor linearisation), so that one large buyer cannot make a move. Others are taken to
    vary as the cohort's own people do.
    clear: passes Benjamini-Hochberg 5 % over all lines, in a cohort of at least 20 people. The season of the first
    period is still in it: whoever came in December leaves Christmas behind.
    Columns: id, name, first, later, others_first, others_later, gain, low, high, clear, events_first, events_later.
    Empty where the cohort has no complete first and later age.
    """
    everything = replace(scope, interests=())
    own = cohort_mix(store, everything, cohort=cohort, by=by, start=start).filter("complete")
    rest = others_mix(store, everything, cohort=cohort, by=by, start=start)
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
    found = sizes(store, everything, cohort)
    size = int(found.filter(cohort=start)["size"].sum())
    others = max(int(found["size"].sum()) - size, 1)
    error = _errors(store, everything, cohort, by, start, max(later), frame) * np.sqrt(1 + size / others)
    frame = _judged(frame, error, size).filter(~pl.col("id").is_in(ASIDE))
    return frame.filter(pl.col("id").is_in(list(scope.interests))) if scope.interests else frame


def _errors(
    store: Store, scope: Scope, cohort: str, by: str, start: date, last: int, frame: pl.DataFrame
) -> npt.NDArray[np.float64]:
    """The standard error of later - first of every line of `frame`, with people as units."""
    who = people(store, scope, personal=True)
    sql = OWN_SQL.format(age=AGE[cohort], filters=who.where)
    rows = store.query(sql, {"by": by, "grain": cohort, "start": start, "last": last, **who.params})
    lines = {line: place for place, line in enumerate(frame["id"])}
    rows = rows.filter(pl.col("id").is_in(list(lines)))
    places, users = rows["user"].unique().sort(), rows["user"]
    row = np.searchsorted(places.to_numpy(), users.to_numpy())
    column = rows["id"].replace_strict(lines, return_dtype=pl.Int64).to_numpy()
    influence = np.zeros((len(places), len(lines)))
    for sign, when, is_first in ((1, "later", False), (-1, "first", True)):
        table = np.zeros_like(influence)
        chosen = (rows["is_first"] == is_first).to_numpy()
        table[row[chosen], column[chosen]] = rows["events"].to_numpy()[chosen]
        totals = table.sum(axis=1, keepdims=True)
        influence += sign * (table - totals * frame[when].to_numpy()) / max(totals.sum(), 1.0)
    error: npt.NDArray[np.float64] = np.sqrt((influence**2).sum(axis=0))
    return error


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
