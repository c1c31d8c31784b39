"""k-means: points grouped around centroids, the same groups for the same points and seed."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from analytics.migration.halves import Array

ROUNDS = 60
"""Steps after which the centroids of real mixes have long stopped moving."""
GAIN = 1e-4
"""The part of the loss that a step has to save to be followed by another: by then only a few points change sides."""
Labels = npt.NDArray[np.int64]


def k_means(points: Array, k: int, *, seed: int = 0, restarts: int = 8) -> Array:
    """The centroids with the smallest sum of squared distances among `restarts` runs of Lloyd's algorithm, each from
    a start of k-means++ (Arthur and Vassilvitskii 2007); the largest group first."""
    best, least = points[:k], np.inf
    for run in range(restarts):
        centroids, loss = settled(points, _spread(points, k, np.random.default_rng([seed, run])))
        if loss < least:
            best, least = centroids, loss
    sizes = np.bincount(nearest(points, best)[0], minlength=k)
    return cast(Array, best[np.argsort(-sizes, kind="stable")])


def settled(points: Array, centroids: Array) -> tuple[Array, float]:
    """Where the centroids come to rest by Lloyd's algorithm, and the sum of squared distances to them."""
    k, loss, whole = len(centroids), np.inf, float((points**2).sum())
    for _ in range(ROUNDS):
        # The squared distance to a centroid c is |x|^2 minus this.
        near = 2 * (points @ centroids.T) - (centroids**2).sum(axis=1)
        label, before, loss = near.argmax(axis=1), loss, whole - float(near.max(axis=1).sum())
        if before - loss <= GAIN * loss:
            break
        belongs = np.zeros((k, len(points)))
        belongs[label, np.arange(len(points))] = 1
        sizes = belongs.sum(axis=1, keepdims=True)
        # A group that lost all its points stays where it is.
        centroids = np.where(sizes > 0, belongs @ points / np.maximum(sizes, 1), centroids)
    return centroids, loss


def nearest(points: Array, centroids: Array) -> tuple[Labels, Array]:
    """The centroid that each point is nearest to, and its margin: how much farther the next one is."""
    far = np.sqrt(_squares(points, centroids))
    label = far.argmin(axis=1)
    if len(centroids) < 2:
        return label, np.full(len(points), np.inf)
    first, second = np.partition(far, 1, axis=1)[:, :2].T
    return label, second - first


def matched(centroids: Array, others: Array) -> Labels:
    """For each centroid its partner among `others`, -1 for none: the pairing with the smallest sum of distances."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.sqrt(_squares(centroids, others)))
    partner = np.full(len(centroids), -1, dtype=np.int64)
    partner[rows] = columns
    return partner


def _squares(points: Array, centroids: Array) -> Array:
    inner = points @ centroids.T
    found = (points**2).sum(axis=1)[:, None] + (centroids**2).sum(axis=1) - 2 * inner
    return cast(Array, np.maximum(found, 0.0))


def _spread(points: Array, k: int, draw: np.random.Generator) -> Array:
    """k points, each drawn with odds of its squared distance to those drawn before."""
    chosen = [int(draw.integers(len(points)))]
    gap = _squares(points, points[chosen])[:, 0]
    for _ in range(k - 1):
        total = gap.sum()
        odds = gap / total if total > 0 else np.full(len(points), 1 / len(points))
        chosen.append(int(draw.choice(len(points), p=odds)))
        gap = np.minimum(gap, _squares(points, points[chosen[-1:]])[:, 0])
    return points[chosen]
