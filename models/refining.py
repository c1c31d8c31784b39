"""Weights of a mix refined by the lists that it makes: likelihood looks at all items alike, people at ten."""

import numpy as np

from models.evaluate.metrics import list_figures, target_ranks
from models.mixing import Sample, likely_weights, loss_and_gradient

STEPS = (0.2, 0.1, 0.05)
"""How far a weight of a mix whose weights sum to 1 is moved at a time."""
PULL = 0.01
"""How strongly a group's weights are held near those of all: nats for a distance of 1."""
WORTH = 0.001
"""Nats that weights by group have to save."""


def list_gain(weights: np.ndarray, sample: Sample) -> np.ndarray:
    """float64 (requests,): NDCG@10 of the mix among the candidates. `weights` are (rankers,) or (requests, rankers)."""
    each = weights.astype(np.float32)
    score = sample.values @ each if each.ndim == 1 else np.einsum("rcm,rm->rc", sample.values, each)
    score[~np.isfinite(sample.offset)] = -np.inf
    row, item = np.nonzero(sample.is_target)
    return list_figures(target_ranks(score, row, item), row, len(score))[0]


def best_lists(weights: np.ndarray, sample: Sample) -> np.ndarray:
    """float (rankers,), summing to 1: from these weights on, one after another is moved as long as lists gain."""
    best = weights / max(weights.sum(), 1e-9)
    gain = list_gain(best, sample).mean()
    for step in STEPS:
        improved = True
        while improved:
            improved = False
            for number in range(len(best)):
                for moved in (step, -step):
                    tried = best.copy()
                    tried[number] = max(tried[number] + moved, 0)
                    if not tried.any():
                        continue
                    tried /= tried.sum()
                    found = list_gain(tried, sample).mean()
                    if found > gain + 1e-6:
                        best, gain, improved = tried, found, True
    return best


def chosen_weights(sample: Sample, group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """float (1 or groups, rankers): weights for everybody, or for each group of requests, `group` being (requests,).

    Weights by group, and then weights refined by lists, are taken only where they help people to whom they were not
    fitted: each half of the people judges what was fitted to the other.
    """
    everybody = np.zeros_like(group)
    is_first = np.isin(sample.user, rng.permutation(np.unique(sample.user))[::2])
    halves = [np.flatnonzero(is_first), np.flatnonzero(~is_first)]
    if not all(map(len, halves)):
        return _fitted(sample, everybody, by_lists=False)

    def judged(group: np.ndarray, by_lists: bool) -> tuple[float, float]:
        """Log-loss and NDCG@10 of weights fitted to the other half."""
        loss, gain = 0.0, 0.0
        for own, other in (halves, halves[::-1]):
            weights = _fitted(sample.part(own), group[own], by_lists=by_lists, groups=int(group.max()) + 1)
            judge = sample.part(other)
            gain += float(list_gain(weights[group[other]], judge).sum())
            for number in np.unique(group[other]):
                part = judge.part(np.flatnonzero(group[other] == number))
                loss += len(part.user) * loss_and_gradient(weights[number], part)[0]
        return loss / len(group), gain / len(group)

    loss, gain = judged(everybody, False)
    chosen = everybody
    if group.any():
        apart = judged(group, False)
        if apart[0] <= loss - WORTH and apart[1] >= gain:
            chosen, gain = group, apart[1]
    return _fitted(sample, chosen, by_lists=judged(chosen, True)[1] > gain)


def _fitted(sample: Sample, group: np.ndarray, *, by_lists: bool, groups: int | None = None) -> np.ndarray:
    """Weights for each of `groups` groups; those without requests get everybody's."""
    one = likely_weights(sample)
    lists = best_lists(one, sample) if by_lists else None
    rows = []
    for number in range(int(group.max()) + 1 if groups is None else groups):
        inside = np.flatnonzero(group == number)
        part = sample if len(inside) in (0, len(group)) else sample.part(inside)
        row = one if part is sample else likely_weights(part, one, pull=PULL)
        rows.append(row if lists is None else _between(row, lists, part))
    return np.stack(rows)


def _between(weights: np.ndarray, lists: np.ndarray, sample: Sample) -> np.ndarray:
    """Half way from weights by likelihood to those by lists, at the temperature at which what came was likeliest: the
    search for lists follows chance where likelihood does not, so it gets half a say."""
    middle = (weights / max(weights.sum(), 1e-9) + lists) / 2
    return np.asarray(middle * likely_weights(sample.mixed(middle))[0])
