"""Who moves between groups of interest from one period to the next, beside what chance alone would move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from analytics.migration.clusters import LEAST_VISITS, Clusters, busy, folds_of
from analytics.migration.excess import Excess, judged
from analytics.migration.halves import Array, checked, halved
from analytics.migration.means import Labels, nearest
from analytics.migration.mixes import numbered, points, summed
from analytics.migration.seasons import comparable, compared
from analytics.significance import LEVEL, passes
from data.errors import InputError

SUMMARY_SCHEMA = {
    "users": pl.Int64, "apparent": pl.Float64, "floor": pl.Float64, "across": pl.Float64, "excess": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "p": pl.Float64, "renewed": pl.Float64, "renewed_low": pl.Float64,
    "renewed_high": pl.Float64, "confident": pl.Float64, "confident_moved": pl.Float64, "verdict": pl.Utf8,
}  # fmt: skip
FLOW_SCHEMA = {
    "from": pl.Int64, "from_name": pl.Utf8, "to": pl.Int64, "to_name": pl.Utf8, "users": pl.Int64,
    "apparent": pl.Float64, "share": pl.Float64, "floor_share": pl.Float64, "excess": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "p": pl.Float64, "clear": pl.Boolean,
}  # fmt: skip
MOVED, NOT_CLEAR, TOO_FEW = "moved", "no clear change", "not enough data"
LEAST_USERS = 50
"""People of both periods below which nothing is said."""
LEAST_FLOW = 10.0
"""People below which a flow is never clear: its p takes a sum over people as normal, which a few are not."""


class Migration(NamedTuple):
    """The answers of `migration`."""

    summary: pl.DataFrame
    flows: pl.DataFrame
    members: pl.DataFrame


def migration(
    visits: pl.DataFrame,
    clusters: Clusters,
    before: Any,
    after: Any,
    *,
    at: str = "period",
    population: pl.DataFrame | None = None,
    least: int = LEAST_VISITS,
    seed: int = 0,
) -> Migration:
    """What moved between two periods among people with at least `least` visits in both, beside its noise.

    Everybody's visits of each period are parted at random into two halves of equally many visits, the same number in
    both periods (`halves.halved`). Each half falls into a group.

    summary, one row [period_before, period_after, users, apparent, floor, across, excess, low, high, p, renewed,
    renewed_low, renewed_high, confident, confident_moved, verdict], shares of `users`. apparent: whose group of all
    visits is another one after. floor: how often two halves of the same period disagree, which no change explains.
    across: how often two halves of different periods do. excess = across - floor, nothing where nobody changed;
    low, high: its 95 % interval (bootstrap of people, no narrower than the error under no change). p, two-sided: under
    no change a person's four halves could be swapped, so excess has mean 0 and its variance is that over all 24
    orders. renewed = excess / (1 - floor - e), e the agreement that the sizes of the groups alone would give: the
    share of people whose interest was drawn anew, which noise does not lessen; null where halves agree no better than
    chance. confident: margin at or above the fit's cut in both periods; confident_moved: of them, those whose group is
    another one, as a part of all. verdict: 'moved' where the interval lies above 0 and p <= 5 %, else 'no clear
    change'; 'not enough data' under 50 people.

    flows, one row a pair of groups, staying ones too [period_before, period_after, from, from_name, to, to_name,
    users, apparent, share, floor_share, excess, low, high, p, clear]: users, apparent by all visits; share,
    floor_share by halves, across the periods and within one, so that excess = share - floor_share, and all moves'
    excess together is the summary's. clear: a move of at least 10 people that passes Benjamini-Hochberg's 5 % over
    all moves and whose interval does not hold 0.

    members [user, before, after, confident]: groups of all visits.
    """
    if before == after:
        raise InputError(f"A migration needs two periods, found {before} twice. Choose another one.")
    rows = checked(visits, at).filter(pl.col(at).is_in([before, after]))
    rows = busy(numbered(rows, clusters.space), at, least).filter(pl.col(at).n_unique().over("user") == 2)
    rows = rows.with_columns(side=(pl.col(at) == after).cast(pl.Int8))
    everybody = checked(visits if population is None else population)
    everybody = numbered(everybody.filter(pl.col("period").is_in(rows["period"].unique())), clusters.space)
    seasons = compared(rows, everybody, clusters.space)
    whole, margin = _groups(comparable(rows.with_columns(half=pl.lit("all")), seasons), clusters)
    parts = _halves(comparable(halved(rows, "side", equal=True), seasons), clusters)
    sure = (margin >= clusters.cut).all(axis=1)
    ids = np.array(clusters.ids)
    members = pl.DataFrame({
        "user": rows["user"].unique().sort(), "before": ids[whole[:, 0]], "after": ids[whole[:, 1]], "confident": sure,
    })  # fmt: skip
    named, kind = {"period_before": before, "period_after": after}, visits.schema[at]
    if len(members) < LEAST_USERS:
        few = {"users": len(members), "verdict": TOO_FEW}
        return Migration(_frame([few], SUMMARY_SCHEMA, named, kind), _frame([], FLOW_SCHEMA, named, kind), members)
    found = judged(parts, len(ids), seed)
    moved, moves = whole[:, 0] != whole[:, 1], found.moves
    clear = moves.low > 0 and moves.p <= LEVEL
    summary = {
        "users": len(members), "apparent": moved.mean(), "floor": moves.floor, "across": moves.across,
        "excess": moves.excess, "low": moves.low, "high": moves.high, "p": moves.p,
        **dict(zip(("renewed", "renewed_low", "renewed_high"), found.renewed, strict=True)),
        "confident": sure.mean(), "confident_moved": (moved & sure).mean(), "verdict": MOVED if clear else NOT_CLEAR,
    }  # fmt: skip
    flows = _flows(found.flows, whole, clusters)
    return Migration(_frame([summary], SUMMARY_SCHEMA, named, kind), _frame(flows, FLOW_SCHEMA, named, kind), members)


def migrations(visits: pl.DataFrame, clusters: Clusters, *, at: str = "period", **knobs: Any) -> Migration:
    """`migration` of every period to the next one, one below the other; members have period_before and _after too."""
    found = []
    for before, after in pairwise(checked(visits, at)[at].unique().sort().to_list()):
        each = migration(visits, clusters, before, after, at=at, **knobs)
        kind = visits.schema[at]
        when = [pl.lit(before, kind).alias("period_before"), pl.lit(after, kind).alias("period_after")]
        found.append(each._replace(members=each.members.select(*when, pl.all())))
    if not found:
        raise InputError("A migration needs two periods, and these visits lie in one. Choose a longer stretch.")
    return Migration(*(pl.concat([each[part] for each in found]) for part in range(3)))


def _groups(rows: pl.DataFrame, clusters: Clusters) -> tuple[Labels, Array]:
    """Each person's groups of all visits and their margins: before, after."""
    _, sums = summed(rows, ["user", "side"], clusters.space)
    label, margin = nearest(points(sums, clusters.space), clusters.places)
    return label.reshape(-1, 2), margin.reshape(-1, 2)


