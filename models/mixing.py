"""Weights of a log-linear mix of rankers: z = sum of w_m log p_m, then softmax over the items (a logarithmic opinion
pool: Heskes 1998), the weights by maximum conditional likelihood of what came."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

ALL_ITEMS = 4_096
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


def likely_weights(sample: Sample, *, around: np.ndarray | None = None, pull: float = 0.0) -> np.ndarray:
    """float (rankers,), none below 0: the weights under which what came was likeliest (L-BFGS-B; the loss is convex).

    `pull` holds them near `around`: that many nats for a distance of 1.
    """
    rankers = sample.values.shape[2]
    start = np.full(rankers, 1 / rankers) if around is None else around

    def objective(weights: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = loss_and_gradient(weights, sample)
        return loss + pull * ((weights - start) ** 2).sum(), gradient + 2 * pull * (weights - start)

    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * rankers,
                     options={"maxiter": 60, "ftol": 1e-7})  # fmt: skip
    return np.asarray(found.x, float)
