"""How the rivals' knobs are chosen: by NDCG@10 and log-loss on a sample of later requests, one knob after another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from models.interactions import Requests
from models.ranking import batches

SAMPLE = 1_500
"""Requests on which knobs are tried at most."""
SEED = 5
TOP = 10
Scored = Callable[[Requests], np.ndarray]
"""Requests -> float32 (requests, items), greater is better."""


def sample(requests: Requests, most: int = SAMPLE) -> Requests:
    """So many of the requests, drawn with a fixed seed, in their order."""
    if len(requests) <= most:
        return requests
    drawn = np.random.default_rng(SEED).choice(len(requests), most, replace=False)
    return requests.part(np.sort(drawn))


def ndcg(scored: Scored, requests: Requests) -> float:
    """Mean NDCG@10 over requests, the items of a step as a set; a target ranks below its equals (Jarvelin 2002)."""
    if not len(requests):
        return 0.0
    total = sum(ndcg_of(scored(part), part).sum() for _, part in batches(requests))
    return float(total / len(requests))


def ndcg_of(scores: np.ndarray, requests: Requests) -> np.ndarray:
    """float64 (requests,): NDCG@10 of each."""
    row, target = targets(requests)
    gains = np.zeros(len(row))
    for start in range(0, len(row), 1024):
        rows, wanted = row[start : start + 1024], target[start : start + 1024]
        rank = (scores[rows] >= scores[rows, wanted][:, None]).sum(axis=1)
        gains[start : start + 1024] = np.where(rank <= TOP, 1 / np.log2(rank + 1), 0)
    ideal = np.concatenate([[0], np.cumsum(1 / np.log2(np.arange(2, TOP + 2)))])
    sizes = np.bincount(row, minlength=len(requests))
    best = np.maximum(ideal[np.minimum(sizes, TOP)], 1e-12)
    return np.asarray(np.bincount(row, gains, len(requests)) / best)


def log_loss(scored: Scored, requests: Requests) -> float:
    """Mean over targets of -log p, where the scores are log-probabilities."""
    total, count = 0.0, 0
    for _, part in batches(requests):
        row, target = targets(part)
        total -= float(scored(part)[row, target].astype(np.float64).sum())
        count += len(row)
    return total / max(count, 1)


def targets(requests: Requests) -> tuple[np.ndarray, np.ndarray]:
    """int64 request and item of every different target."""
    row = np.repeat(np.arange(len(requests)), np.diff(requests.target_offsets))
    both = np.unique(np.stack([row, requests.target.astype(np.int64)], axis=1), axis=0)
    return both[:, 0], both[:, 1]


def one_by_one(
    grid: Mapping[str, Sequence[Any]],
    start: Mapping[str, Any],
    goodness: Callable[[dict[str, Any]], float],
    rounds: int = 2,
) -> dict[str, Any]:
    """The best knobs found by trying the values of one knob after another, the others held (coordinate ascent).

    Rounds end early when one changes nothing; no setting is tried twice.
    """
    known: dict[tuple[Any, ...], float] = {}

    def of(knobs: dict[str, Any]) -> float:
        key = tuple(knobs[name] for name in sorted(knobs))
        if key not in known:
            known[key] = goodness(knobs)
        return known[key]

    best = dict(start)
    for _ in range(rounds):
        before = dict(best)
        for name, values in grid.items():
            tried = {value: of({**best, name: value}) for value in values}
            top = max(tried, key=tried.__getitem__)
            if tried[top] > of(best):
                best = {**best, name: top}
        if best == before:
            break
    return best