def _halves(rows: pl.DataFrame, clusters: Clusters) -> Labels:
    """Each person's groups of four halves, by centroids that the person had no part in."""
    found, sums = summed(rows, ["user", "side", "half"], clusters.space)
    fold, label = folds_of(found["user"].to_numpy()), np.zeros(len(found), dtype=np.int64)
    for number, centroids in enumerate(clusters.folds):
        label[fold == number] = nearest(points(sums[fold == number], clusters.space), np.array(centroids))[0]
    return label.reshape(-1, 4)


def _flows(found: Excess, whole: Labels, clusters: Clusters) -> list[dict[str, Any]]:
    """The rows of all flows."""
    k, people = len(clusters.ids), len(whole)
    users = np.zeros((k, k), dtype=np.int64)
    np.add.at(users, (whole[:, 0], whole[:, 1]), 1)
    moves = ~np.eye(k, dtype=bool)
    clear = passes(np.where(moves, found.p, np.nan).ravel()).reshape(k, k)
    clear &= (np.maximum(found.across, found.floor) * people >= LEAST_FLOW) & ((found.low > 0) | (found.high < 0))
    return [
        {
            "from": clusters.ids[a], "from_name": clusters.names[a], "to": clusters.ids[b],
            "to_name": clusters.names[b], "users": users[a, b], "apparent": users[a, b] / people,
            "share": found.across[a, b], "floor_share": found.floor[a, b], "excess": found.excess[a, b],
            "low": found.low[a, b], "high": found.high[a, b], "p": found.p[a, b], "clear": clear[a, b],
        }
        for a in range(k) for b in range(k)
    ]  # fmt: skip


def _frame(
    rows: Sequence[Mapping[str, Any]], schema: dict[str, Any], named: Mapping[str, Any], kind: Any
) -> pl.DataFrame:
    """The rows with their periods before them; NaN becomes null."""
    plain = [{name: getattr(value, "tolist", lambda v=value: v)() for name, value in row.items()} for row in rows]
    found = pl.DataFrame(plain, schema).fill_nan(None)
    return found.select(*(pl.lit(value, kind).alias(name) for name, value in named.items()), pl.all())
