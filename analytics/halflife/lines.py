"""Half-lives of single interests, as far as they can be told from the shop's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from analytics.halflife.losses import GRID, HORIZON, Array, Foretold, foretold, redrawn

LINE_SCHEMA = {
    "id": pl.Utf8, "half_life": pl.Float64, "own": pl.Float64, "own_low": pl.Float64, "own_high": pl.Float64,
    "users": pl.Int64, "source": pl.Utf8,
}  # fmt: skip
LEAST_BUYERS = 200
"""People and cuts with the interest in the next days below which its own half-life is not asked for."""
DRAWS = 200
"""Of people, to know how far the best half-life of an interest is luck."""
ROUNDED = 1 / 12
"""The variance, in steps, that choosing from a grid adds."""
OWN, SHOP = "own", "shop"


def line_half_lives(
    visits: pl.DataFrame,
    *,
    cuts: Sequence[date] | None = None,
    grid: Sequence[float] = GRID,
    horizon: int = HORIZON,
    seed: int = 0,
    known: Foretold | None = None,
) -> pl.DataFrame:
    """The half-life of each interest, largest first, drawn towards the shop's by how little is known of it.

    own: the half-life of the grid that foretells best whether the next days hold the interest k: the smallest mean of
    -(m_k log p_k + (1 - m_k) log(1 - p_k)), m and p as in `curve.half_life`, alpha the shop's for that half-life.
    own_low, own_high: where 95 % of it lie when people are drawn again. half_life: x + t (y - x) in steps of the
    grid, rounded, with x the shop's place in it, y the interest's, v the variance of y over the draws, and
    t = T / (T + v); T is the variance between interests beyond luck, max(0, (sum (y - x)^2 / v - n) / sum 1 / v)
    (DerSimonian and Laird 1986). source: 'own', or 'shop' where fewer than 200 times somebody took the interest up
    in the next days; own is null then. Columns: id, half_life, own, own_low, own_high, users, source.
    `known` is what `foretold` gives for the same visits, where it was asked already.
    """
    found = known or foretold(visits, cuts, grid, horizon)
    steps, lines, shop = np.array(found.grid), found.lines, int(found.sums.sum(axis=0).argmin())
    buyers = np.zeros(len(lines) + 1, dtype=np.int64)
    for each in found.pasts:
        buyers += np.bincount(each.pair_line[each.bought], minlength=len(buyers))
    told = {name: _own(_losses(found, k), seed) for name, k in lines.items() if buyers[k] >= LEAST_BUYERS}
    between = _between([each[0] for each in told.values()], [each[1] for each in told.values()], shop)
    answer = []
    for name, k in lines.items():
        row = {"id": name, "half_life": steps[shop], "users": int(buyers[k]), "source": SHOP}
        if name in told:
            best, variance, low, high = told[name]
            drawn = shop + between / (between + variance) * (best - shop)
            row |= {"half_life": steps[round(drawn)], "own": steps[best], "own_low": steps[low],
                    "own_high": steps[high], "source": OWN}  # fmt: skip
        answer.append(row)
    return pl.DataFrame(answer, LINE_SCHEMA)


def _losses(seen: Foretold, k: int) -> Array:
    """Everybody's loss of one interest against all others, summed over cuts: people x grid."""
    found, alphas = np.zeros_like(seen.sums), seen.alphas
    for each in seen.pasts:
        mine = np.flatnonzero(each.pair_line == k)
        weights, then = np.zeros_like(each.totals), np.zeros(len(each.users))
        weights[each.pair_user[mine]] = each.weights[mine]
        then[each.pair_user[mine]] = each.next[mine]
        p = (weights + alphas * each.base[k]) / (each.totals + alphas)
        loss = -(then[:, None] * np.log(p) + (1 - then[:, None]) * np.log1p(-p))
        found[np.searchsorted(seen.users, each.users)] += loss
    return found


def _own(losses: Array, seed: int) -> tuple[int, float, int, int]:
    """The place of the best half-life, its variance over draws of people, and where 95 % of them lie."""
    best = redrawn(losses, DRAWS, seed).argmin(axis=1)
    low, high = np.quantile(best, (0.025, 0.975), method="closest_observation").astype(int)
    return int(losses.sum(axis=0).argmin()), float(best.var()) + ROUNDED, int(low), int(high)


def _between(places: Sequence[int], variances: Sequence[float], shop: int) -> float:
    """The variance of the interests' places around the shop's that luck does not explain."""
    if not places:
        return 0.0
    weight = 1 / np.array(variances)
    spread = float((weight * (np.array(places) - shop) ** 2).sum())
    return max(0.0, (spread - len(places)) / float(weight.sum()))
