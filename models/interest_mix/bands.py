"""How far a person's mix strays from its forecast: a Dirichlet-multinomial, and the bands that follow from it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln, gammaln

EXPECTED = 3.0
"""Events that a cell must expect for its band to be judged: below, a band is nothing or everything."""
INSIDE = 0.8
SAMPLE = 2_000
"""People and periods by which the concentration is fitted at most."""
FEWEST = 200
"""Cells from which the bands are calibrated on what came."""
SEED = 5


@dataclass(frozen=True)
class Concentration:
    """The concentration of somebody with w decayed events: exp(base + growth log(1 + w)). The better a person is known,
    the less the next mix strays."""

    base: float = 3.0
    growth: float = 0.0
    tail: float = (1 - INSIDE) / 2
    """The part of the distribution left out at each end, so that bands hold INSIDE of what comes."""

    def of(self, weight: np.ndarray) -> np.ndarray:
        """float64, the shape of `weight`."""
        return np.asarray(np.exp(self.base + self.growth * np.log1p(weight)))


def fitted(mix: np.ndarray, weight: np.ndarray, counts: np.ndarray) -> Concentration:
    """The concentration of greatest likelihood, the counts (rows, interests) being Dirichlet-multinomial around `mix`
    (Minka 2000, Estimating a Dirichlet distribution); `weight` (rows,) are the decayed events behind each row."""
    if len(mix) > SAMPLE:
        chosen = np.random.default_rng(SEED).choice(len(mix), SAMPLE, replace=False)
        mix, weight, counts = mix[chosen], weight[chosen], counts[chosen]
    total = counts.sum(axis=1)

    def loss(knobs: np.ndarray) -> float:
        strength = Concentration(*knobs).of(weight)
        alpha = strength[:, None] * mix
        found = gammaln(strength) - gammaln(strength + total) + (gammaln(alpha + counts) - gammaln(alpha)).sum(axis=1)
        return -float(found.mean())

    found = minimize(loss, np.array([3.0, 0.1]), bounds=((-2, 12), (-0.5, 1.5)), method="L-BFGS-B")
    return Concentration(float(found.x[0]), float(found.x[1]))


def calibrated(concentration: Concentration, mix: np.ndarray, weight: np.ndarray, counts: np.ndarray) -> Concentration:
    """The concentration with the tail by which bands held INSIDE of these cells; unchanged where they are few."""
    if coverage(mix, weight, counts, concentration)[1] < FEWEST:
        return concentration
    low, high = 0.0, 0.5
    for _ in range(20):
        middle = (low + high) / 2
        if coverage(mix, weight, counts, replace(concentration, tail=middle))[0] > INSIDE:
            low = middle
        else:
            high = middle
    return replace(concentration, tail=(low + high) / 2)


def bands(
    mix: np.ndarray, weight: np.ndarray, events: np.ndarray, concentration: Concentration
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends, the shape of `mix`, of the share of each interest among so many events: quantiles of the
    Beta with the mean and variance that the share of a beta-binomial count has, p and p(1-p) (k + n) / (n (k + 1)).

    `weight` and `events` are of each row, or of each cell where `mix` is a list of cells.
    """
    if mix.ndim == 2:
        weight, events = weight[:, None], events[:, None]
    strength = concentration.of(weight)
    strength = np.maximum(events * (strength + 1) / (strength + events) - 1, 1e-6)
    first, second = strength * mix, strength * (1 - mix)
    return betaincinv(first, second, concentration.tail), betaincinv(first, second, 1 - concentration.tail)


def coverage(
    mix: np.ndarray, weight: np.ndarray, counts: np.ndarray, concentration: Concentration
) -> tuple[float, int]:
    """The part of cells expecting at least EXPECTED events whose share lies in its band, and how many cells."""
    total = counts.sum(axis=1)
    row, column = np.nonzero(total[:, None] * mix >= EXPECTED)
    if not len(row):
        return float("nan"), 0
    low, high = bands(mix[row, column], weight[row], total[row], concentration)
    share = counts[row, column] / total[row]
    return float(((share >= low) & (share <= high)).mean()), len(row)


def pit(
    mix: np.ndarray, weight: np.ndarray, counts: np.ndarray, concentration: Concentration, seed: int = SEED
) -> np.ndarray:
    """float64 (rows, interests): where each count falls in its distribution, drawn between the probabilities of less
    and of no more than the count; even on 0 to 1 where forecasts are right (Czado, Gneiting and Held 2009)."""
    shape = counts.shape
    total = np.broadcast_to(counts.sum(axis=1)[:, None], shape).ravel()
    strength = np.broadcast_to(concentration.of(weight)[:, None], shape).ravel()
    first, second = strength * mix.ravel(), strength * (1 - mix.ravel())
    count = counts.ravel()
    exactly = np.exp(betaln(first, second + total) - betaln(first, second))
    below = np.zeros_like(exactly)
    at, rows = 0, np.flatnonzero(count > 0)
    while len(rows):
        below[rows] += exactly[rows]
        exactly[rows] *= (
            (total[rows] - at) / (at + 1) * (first[rows] + at) / np.maximum(second[rows] + total[rows] - at - 1, 1e-12)
        )
        at += 1
        rows = rows[count[rows] > at]
    drawn = below + exactly * np.random.default_rng(seed).random(len(count))
    return np.asarray(drawn.reshape(shape))
