"""A residual of low rank, learned by softmax over the batch with its gradient written out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.adapter.pairs import Pairs

RANK = 64
BATCH, EPOCHS, PATIENCE = 256, 30, 3
PAIRS = 40_000
"""Pairs of an epoch at most, drawn anew for each."""
RATE, TEMPERATURE, DECAY = 5e-4, 0.1, 1e-2


@dataclass(frozen=True)
class Adapter:
    """v + v A B, of length 1 where v is not 0."""

    down: np.ndarray
    """float32 (384, RANK): A."""
    up: np.ndarray
    """float32 (RANK, 384): B; zeros change nothing."""

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """float32, the shape of `vectors` (texts, 384)."""
        moved = vectors + (vectors @ self.down) @ self.up
        length = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.maximum(length, 1e-12), np.float32)


def likelihood(vectors: np.ndarray, pairs: Pairs) -> float:
    """Mean logarithm of the chance of each pair's second item among all second items, as the loss has it but for the
    batch; 0 without pairs. It turns before recall does, and says when to stop."""
    if not len(pairs.first):
        return 0.0
    known = np.unique(pairs.second)
    asked, row = np.unique(pairs.first, return_inverse=True)
    logits = vectors[asked] @ vectors[known].T / TEMPERATURE
    logits[asked[:, None] == known] = -np.inf
    return float(np.log(_softmax(logits)[row, np.searchsorted(known, pairs.second)] + 1e-12).mean())


def learned(
    texts: np.ndarray, pairs: Pairs, stopping: Pairs | None, rng: np.random.Generator, epochs: int | None = None
) -> tuple[Adapter, int]:
    """The adapter after so many epochs, or, with pairs to stop by, after the best of them; and how many those were."""
    width = texts.shape[1]
    parameters = [rng.normal(0, width**-0.5, (width, RANK)).astype(np.float32), np.zeros((RANK, width), np.float32)]
    moments = [[np.zeros_like(each), np.zeros_like(each)] for each in parameters]
    best, best_epoch, step = Adapter(*map(np.copy, parameters)), 0, 0
    best_found = -np.inf if stopping is None else likelihood(texts, stopping)
    last = EPOCHS if epochs is None else epochs
    for epoch in range(1, last + 1):
        order = rng.permutation(len(pairs.first))[:PAIRS]
        for start in range(0, len(order) - 1, BATCH):
            rows = order[start : start + BATCH]
            step += 1
            for each, moment, slope in zip(
                parameters, moments, slopes(texts, pairs.first[rows], pairs.second[rows], *parameters), strict=True
            ):
                _adam(each, moment, slope, step)
        if stopping is None:
            continue
        now = Adapter(*map(np.copy, parameters))
        found = likelihood(now(texts), stopping)
        if found > best_found:
            best, best_found, best_epoch = now, found, epoch
        elif epoch - best_epoch >= PATIENCE:
            break
    return (Adapter(*parameters), last) if stopping is None else (best, best_epoch)


def slopes(
    texts: np.ndarray, first: np.ndarray, second: np.ndarray, down: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of the mean loss of a batch by A and B: both ways, the first finding the second and the second the
    first, other places of the same item left out."""
    one, other = texts[first], texts[second]
    (z, length), (w, breadth) = _moved(one, down, up), _moved(other, down, up)
    logits = z @ w.T / TEMPERATURE
    same = (second[:, None] == second) | (first[:, None] == first) | (first[:, None] == second)
    np.fill_diagonal(same, False)
    logits[same] = -np.inf
    chance = _softmax(logits) + _softmax(logits.T).T
    chance[np.diag_indices(len(first))] -= 2
    chance /= 2 * len(first) * TEMPERATURE
    to_one, to_other = _through(chance @ w, z, length), _through(chance.T @ z, w, breadth)
    by_down = one.T @ (to_one @ up.T) + other.T @ (to_other @ up.T)
    by_up = (one @ down).T @ to_one + (other @ down).T @ to_other
    return by_down, by_up


def _moved(vectors: np.ndarray, down: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    moved = vectors + (vectors @ down) @ up
    length = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
    return moved / length, length


def _through(slope: np.ndarray, unit: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The gradient by a vector from that by the same vector brought to length 1."""
    return np.asarray((slope - unit * (unit * slope).sum(axis=1, keepdims=True)) / length)


def _softmax(logits: np.ndarray) -> np.ndarray:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _adam(parameter: np.ndarray, moment: list[np.ndarray], slope: np.ndarray, step: int) -> None:
    """One step of AdamW in place (Loshchilov and Hutter 2019)."""
    moment[0] += 0.1 * (slope - moment[0])
    moment[1] += 0.001 * (slope * slope - moment[1])
    size = moment[0] / (1 - 0.9**step) / (np.sqrt(moment[1] / (1 - 0.999**step)) + 1e-8)
    parameter -= RATE * (size + DECAY * parameter)
