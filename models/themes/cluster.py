"""Themes by spherical k-means: many starts, the best kept, near twins joined, far items left unsorted."""

from dataclasses import dataclass

import numpy as np

from models.themes.space import unit

MOST = 60
"""Themes at most: more than a page can show and a person can keep apart."""
STARTS = 16
ROUNDS = 30
TWINS = 0.8
"""Cosine of two centroids from which they are one theme."""
FAR_SHARE = 0.04
"""Share of events at most that are set aside as far from every theme at clustering."""
FAR_SPREAD = 2.0
"""Robust standard deviations under the median similarity from which an item is far: in a catalogue of clear groups
nothing is."""


@dataclass(frozen=True)
class Clusters:
    """Centroids (themes, width) of length 1, and the similarity below which an item belongs to none."""

    centroids: np.ndarray
    floor: float


def clusters(placed: np.ndarray, weights: np.ndarray, events: np.ndarray) -> Clusters:
    """The clusters of placed vectors; `weights` decide where centroids lie, `events` how much may be left unsorted."""
    k = int(np.clip(round(len(placed) ** 0.5), 2, MOST))
    best, score = placed[:1], -np.inf
    for start in range(STARTS):
        centroids, found = _k_means(placed, weights, k, np.random.default_rng(start))
        if found > score:
            best, score = centroids, found
    best = _join_twins(placed, weights, best)
    similarity = nearest(placed, best)[1]
    return Clusters(best, _floor(similarity, events))


def nearest(placed: np.ndarray, centroids: np.ndarray, rows: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Index of the nearest centroid and the cosine with it, for each row; never holds more than `rows` x themes."""
    label = np.zeros(len(placed), int)
    similarity = np.zeros(len(placed), np.float32)
    for start in range(0, len(placed), rows):
        cosine = placed[start : start + rows] @ centroids.T
        label[start : start + rows] = cosine.argmax(axis=1)
        similarity[start : start + rows] = cosine.max(axis=1)
    return label, similarity


def _k_means(placed: np.ndarray, weights: np.ndarray, k: int, random: np.random.Generator) -> tuple[np.ndarray, float]:
    centroids = placed[_spread_start(placed, weights, k, random)]
    label = np.full(len(placed), -1)
    for _ in range(ROUNDS):
        moved, _similarity = nearest(placed, centroids)
        if (moved == label).all():
            break
        label = moved
        centroids = _means(placed, weights, label, centroids)
    return centroids, float((weights * nearest(placed, centroids)[1]).sum())


def _spread_start(placed: np.ndarray, weights: np.ndarray, k: int, random: np.random.Generator) -> list[int]:
    """Rows to start from, each drawn the likelier the farther from those drawn before (k-means++)."""
    chosen = [int(random.choice(len(placed), p=weights / weights.sum()))]
    far = np.maximum(1 - placed @ placed[chosen[0]], 0)
    while len(chosen) < k and (weights * far).sum() > 1e-6:
        odds = weights * far
        chosen.append(int(random.choice(len(placed), p=odds / odds.sum())))
        far = np.minimum(far, np.maximum(1 - placed @ placed[chosen[-1]], 0))
    return chosen


def _means(placed: np.ndarray, weights: np.ndarray, label: np.ndarray, before: np.ndarray) -> np.ndarray:
    from scipy.sparse import csr_matrix

    member = csr_matrix((weights.astype(np.float32), (label, np.arange(len(label)))), shape=(len(before), len(label)))
    sums = np.asarray(member @ placed)
    is_empty = np.linalg.norm(sums, axis=1) < 1e-9
    sums[is_empty] = before[is_empty]
    return unit(sums)


def _join_twins(placed: np.ndarray, weights: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    while len(centroids) > 1:
        cosine = centroids @ centroids.T
        np.fill_diagonal(cosine, -1)
        one, other = np.unravel_index(int(cosine.argmax()), cosine.shape)
        if cosine[one, other] < TWINS:
            break
        label = nearest(placed, centroids)[0]
        label[label == other] = one
        label[label > other] -= 1
        kept = np.delete(centroids, other, axis=0)
        centroids = _means(placed, weights, label, kept)
    return centroids


def _floor(similarity: np.ndarray, events: np.ndarray) -> float:
    order = np.argsort(similarity)
    reached = np.cumsum(events[order])
    by_share = similarity[order[np.searchsorted(reached, FAR_SHARE * reached[-1])]]
    middle = np.median(similarity)
    by_spread = middle - FAR_SPREAD * 1.4826 * np.median(np.abs(similarity - middle))
    return float(min(by_share, by_spread))
