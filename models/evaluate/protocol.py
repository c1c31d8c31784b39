"""Rankers through both stages: choose and mix on the first, learn again, answer the second, tell the figures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from data.progress import Progress, quiet
from models.blend import Blend
from models.evaluate.bootstrap import Bootstrap, interval
from models.evaluate.calibration import calibration_bins, expected_calibration_error
from models.evaluate.cold_items import cold_figures
from models.evaluate.measuring import Measured, Timed
from models.evaluate.metrics import list_figures, target_rows
from models.evaluate.slices import Slices, slices_of
from models.evaluate.split import Stage
from models.interactions import Requests
from models.ranking import BATCH, Ranker, batches, without_seen

CELLS = 1 << 22
"""Cells of one ranker's table of probabilities in a batch at most: 16 MB."""
NETWORK = "network"


@dataclass(frozen=True)
class Evaluation:
    """What came out: `figures` for people and files, and the blend whose members have learned up to the test."""

    figures: dict[str, Any]
    blend: Blend
    requests: Requests
    """What was asked in the test."""
    ndcg: dict[str, np.ndarray]
    """float (requests,): NDCG@10 of each ranker and of the blend, by name, so that runs can be compared."""


def evaluate(choosing: Stage, testing: Stage, rankers: Sequence[Ranker], progress: Progress = quiet) -> Evaluation:
    """Tune, mix, learn again and test.

    The figures: {"users","items","events","requests","requests_asked","models":{name:{"ndcg@10","recall@10",
    "interval","logloss","ece","coverage@10","seconds","cold_users","warm_only","repeat","novel"}},"differences",
    "network_differences","best_rival","weights","temperature","chosen","calibration","cold_items"}.

    Intervals are 95 % over people; slices are {"ndcg@10","recall@10","interval","requests"} or None. "best_rival" is
    the best single one but the network on the test itself, the harder one to beat. "differences" holds
    {"ndcg@10","interval"} of the blend minus each ranker, and of the network minus the best rival as
    "network_vs_best"; "network_differences" that of the network minus each rival. "chosen" did best.
    """
    timed = [Timed(ranker) for ranker in rankers]
    blend = Blend(timed, lambda stage, fraction: progress(stage, 0.6 * fraction))
    whole = Timed(blend)
    whole.tune(choosing.train, choosing.log, choosing.requests)
    whole.fit(testing.train)
    slices, before = slices_of(testing), sum(each.seconds for each in timed)
    measured = _measured(testing, slices, blend, timed, progress)
    seconds = {each.name: each.seconds for each in timed}
    seconds[blend.name] = whole.seconds + sum(seconds.values()) - before
    blend.members = list(rankers)
    progress("told", 1.0)
    figures = {
        "users": testing.log.users, "items": testing.log.catalogue.items, "events": testing.log.events,
        "requests": len(testing.requests), "requests_asked": testing.asked,
        **_told(testing, slices, measured, blend, seconds),
    }  # fmt: skip
    row, asked = target_rows(testing.requests), len(testing.requests)
    ndcg = {name: list_figures(each.rank, row, asked)[0] for name, each in measured.items()}
    return Evaluation(figures, blend, testing.requests, ndcg)


def window_figures(stage: Stage, blend: Blend) -> dict[str, Any]:
    """{"requests","models":{name:{"ndcg@10","recall@10","interval","repeat","novel"}}} of a blend that has learned and
    of its members, on requests for all that comes in a window."""
    slices, bootstrap = slices_of(stage), Bootstrap(stage.requests.user)
    measured = _measured(stage, slices, blend, blend.members, quiet)
    told = {name: _figures(stage, slices, each, bootstrap)[0] for name, each in measured.items()}
    kept = ("ndcg@10", "recall@10", "interval", "repeat", "novel")
    return {
        "requests": len(stage.requests),
        "models": {name: {key: each[key] for key in kept} for name, each in told.items()},
    }


