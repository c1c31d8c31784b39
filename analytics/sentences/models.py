"""What a training run came to: whether the model earns its place, where it helps, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from analytics.evaluation import (
    BLEND,
    NETWORK,
    OFF,
    Metrics,
    best_rival,
    ends,
    gain,
    mix_gain,
    name_of,
    number,
    shown_model,
    told_mix,
)
from analytics.sentences.words import listed, percent

LITTLE = 0.05
"""The part of the blend below which a model hardly counts."""
GOOD_ECE, FAIR_ECE = 0.03, 0.05
RATE, MOST, OVERHEAD, SMALL = 400, 20_000_000, 300, 20_000
"""Events that a core reads in a second of training, all epochs and all models of a run taken together; the most that
are learnt from; the seconds that a run takes however small the log, if it has SMALL events. Runs with 45 thousand, 100
thousand and 800 thousand events took 460, 500 and 3,100 CPU seconds, the last on a crowded machine."""


def verdict(metrics: Metrics) -> str:
    """Whether the model earns its place on this shop, and what is shown."""
    rival = best_rival(metrics)
    if rival is None or number((metrics.get("models") or {}).get(BLEND), "ndcg@10") is None:
        return "This run was not measured against the simple methods, so nothing can be said of what it is worth."
    added, low, high = gain(metrics, rival, rival)
    simple = f"the best simple method, '{name_of(rival)}'"
    if added is None or low is None or high is None:
        opening = f"On this shop the blend was measured beside {simple}, but not how sure the difference is."
    elif low > 0:
        opening = f"On this shop the blend adds {percent(added)} over {simple} ({span(low, high)})."
    elif high < 0:
        opening = f"The model does not earn its place: the blend is {percent(-added)} worse than {simple} " \
                  f"({span(low, high)})."  # fmt: skip
    else:
        opening = (
            f"On this shop the blend is neither clearly better nor worse than {simple} "
            f"({signed(added)}, {span(low, high)})."
        )
    return " ".join(each for each in (opening, _network(metrics), _shown(metrics)) if each)


def _network(metrics: Metrics) -> str:
    """What the sequence model has to do with it."""
    weight = number(metrics.get("weights"), NETWORK)
    if weight is None:
        return ""
    if weight < LITTLE:
        return f"The sequence model hardly counts: {percent(weight)} of the blend is its."
    rival = best_rival(metrics)
    alone, low, high = gain(metrics, "network_vs_best", rival) if rival else (None, None, None)
    said = f"The sequence model is {percent(weight)} of the blend"
    if alone is None or low is None or high is None:
        return f"{said}."
    if low <= 0 <= high:
        return f"{said}; alone it does about as well as the simple method ({signed(alone)}, {span(low, high)})."
    return f"{said}; alone it does {percent(abs(alone))} {'better' if alone > 0 else 'worse'} than the simple method " \
           f"({span(low, high)})."  # fmt: skip


def _shown(metrics: Metrics) -> str:
    shown, off = shown_model(metrics), number(metrics, "off_below")
    if shown != BLEND:
        return f"Pages show '{name_of(shown)}' instead, which did best."
    return f"It stays off for people with fewer than {off:.0f} events." if off else ""


def signed(part: float) -> str:
    """A part with its sign.

    >>> signed(0.041), signed(-0.12)
    ('+4.1 %', '-12 %')
    """
    return f"{'+' if part >= 0 else ''}{percent(part)}"


def span(low: float, high: float) -> str:
    """An interval in percent.

    >>> span(0.012, 0.071), span(-0.02, 0.3)
    ('1.2 to 7.1 %', '-2.0 to 30 %')
    """
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def calibrated(metrics: Metrics) -> str:
    """How far the probabilities can be taken at their word; '' where that was not measured."""
    ece = number((metrics.get("models") or {}).get(BLEND), "ece")
    if ece is None:
        return ""
    gap = f"on average {ece * 100:.1f} points apart"
    if ece <= GOOD_ECE:
        return f"Probabilities can be taken at their word: what is said and what happens are {gap}."
    if ece <= FAIR_ECE:
        return f"Probabilities are about right: what is said and what happens are {gap}."
    return f"Take the order of the list, not its probabilities: what is said and what happens are {gap}."


def cold(metrics: Metrics) -> str:
    """How it fares with people and items that are hardly known; '' where that was not measured."""
    parts = [each for each in (_cold_users(metrics), _cold_items(metrics)) if each]
    return " ".join(parts)


def _cold_users(metrics: Metrics) -> str:
    rival, models = best_rival(metrics), metrics.get("models") or {}
    mine = (models.get(BLEND) or {}).get("cold_users")
    theirs = (models.get(rival) or {}).get("cold_users") if rival else None
    one, other = number(mine, "ndcg@10"), number(theirs, "ndcg@10")
    if one is None or other is None:
        return ""
    return (
        f"Of people with at most 3 events little can be known: the blend reaches {one:.3f}, the best simple method "
        f"{other:.3f}."
    )


def _cold_items(metrics: Metrics) -> str:
    found = metrics.get("cold_items")
    ratio, requests = number(found, "ratio"), number(found, "requests")
    if ratio is None:
        return ""
    counted = f" ({requests:,.0f} times)" if requests else ""
    if ratio >= 1.1:
        return f"Among items that nobody knew before{counted} it finds {ratio:.1f} times what popularity finds."
    if ratio > 0.9:
        return f"Among items that nobody knew before{counted} it finds no more than popularity does."
    return f"Among items that nobody knew before{counted} it finds less than popularity does ({ratio:.1f} times)."


def window(metrics: Metrics) -> str:
    """What ten places hold of all that a person takes in the weeks after; '' where that was not measured."""
    found = metrics.get("window") or {}
    shown = (found.get("models") or {}).get(shown_model(metrics)) or {}
    whole, days = number(shown, "recall@10"), number(found, "days")
    if whole is None or days is None:
        return ""
    parts = [
        f"{percent(part)} of {said}"
        for said, part in (("items had before", number(shown.get("repeat"), "recall@10")),
                           ("items new to the person", number(shown.get("novel"), "recall@10")))
        if part is not None
    ]  # fmt: skip
    return f"Of all that a person takes in the next {days:.0f} days, ten places hold {percent(whole)}" + (
        f": {listed(parts)}." if parts else "."
    )


def mix(metrics: Metrics) -> str:
    """Whether the interest forecast beats the plain faded mix; '' where it was not measured."""
    found = metrics.get("interest_mix") or {}
    covered = number(found, "coverage80")
    told = "" if covered is None else f" Its 80 % bands held {covered * 100:.0f} % of the time."
    better, low, high = mix_gain(metrics)
    if better is None:
        loss = number(found.get("logloss"), "interest-mix")
        alone = f"Interests are foretold by the faded mix alone: a log-loss of {loss or 0:.3f} nats an item."
        return "" if loss is None else alone + told
    if low is None or high is None:
        opening = f"The forecast of a person's interests differs from the faded mix by {better:+.3f} nats an item"
    elif low > 0:
        opening = (
            f"The forecast of a person's interests beats the faded mix by {better:.3f} nats an item ({low:.3f} to "
            f"{high:.3f})"
        )
    elif high < 0:
        opening = f"The forecast of a person's interests is {-better:.3f} nats an item worse than the faded mix"
    else:
        opening = f"The forecast of a person's interests is about as good as the faded mix ({better:+.3f} nats an item)"
    held_back = told_mix(metrics) == "network-mix" and found.get("gate") in OFF
    shown = ", so the faded mix is shown" if held_back else ""
    return f"{opening}{shown}.{told}"


def before_training(events: int, users: int) -> str:
    """What training would do and about how long it would take."""
    seconds = OVERHEAD * min(events / SMALL, 1) + min(events, MOST) / RATE
    long = f"about {seconds / 60:.0f} minutes" if seconds < 5_400 else f"about {seconds / 3600:.1f} hours"
    long = "a few minutes" if seconds < 180 else long
    return (
        f"No model was trained on this shop yet. Training reads the {events:,} events of {users:,} people, holds the "
        "last fifth of the time back, tunes six simple methods and a sequence model on the first half of it, and "
        f"measures all of them on the second. That may take {long} on one core; pages stay usable meanwhile."
    )


def trained_on(metrics: Metrics, version: int) -> str:
    """That a run is older than the data; '' where it is not."""
    seen = metrics.get("data_version")
    if seen is None or int(seen) >= version:
        return ""
    return (
        f"This run was trained on version {int(seen)} of the data, and version {version} is shown now: what came since "
        "is not in it. Train again to take it in."
    )


def failed(state: str, message: str) -> str:
    """How a training that came to no run ended."""
    if state == "cancelled":
        return "The last training was cancelled. What it has learnt is kept until the next one begins."
    ended = "failed" if state == "failed" else "was interrupted"
    return f"The last training {ended}." + (f" {message}" if message else "")


def ranked(frame: pl.DataFrame) -> str:
    """Which models lead, from `evaluation.comparison`, and which of them the blend does not clearly beat."""
    first = frame.row(0, named=True)
    opening = f"'{first['name']}' ranks what came next best, with an NDCG@10 of {first['ndcg']:.4f}."
    others = frame.filter(pl.col("model") != BLEND)
    known = others.filter(pl.col("gain_low").is_not_null())
    if known.is_empty():
        return opening
    beaten = known.filter(pl.col("gain_low") > 0).height
    if beaten == known.height:
        return f"{opening} The blend clearly beats each of the other {known.height}."
    rest = [f"'{name}'" for name in known.filter(pl.col("gain_low") <= 0)["name"]]
    return f"{opening} The blend clearly beats {beaten} of the other {known.height}, but not {listed(rest)}."


def made_of(metrics: Metrics, frame: pl.DataFrame) -> str:
    """The largest weights of the blend, from `evaluation.weights`, and its temperature."""
    named = [f"{percent(weight)} {name}" for name, weight in frame.head(2).select("name", "weight").iter_rows()]
    unused = frame.filter(pl.col("weight") < LITTLE / 5).height
    left = f" {unused} of {frame.height} count{'s' if unused == 1 else ''} for nothing." if unused else ""
    temperature = number(metrics, "temperature")
    way = "surer" if temperature is not None and temperature < 1 else "less sure"
    sharp = "" if temperature is None else f" Its temperature is {temperature:.2f}: it is {way} than its parts."
    return f"The blend is {listed(named)} first of all.{left}{sharp}"


def trained(training: Mapping[str, Any]) -> str:
    """How training went: epochs, which was kept, on what, how long."""
    count, best = len(training.get("epochs") or []), number(training, "best")
    kept = "" if best is None else f"; the weights of epoch {best:.0f} were kept"
    device, seconds = training.get("device"), number(training, "cpu_seconds")
    where = f" on {device}" if device else ""
    spent = "" if seconds is None else f" It took {seconds:,.0f} seconds of one core."
    return f"The network learnt for {count} epochs{where}{kept}.{spent}"


def against(found: Mapping[str, Any]) -> str:
    """What a run is better by than the active one, from `models.runs.compare`."""
    one, other = found["runs"]
    difference, (low, high) = number(found, "difference"), ends(found)
    if difference is None or low is None or high is None:
        return (
            f"Run {one} and the active run {other} were tested on too few of the same visits to be compared "
            f"({found['requests']:,})."
        )
    told = f"({difference:+.4f} NDCG@10, {low:+.4f} to {high:+.4f}, on {found['requests']:,} visits)"
    if low > 0:
        return f"Run {one} is clearly better than the active run {other} {told}."
    if high < 0:
        return f"Run {one} is clearly worse than the active run {other} {told}."
    return f"Run {one} is neither clearly better nor worse than the active run {other} {told}."
