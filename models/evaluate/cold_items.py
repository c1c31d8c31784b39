"""Items that nearly nobody has had yet, ranked among themselves: only what an item is can help there."""

from typing import Any

import numpy as np

from models.evaluate.bootstrap import Bootstrap, interval
from models.evaluate.measuring import Measured
from models.evaluate.metrics import TOP, list_figures, target_rows
from models.evaluate.slices import Slices
from models.evaluate.split import Stage

LEAST_TARGETS = 500
"""Cold targets below which nothing is told."""


def cold_figures(stage: Stage, slices: Slices, measured: Measured, bootstrap: Bootstrap) -> dict[str, Any] | None:
    """{"requests","targets","items","recall@10","interval","popularity","ratio","ratio_interval"} over requests with a
    cold target; None where there are fewer than LEAST_TARGETS of those.

    "popularity" is the recall@10 of category popularity: cold items by how often their interest is in the person's
    history, then in everybody's, then by their own few events, in expectation over the order of those still equal.
    """
    requests = stage.requests
    is_cold = np.isin(requests.target, slices.cold_items)
    if is_cold.sum() < LEAST_TARGETS:
        return None
    row = target_rows(requests)
    _, recall = list_figures(measured.cold_rank, row, len(requests), is_cold)
    chance = _popular(stage, slices.cold_items, row[is_cold], requests.target[is_cold])
    wanted = np.minimum(np.bincount(row[is_cold], minlength=len(requests)), TOP)
    hits = np.bincount(row[is_cold], weights=chance, minlength=len(requests))
    rival = np.where(wanted > 0, np.minimum(hits / np.maximum(wanted, 1), 1), np.nan)
    means, drawn = bootstrap.means(np.stack([recall, rival], axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(drawn[:, 1] > 0, drawn[:, 0] / drawn[:, 1], np.nan)
    return {
        "requests": int((~np.isnan(recall)).sum()), "targets": int(is_cold.sum()), "items": len(slices.cold_items),
        "recall@10": float(means[0]), "interval": interval(drawn[:, 0]), "popularity": float(means[1]),
        "ratio": float(means[0] / means[1]) if means[1] else None, "ratio_interval": interval(ratios),
    }  # fmt: skip


def _popular(stage: Stage, cold: np.ndarray, row: np.ndarray, target: np.ndarray) -> np.ndarray:
    """float (targets,): the chance of each cold target to be among the first ten by category popularity."""
    catalogue, requests = stage.train.catalogue, stage.requests
    groups = catalogue.interests + 1
    group = np.where(catalogue.interest >= 0, catalogue.interest, catalogue.interests)
    events = np.bincount(stage.train.item[stage.train.item >= 0], minlength=catalogue.items)
    everybody = np.bincount(group, events, groups)
    place = np.empty(catalogue.items, np.int64)
    better_own, equal_own = np.empty(len(cold)), np.empty(len(cold))
    for number in np.unique(group[cold]):
        inside = np.flatnonzero(group[cold] == number)
        own = np.sort(events[cold[inside]])
        mine = events[cold[inside]]
        better_own[inside] = len(own) - np.searchsorted(own, mine, side="right")
        equal_own[inside] = np.searchsorted(own, mine, side="right") - np.searchsorted(own, mine, side="left")
    place[cold] = np.arange(len(cold))
    members = np.bincount(group[cold], minlength=groups)
    chance = np.empty(len(target))
    for asked in np.unique(row):
        history = stage.log.item[stage.log.offsets[requests.user[asked]] : requests.end[asked]]
        counts = np.bincount(group[history[history >= 0]], minlength=groups)
        order = np.lexsort((np.arange(groups), -everybody, -counts))
        before = np.empty(groups)
        before[order] = np.concatenate([[0], np.cumsum(members[order])[:-1]])
        of = slice(*np.searchsorted(row, [asked, asked + 1]))
        item = target[of]
        better = before[group[item]] + better_own[place[item]]
        chance[of] = np.clip((TOP - better) / equal_own[place[item]], 0, 1)
    return chance