def _measured(
    stage: Stage, slices: Slices, blend: Blend, rankers: Sequence[Ranker], progress: Progress
) -> dict[str, Measured]:
    """What each ranker and the blend came to, by name. A batch is asked once of each ranker."""
    requests, items = stage.requests, stage.log.catalogue.items
    names = [*(each.name for each in rankers), blend.name]
    found = {name: Measured.empty(requests, items) for name in names}
    for chosen, part in batches(requests, max(8, min(BATCH, CELLS // max(items, 1)))):
        progress("testing", 0.6 + 0.4 * float(chosen[0]) / len(requests))
        targets = slice(requests.target_offsets[chosen[0]], requests.target_offsets[chosen[-1] + 1])
        said = [each.log_probabilities(stage.log, part) for each in rankers]
        for each, scores in zip(rankers, said, strict=True):
            shown = without_seen(scores, stage.log, part) if blend.hides_seen else scores
            found[each.name].add(chosen, part, targets, shown, slices.cold_items)
        mixed = blend.mixed(blend.parts(stage.log, part, said), stage.log, part)
        found[blend.name].add(chosen, part, targets, mixed, slices.cold_items)
    return found


def _told(
    stage: Stage, slices: Slices, measured: dict[str, Measured], blend: Blend, seconds: dict[str, float]
) -> dict[str, Any]:
    bootstrap = Bootstrap(stage.requests.user)
    ndcg: dict[str, np.ndarray] = {}
    models: dict[str, dict[str, Any]] = {}
    for name, each in measured.items():
        models[name], ndcg[name] = _figures(stage, slices, each, bootstrap)
        models[name]["seconds"] = round(seconds[name], 2)
    singles = [name for name in measured if name != blend.name]
    plain = [name for name in singles if name != NETWORK] or singles
    best = max(plain, key=lambda name: models[name]["ndcg@10"])
    against = {name: _difference(bootstrap, ndcg[blend.name] - ndcg[name]) for name in singles}
    network = {}
    if NETWORK in singles and best != NETWORK:
        network = {name: _difference(bootstrap, ndcg[NETWORK] - ndcg[name]) for name in plain}
        against["network_vs_best"] = network[best]
    top = measured[blend.name]
    bins = calibration_bins(top.confidence, top.accuracy)
    return {
        "models": models,
        "differences": against, "network_differences": network,
        "best_rival": best, "weights": blend.shares(), "temperature": blend.temperature(),
        "chosen": max([blend.name, *singles], key=lambda name: models[name]["ndcg@10"]),
        "calibration": [asdict(each) for each in bins],
        "cold_items": cold_figures(stage, slices, top, bootstrap),
    }  # fmt: skip


def _difference(bootstrap: Bootstrap, values: np.ndarray) -> dict[str, Any]:
    means, drawn = bootstrap.means(values[:, None])
    return {"ndcg@10": float(means[0]), "interval": interval(drawn[:, 0])}


def _figures(
    stage: Stage, slices: Slices, measured: Measured, bootstrap: Bootstrap
) -> tuple[dict[str, Any], np.ndarray]:
    """The figures of one ranker, and its NDCG@10 per request."""
    row, asked = target_rows(stage.requests), len(stage.requests)
    sizes = np.diff(stage.requests.target_offsets)
    whole = list_figures(measured.rank, row, asked)
    loss = np.bincount(row, -measured.log_probability, asked) / sizes
    is_cold = slices.is_cold_user
    cut = {
        "cold_users": (np.where(is_cold, whole[0], np.nan), np.where(is_cold, whole[1], np.nan)),
        "warm_only": list_figures(measured.rank, row, asked, slices.is_warm),
        "repeat": list_figures(measured.rank, row, asked, slices.is_repeat),
        "novel": list_figures(measured.rank, row, asked, ~slices.is_repeat),
    }
    columns = [*whole, loss, *(column for pair in cut.values() for column in pair)]
    means, drawn = bootstrap.means(np.stack(columns, axis=1))
    bins = calibration_bins(measured.confidence, measured.accuracy)
    told: dict[str, Any] = {
        "ndcg@10": float(means[0]), "recall@10": float(means[1]), "interval": interval(drawn[:, 0]),
        "logloss": float(means[2]), "ece": expected_calibration_error(bins),
        "coverage@10": float(measured.is_listed.mean()),
    }  # fmt: skip
    for number, (name, (ndcg, _)) in enumerate(cut.items()):
        place, requests = 3 + 2 * number, int((~np.isnan(ndcg)).sum())
        told[name] = None if not requests else {
            "ndcg@10": float(means[place]), "recall@10": float(means[place + 1]),
            "interval": interval(drawn[:, place]), "requests": requests,
        }  # fmt: skip
    return told, whole[0]
