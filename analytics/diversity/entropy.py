"""How widely interest is spread: entropy, and the number of equally large interests that would have it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.drift.discoveries import q_values
from analytics.significance import LEVEL
from data.errors import InputError

MEASURES = {
    "events": pl.Int64, "units": pl.Int64, "interests": pl.Int64, "entropy": pl.Float64, "error": pl.Float64,
    "effective": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
DIVERSITY_SCHEMA = {"group": pl.Utf8, **MEASURES}
CHANGE_SCHEMA = {
    "group": pl.Utf8, "events_before": pl.Int64, "events_after": pl.Int64, "units_before": pl.Int64,
    "units_after": pl.Int64, "effective_before": pl.Float64, "effective_after": pl.Float64, "change": pl.Float64,
    "error": pl.Float64, "low": pl.Float64, "high": pl.Float64, "p": pl.Float64, "q": pl.Float64, "verdict": pl.Utf8,
}  # fmt: skip
WIDER, NARROWER, UNCLEAR, UNKNOWN = "wider", "narrower", "no clear change", "not enough data"
LEAST_EVENTS, LEAST_UNITS = 20, 6
"""Below them, in either window, a group is not judged."""


def diversity(counts: pl.DataFrame) -> pl.DataFrame:
    """The diversity of each group of a frame [group, unit, interest, n], by group.

    unit: what comes as one and is not many independent events: of a user (group = user) the visit, of a segment or
    of everybody the user. interests: those seen. entropy: H = - sum p ln p of the shares p = t / N, in nats, corrected
    for what a small sample does not show; effective: exp(H), as many equally large interests would have that entropy.

    Miller (1955) and Madow add (c - 1) / 2N for c interests and N independent events. With m units that hold x_bk
    events of interest k and n_b in all, that is half the sum of the shares' variances over the shares,
    m / (m - 1) (N sum_b sum_k x_bk^2 / t_k - sum_b n_b^2) / 2 N^2: (c - 1) / 2 (N - 1) where a unit is one event,
    and more where units are clumps. error: the jackknife's over units, square root of (m - 1) / m sum_b (H_b - mean)^2,
    H_b the entropy without unit b (the usual delta method is a quarter too small at 20 events). low, high:
    exp(H -+ t error), t of m - 1 degrees of freedom.
    All but the counts are null below two units.
    """
    from scipy.special import stdtrit

    units = _influences(counts)
    frame = _summed(units).with_columns(effective=pl.col("entropy").exp())
    reach = stdtrit(np.maximum(frame["units"].to_numpy() - 1.0, 1.0), 1 - LEVEL / 2) * frame["error"].to_numpy()
    ends = [np.exp(frame["entropy"].to_numpy() + side * reach) for side in (-1, 1)]
    frame = frame.with_columns(low=pl.Series(ends[0]).fill_nan(None), high=pl.Series(ends[1]).fill_nan(None))
    return frame.sort("group").select(_typed(DIVERSITY_SCHEMA))


def diversity_change(before: pl.DataFrame, after: pl.DataFrame, *, level: float = LEVEL) -> pl.DataFrame:
    """How the diversity of each group changed between two frames [group, unit, interest, n], surest first.

    change: H after - H before (see `diversity`), ln of the ratio of effective numbers; error: its standard error.
    A unit of both windows, as a user of a segment is, counts as one: its influences are taken off each other.
    low, high: 95 % interval. p: two-sided, Student's t with units - 1 degrees of freedom (the smaller window).
    verdict: wider or narrower (q <= `level`, Benjamini and Hochberg over all groups that can be judged), no clear
    change, or not enough data (under 20 events or 6 units in either window).
    """
    from scipy.special import stdtr, stdtrit

    sides = [_influences(part) for part in (before, after)]
    sums = [_summed(side) for side in sides]
    frame = sums[0].join(sums[1], on="group", how="full", coalesce=True, suffix="_after")
    frame = frame.join(_paired(*sides), on="group", how="left")
    names = ("events", "units", "interests", "entropy")
    frame = frame.rename({name: f"{name}_before" for name in names}).with_columns(
        pl.col(f"{name}_{side}").fill_null(0) for name in ("events", "units") for side in ("before", "after")
    )
    known = pl.min_horizontal("events_before", "events_after") >= LEAST_EVENTS
    known &= pl.min_horizontal("units_before", "units_after") >= LEAST_UNITS
    several = pl.min_horizontal("units_before", "units_after") > 1
    frame = frame.with_columns(
        known=known,
        change=pl.col("entropy_after") - pl.col("entropy_before"),
        error=pl.when(several).then(pl.col("square").sqrt()),
        effective_before=pl.col("entropy_before").exp(),
        effective_after=pl.col("entropy_after").exp(),
    )
    judged = frame["known"].to_numpy() & (frame["error"] > 0).fill_null(False).to_numpy()
    change, error = (frame[name].to_numpy()[judged] for name in ("change", "error"))
    freedom = frame.select(pl.min_horizontal("units_before", "units_after")).to_series().to_numpy()[judged] - 1.0
    p = 2 * stdtr(freedom, -np.abs(change) / error)
    reach = stdtrit(freedom, 1 - LEVEL / 2) * error
    found = {"p": p, "q": q_values(p), "low": change - reach, "high": change + reach}
    for name, values in found.items():
        column = np.full(len(frame), np.nan)
        column[judged] = values
        frame = frame.with_columns(pl.Series(name, column).fill_nan(None))
    clear = pl.when(pl.col("change") > 0).then(pl.lit(WIDER)).otherwise(pl.lit(NARROWER))
    verdict = pl.when("known").then(pl.when(pl.col("q") <= level).then(clear).otherwise(pl.lit(UNCLEAR)))
    frame = frame.with_columns(verdict=verdict.otherwise(pl.lit(UNKNOWN)))
    return frame.sort("p", "group", nulls_last=True).select(_typed(CHANGE_SCHEMA))


def _typed(schema: dict[str, type[pl.DataType]]) -> Sequence[pl.Expr]:
    return [pl.col(name).cast(kind) for name, kind in schema.items()]


def _influences(counts: pl.DataFrame) -> pl.DataFrame:
    """group, unit, and of each unit: size n_b, clump sum_k x_bk^2 / t_k, influence psi_b, whose squares add up to the
    jackknife's variance; and its group's sums."""
    if missing := [name for name in ("group", "unit", "interest", "n") if name not in counts.columns]:
        raise InputError(
            f"Diversity needs the columns group, unit, interest and n, and {', '.join(missing)} is missing. Rename the "
            "columns."
        )
    cells = (
        counts.group_by("group", "unit", "interest").agg(x=pl.col("n").sum().cast(pl.Float64)).filter(pl.col("x") > 0)
    )
    lines = cells.group_by("group", "interest").agg(t=pl.col("x").sum())
    groups = lines.group_by("group").agg(total=pl.col("t").sum(), whole=_x_log_x("t").sum(), interests=pl.len())
    units = (
        cells.join(lines, on=["group", "interest"])
        .with_columns(left=pl.col("t") - pl.col("x"))
        .group_by("group", "unit")
        .agg(size=pl.col("x").sum(), lost=(_x_log_x("t") - _x_log_x("left")).sum(),
             clump=(pl.col("x") ** 2 / pl.col("t")).sum())
        .join(groups, on="group")
    )  # fmt: skip
    # H = ln N - sum t ln t / N, with and without the unit.
    rest = pl.col("total") - pl.col("size")
    units = units.with_columns(
        plain=pl.col("total").log() - pl.col("whole") / pl.col("total"),
        without=pl.when(rest > 0).then(rest.log() - (pl.col("whole") - pl.col("lost")) / rest),
        many=pl.len().over("group"),
    )
    mean = pl.col("without").mean().over("group")
    return units.with_columns(psi=(mean - pl.col("without")) * (1 - 1 / pl.col("many")).sqrt())


def _x_log_x(name: str) -> pl.Expr:
    return pl.when(pl.col(name) > 0).then(pl.col(name) * pl.col(name).log()).otherwise(0.0)


def _summed(units: pl.DataFrame) -> pl.DataFrame:
    """group, events, units, interests, entropy (corrected) and error, by the formulas of `diversity`."""
    many = pl.when(pl.len() > 1).then(pl.len() / (pl.len() - 1))
    total = pl.col("total").first()
    missed = many * (total * pl.col("clump").sum() - (pl.col("size") ** 2).sum()) / (2 * total**2)
    return units.group_by("group").agg(
        events=pl.col("size").sum(), units=pl.len(), interests=pl.col("interests").first(),
        entropy=pl.col("plain").first() + missed, error=pl.when(pl.len() > 1).then((pl.col("psi") ** 2).sum().sqrt()),
    )  # fmt: skip


def _paired(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """group, square: the variance of the change, units of both windows counted as one."""
    both = before.select("group", "unit", first="psi").join(
        after.select("group", "unit", second="psi"), on=["group", "unit"], how="full", coalesce=True
    )
    moved = pl.col("second").fill_null(0.0) - pl.col("first").fill_null(0.0)
    return both.group_by("group").agg(square=(moved**2).sum())
