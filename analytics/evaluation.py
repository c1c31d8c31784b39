"""The figures of a training run as frames: how good each model was on the later period, beside what it has to beat.

Read from the plain dict that a run keeps (metrics.json); what was not measured is absent or null there, and null here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

Metrics = Mapping[str, Any]

BLEND, NETWORK = "blend", "network"
OFF = (False, 0, "off")
"""How a run says that the gate held a forecast back."""
NAMES = {
    "blend": "blend of all", "network": "sequence model", "popularity": "recent popularity",
    "personal": "own favourites", "item-knn": "similar histories", "ease": "EASE", "rules": "what follows what",
    "text": "similar names", "interest-mix": "faded mix", "network-mix": "sequence model",
    "corrected-mix": "corrected mix",
}  # fmt: skip
"""The models as pages call them."""
SLICES = {
    "all": "everybody", "cold_users": "people with at most 3 events", "warm_only": "items known before",
    "repeat": "items had before", "novel": "items new to the person",
}  # fmt: skip
COMPARISON = {
    "model": pl.Utf8, "name": pl.Utf8, "ndcg": pl.Float64, "low": pl.Float64, "high": pl.Float64, "recall": pl.Float64,
    "logloss": pl.Float64, "ece": pl.Float64, "coverage": pl.Float64, "seconds": pl.Float64, "weight": pl.Float64,
    "gain": pl.Float64, "gain_low": pl.Float64, "gain_high": pl.Float64,
}  # fmt: skip
SLICE_SCHEMA = {
    "slice": pl.Utf8, "slice_name": pl.Utf8, "model": pl.Utf8, "name": pl.Utf8, "ndcg": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "requests": pl.Int64,
}  # fmt: skip
CALIBRATION = {"confidence": pl.Float64, "accuracy": pl.Float64, "requests": pl.Int64}
EPOCHS = {"epoch": pl.Int64, "loss": pl.Float64, "ndcg": pl.Float64, "rate": pl.Float64}


def name_of(model: str) -> str:
    """A model as pages call it.

    >>> name_of("network"), name_of("something-new")
    ('sequence model', 'something-new')
    """
    return NAMES.get(model, model)


def number(values: Mapping[str, Any] | None, key: str) -> float | None:
    """One figure as a number, None where it was not measured.

    >>> number({"a": 1}, "a"), number({"a": None}, "a"), number(None, "a")
    (1.0, None, None)
    """
    value = (values or {}).get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def ends(values: Mapping[str, Any] | None, key: str = "interval") -> tuple[float | None, float | None]:
    """The ends of an interval, None where there is none.

    >>> ends({"interval": [1, 2]}), ends({})
    ((1.0, 2.0), (None, None))
    """
    found = (values or {}).get(key)
    if not found or len(found) != 2 or found[0] is None or found[1] is None:
        return None, None
    return float(found[0]), float(found[1])


def best_rival(metrics: Metrics) -> str | None:
    """The simple method that did best, None where none was measured."""
    models = metrics.get("models") or {}
    if metrics.get("best_rival") in models:
        return str(metrics["best_rival"])
    rivals = {name: number(each, "ndcg@10") for name, each in models.items() if name not in (BLEND, NETWORK)}
    known = {name: value for name, value in rivals.items() if value is not None}
    return max(known, key=lambda name: known[name]) if known else None


def gain(metrics: Metrics, key: str, over: str) -> tuple[float | None, float | None, float | None]:
    """What the difference `key` of the run comes to as a part of what the model `over` reaches, with its interval.

    `metrics["differences"][key]` is a difference of NDCG@10 over the same people drawn again.
    """
    difference = (metrics.get("differences") or {}).get(key)
    base = number((metrics.get("models") or {}).get(over), "ndcg@10")
    value, (low, high) = number(difference, "ndcg@10"), ends(difference)
    if value is None or not base:
        return None, None, None
    return value / base, None if low is None else low / base, None if high is None else high / base


def told_mix(metrics: Metrics) -> str | None:
    """The forecast of interests that a run tells of beside the plain faded mix: the sequence model's where the gate
    let it through, else the faded mix as corrected from everybody's past, else what the gate held back; None without
    any."""
    found = metrics.get("interest_mix") or {}
    losses = found.get("logloss") or {}
    network = number(losses, "network-mix") is not None
    if network and found.get("gate") not in OFF:
        return "network-mix"
    if number(losses, "corrected-mix") is not None:
        return "corrected-mix"
    return "network-mix" if network else None


def mix_gain(metrics: Metrics) -> tuple[float | None, float | None, float | None]:
    """By how many nats an item that forecast foretells people's interests better than the plain faded mix, with its
    interval: above 0 it is better, whichever way round the run took its difference."""
    found = metrics.get("interest_mix") or {}
    losses = found.get("logloss") or {}
    name = told_mix(metrics)
    plain, other = number(losses, "interest-mix"), number(losses, name or "")
    if plain is None or other is None:
        return None, None, None
    measured = (found.get("corrected") or {}) if name == "corrected-mix" else found
    low, high = ends(measured)
    taken = number(measured, "difference")
    if low is not None and high is not None and taken is not None and taken * (plain - other) < 0:
        low, high = -high, -low
    return plain - other, low, high


def shown_model(metrics: Metrics) -> str:
    """What pages and commands recommend by: the blend, or the simple method that it does worse than."""
    chosen = metrics.get("chosen")
    if isinstance(chosen, str) and chosen in (metrics.get("models") or {}):
        return chosen
    rival = best_rival(metrics)
    high = gain(metrics, rival, rival)[2] if rival else None
    return rival if rival and high is not None and high < 0 else BLEND


def comparison(metrics: Metrics) -> pl.DataFrame:
    """One row a model, the best first: COMPARISON.

    ndcg, recall: NDCG@10 and recall@10 over all items; low, high: the 95 % interval of ndcg, people drawn again;
    weight: the model's part of the blend; gain, gain_low, gain_high: what the blend adds to this model, 0.04 being
    4 %.
    """
    weights = metrics.get("weights") or {}
    rows = []
    for model, each in (metrics.get("models") or {}).items():
        if number(each, "ndcg@10") is None:
            continue
        low, high = ends(each)
        added = gain(metrics, model, model) if model != BLEND else (None, None, None)
        rows.append({
            "model": model, "name": name_of(model), "ndcg": number(each, "ndcg@10"), "low": low, "high": high,
            "recall": number(each, "recall@10"), "logloss": number(each, "logloss"), "ece": number(each, "ece"),
            "coverage": number(each, "coverage@10"), "seconds": number(each, "seconds"),
            "weight": number(weights, model), **dict(zip(("gain", "gain_low", "gain_high"), added, strict=True)),
        })  # fmt: skip
    return pl.DataFrame(rows, COMPARISON).sort("ndcg", "model", descending=[True, False])


def weights(metrics: Metrics) -> pl.DataFrame:
    """What each model counts for in the blend, the largest first: model, name, weight, parts of 1."""
    found = {model: number(metrics.get("weights"), model) for model in metrics.get("weights") or {}}
    rows = [(model, name_of(model), weight) for model, weight in found.items() if weight is not None]
    frame = pl.DataFrame(rows, {"model": pl.Utf8, "name": pl.Utf8, "weight": pl.Float64}, orient="row")
    return frame.sort("weight", "model", descending=[True, False])


def slices(metrics: Metrics) -> pl.DataFrame:
    """The blend, the sequence model and the best simple method, for everybody and for parts: SLICE_SCHEMA."""
    models = metrics.get("models") or {}
    shown = [each for each in (BLEND, NETWORK, best_rival(metrics)) if each in models]
    rows = []
    for part, said in SLICES.items():
        for model in shown:
            each = models[model] if part == "all" else models[model].get(part)
            if number(each, "ndcg@10") is None:
                continue
            low, high = ends(each)
            requests = number(each, "requests") if part != "all" else number(metrics, "requests")
            rows.append((part, said, model, name_of(str(model)), number(each, "ndcg@10"), low, high,
                         None if requests is None else int(requests)))  # fmt: skip
    return pl.DataFrame(rows, SLICE_SCHEMA, orient="row")


def calibration(metrics: Metrics) -> pl.DataFrame:
    """How often the first place was right, by how sure the blend was: CALIBRATION, least sure first."""
    rows = [
        {"confidence": number(each, "confidence"), "accuracy": number(each, "accuracy"),
         "requests": int(number(each, "requests") or 0)}
        for each in metrics.get("calibration") or []
    ]  # fmt: skip
    return pl.DataFrame(rows, CALIBRATION).drop_nulls(["confidence", "accuracy"]).sort("confidence")


def epochs(training: Mapping[str, Any] | None) -> pl.DataFrame:
    """How training went, epoch by epoch: EPOCHS. ndcg is on the validation period, rate examples per second."""
    rows = [
        (int(number(each, "epoch") or 0), number(each, "loss"), number(each, "ndcg@10"),
         number(each, "examples_per_second"))
        for each in (training or {}).get("epochs") or []
    ]  # fmt: skip
    return pl.DataFrame(rows, EPOCHS, orient="row").sort("epoch")
