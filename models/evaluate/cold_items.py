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

    "popularity" is the recall@10 of ranking cold items by the events of their interest before the cut, then by their
    own, in expectation over the order of those that are still equal.
    """
    requests = stage.requests
    is_cold = np.isin(requests.target, slices.cold_items)
    if is_cold.sum() < LEAST_TARGETS:
        return None
    row = target_rows(requests)
    _, recall = list_figures(measured.cold_rank, row, len(requests), is_cold)
    rival = _popular(stage, slices.cold_items, row[is_cold], requests.target[is_cold], len(requests))
    means, drawn = bootstrap.means(np.stack([recall, rival], axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(drawn[:, 1] > 0, drawn[:, 0] / drawn[:, 1], np.nan)
    return {
        "requests": int((~np.isnan(recall)).sum()), "targets": int(is_cold.sum()), "items": len(slices.cold_items),
        "recall@10": float(means[0]), "interval": interval(drawn[:, 0]), "popularity": float(means[1]),
        "ratio": float(means[0] / means[1]) if means[1] else None, "ratio_interval": interval(ratios),
    }  # fmt: skip


def _popular(stage: Stage, cold: np.ndarray, row: np.ndarray, target: np.ndarray, requests: int) -> np.ndarray:
    """Recall@10 of category popularity, float64 (requests,), NaN for requests without cold targets."""
    catalogue = stage.train.catalogue
    events = np.bincount(stage.train.item[stage.train.item >= 0], minlength=catalogue.items)
    known = catalogue.interest >= 0
    by_interest = np.bincount(catalogue.interest[known], events[known], minlength=max(catalogue.interests, 1))
    own = events.astype(float)
    own[known] += by_interest[catalogue.interest[known]] * (own.max() + 1)
    score = own[cold]
    better = np.array([(score > each).sum() for each in score])
    equal = np.array([(score == each).sum() for each in score])
    chance = np.clip((TOP - better) / equal, 0, 1)[np.searchsorted(cold, target)]
    targets = np.minimum(np.bincount(row, minlength=requests), TOP)
    hits = np.bincount(row, weights=chance, minlength=requests)
    return np.where(targets > 0, hits / np.maximum(targets, 1), np.nan)
