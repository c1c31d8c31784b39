"""Weights of a log-linear mix of rankers: z = sum of w_m log p_m, then softmax over the items (a logarithmic opinion
pool: Heskes 1998), the weights by maximum conditional likelihood of what came."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

ALL_ITEMS = 2_048
"""Catalogues up to here are mixed whole while weights are fitted; of larger ones, candidates."""
BEST_OF_EACH = 100
"""Candidates from the top of each ranker."""
OTHERS = 400
"""Candidates drawn from all other items, which stand for all of those."""


@dataclass(frozen=True)
class Sample:
    """Requests with what each ranker said of the candidates."""

    user: np.ndarray
    """int (requests,)."""
    values: np.ndarray
    """float32 (requests, candidates, rankers): log-probabilities; 0 where `offset` is -inf."""
    offset: np.ndarray
    """float32 (requests, candidates): the logarithm of how many items a candidate stands for; -inf for none."""
    is_target: np.ndarray
    """bool (requests, candidates)."""

    def part(self, chosen: np.ndarray) -> "Sample":
        """The requests of those numbers."""
        return Sample(self.user[chosen], self.values[chosen], self.offset[chosen], self.is_target[chosen])

    def of(self, rankers: Sequence[int]) -> "Sample":
        """The same requests with those rankers only."""
        return replace(self, values=self.values[:, :, list(rankers)])

    def near(self, best: int) -> "Sample":
        """The same requests with the best candidates of each ranker and the targets only: what can be in a list."""
        if self.values.shape[1] <= best:
            return self
        inside = np.isfinite(self.offset)
        is_near = self.is_target.copy()
        for number in range(self.values.shape[2]):
            values = np.where(inside, self.values[:, :, number], -np.inf)
            np.put_along_axis(is_near, np.argpartition(values, -best, axis=1)[:, -best:], True, axis=1)
        is_near &= inside
        width = int(is_near.sum(axis=1).max(initial=1))
        place = np.argsort(~is_near, axis=1, kind="stable")[:, :width]
        offset = np.where(np.take_along_axis(is_near, place, axis=1), np.float32(0), np.float32(-np.inf))
        values = np.take_along_axis(self.values, place[:, :, None], axis=1)
        return Sample(self.user, values, offset, np.take_along_axis(self.is_target, place, axis=1))

    def mixed(self, weights: np.ndarray) -> "Sample":
        """The same requests with one ranker only, the mix."""
        return replace(self, values=(self.values @ weights.astype(np.float32))[:, :, None])


def candidates(parts: list[np.ndarray], is_target: np.ndarray, is_hidden: np.ndarray, rng: np.random.Generator) -> (
    tuple[np.ndarray, np.ndarray, np.ndarray]
):  # fmt: skip
    """Values, offset and is_target of a Sample for a few requests.

    `parts` holds each ranker's log-probabilities (requests, items); `is_target` and `is_hidden` are bool of the same
    shape, the latter for items that are not asked for again. Every request gets its targets, the best of each ranker
    and OTHERS at random, or the whole of a small catalogue.
    """
    requests, items = is_target.shape
    if items <= ALL_ITEMS:
        offset = np.where(is_hidden & ~is_target, -np.inf, 0).astype(np.float32)
        return np.stack(parts, axis=2).astype(np.float32), offset, is_target
    is_near = is_target.copy()
    for part in parts:
        best = np.argpartition(part, -BEST_OF_EACH, axis=1)[:, -BEST_OF_EACH:]
        np.put_along_axis(is_near, best, True, axis=1)
    width = BEST_OF_EACH * len(parts) + OTHERS + int(is_target.sum(axis=1).max(initial=0))
    values = np.zeros((requests, width, len(parts)), np.float32)
    offset = np.full((requests, width), -np.inf, np.float32)
    target = np.zeros((requests, width), bool)
    for row in range(requests):
        is_asked = ~is_hidden[row] | is_target[row]
        near = np.flatnonzero(is_near[row] & is_asked)
        far = np.flatnonzero(~is_near[row] & is_asked)
        drawn = rng.choice(far, min(OTHERS, len(far)), replace=False)
        chosen = np.concatenate([near, drawn])
        for number, part in enumerate(parts):
            values[row, : len(chosen), number] = part[row, chosen]
        offset[row, : len(near)] = 0
        offset[row, len(near) : len(chosen)] = np.log(len(far) / max(len(drawn), 1))
        target[row, : len(chosen)] = is_target[row, chosen]
    return values, offset, target


def loss_and_gradient(weights: np.ndarray, sample: Sample) -> tuple[float, np.ndarray]:
    """The mean over requests of the mean over targets of -log p, and its gradient, (rankers,)."""
    score = sample.values @ weights.astype(np.float32) + sample.offset
    score -= score.max(axis=1, keepdims=True)
    share = np.exp(score)
    total = share.sum(axis=1, keepdims=True)
    came = sample.is_target / sample.is_target.sum(axis=1, keepdims=True)
    loss = np.log(total[:, 0]) - (np.where(sample.is_target, score, 0) * came).sum(axis=1)
    surplus = (share / total - came).astype(np.float32)
    gradient = np.einsum("rc,rcm->m", surplus, sample.values, optimize=True) / len(score)
    return float(loss.mean()), gradient.astype(float)


def likely_weights(sample: Sample, start: np.ndarray | None = None, pull: float = 0.0) -> np.ndarray:
    """float (rankers,), none below 0: the weights under which what came was likeliest (L-BFGS-B; the loss is convex).

    `pull` holds them near `start`: that many nats for a distance of 1.
    """
    rankers = sample.values.shape[2]
    first = np.full(rankers, 1 / rankers) if start is None else start

    def objective(weights: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = loss_and_gradient(weights, sample)
        return loss + pull * ((weights - first) ** 2).sum(), gradient + 2 * pull * (weights - first)

    found = minimize(objective, first, jac=True, method="L-BFGS-B", bounds=[(0, None)] * rankers,
                     options={"maxiter": 60, "ftol": 1e-7})  # fmt: skip
    return np.asarray(found.x, float)


def influence(weights: np.ndarray, sample: Sample) -> np.ndarray:
    """float (rankers,): each weight times the spread of that ranker's log-probabilities over a request's candidates,
    which is what moves the mix: a ranker that finds all items alike moves nothing at any weight."""
    inside = np.isfinite(sample.offset)
    count = np.maximum(inside.sum(axis=1), 1)
    spread = np.empty(len(weights))
    for number in range(len(weights)):
        values = np.where(inside, sample.values[:, :, number], 0)
        variance = np.einsum("rc,rc->r", values, values) / count - (values.sum(axis=1) / count) ** 2
        spread[number] = np.sqrt(np.maximum(variance, 0)).mean()
    return np.asarray(weights * spread)
