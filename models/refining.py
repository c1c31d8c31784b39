"""The weights of a blend: by likelihood and by the lists that come out, whatever serves people they were not fitted to.

Likelihood looks at all items alike, people at ten of them: a ranker whose probabilities are badly calibrated can still
make the best lists. So weights are fitted by both, each half of the people judges what was fitted to the other, and
the temperature is always that of likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluate.metrics import list_figures, target_ranks
from models.mixing import Sample, influence, likely_weights, loss_and_gradient

STEPS = (0.2, 0.1, 0.05)
"""How far a weight of a mix whose weights sum to 1 is moved at a time."""
NEAR = 60
"""The best of each ranker, from which lists are made while weights are moved."""
SAYS = (0.0, 0.5, 1.0)
"""Parts of the weights that are by lists, as tried; the rest is by likelihood."""
PULL = 0.01
"""How strongly a group's weights are held near those of all: nats for a distance of 1."""
WORTH = 0.001
"""Nats that weights by group, or a member, have to save; of NDCG@10, a member's part of the whole."""
CHANCE = 2.0
"""Nats over all requests that a weight fitted to nothing saves in 1 of 20 cases (half of chi-squared, one degree)."""


def list_gain(weights: np.ndarray, sample: Sample) -> np.ndarray:
    """float64 (requests,): NDCG@10 of the mix among the candidates. `weights` are (rankers,) or (requests, rankers)."""
    each = weights.astype(np.float32)
    score = sample.values @ each if each.ndim == 1 else np.einsum("rcm,rm->rc", sample.values, each)
    score[~np.isfinite(sample.offset)] = -np.inf
    row, item = np.nonzero(sample.is_target)
    return list_figures(target_ranks(score, row, item), row, len(score))[0]


def best_lists(weights: np.ndarray, sample: Sample) -> np.ndarray:
    """float (rankers,), summing to 1: from these weights on, one after another is moved as long as lists gain."""
    sample = sample.near(NEAR)
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


@dataclass(frozen=True)
class Fit:
    """Both kinds of weights of some rankers for one sample, zeros for the other rankers."""

    sample: Sample
    likely: np.ndarray
    lists: np.ndarray

    @classmethod
    def of(cls, sample: Sample, rankers: Sequence[int]) -> "Fit":
        some = sample.of(rankers)
        weights = np.zeros((2, sample.values.shape[2]))
        weights[0, rankers] = likely_weights(some)
        weights[1, rankers] = best_lists(weights[0, rankers], some)
        return cls(sample, *weights)

    def rows(self, group: np.ndarray, groups: int, say: float) -> np.ndarray:
        """float (groups, rankers): weights for each group of the sample's requests; a group without any gets those of
        everybody. `say` is the part of lists."""
        rows = []
        for number in range(groups):
            inside = np.flatnonzero(group == number)
            own = groups > 1 and len(inside) > 0
            part = self.sample.part(inside) if own else self.sample
            likely = self._pulled(part) if own else self.likely
            mixed = (1 - say) * likely / max(likely.sum(), 1e-9) + say * self.lists
            rows.append(mixed * likely_weights(part.mixed(mixed))[0])
        return np.stack(rows)

    def _pulled(self, part: Sample) -> np.ndarray:
        used = np.flatnonzero(self.likely + self.lists).tolist()
        found = np.zeros_like(self.likely)
        found[used] = likely_weights(part.of(used), self.likely[used], pull=PULL)
        return found


class Judge:
    """Each half of the people judges what was fitted to the other."""

    def __init__(self, sample: Sample, seed: int = 0) -> None:
        self.sample = sample
        people, self._person = np.unique(sample.user, return_inverse=True)
        rng = np.random.default_rng(seed)
        is_first = (rng.permutation(len(people)) % 2 == 0)[self._person]
        halves = [np.flatnonzero(is_first), np.flatnonzero(~is_first)]
        self._halves = list(zip(halves, halves[::-1], strict=True))
        self.can = all(map(len, halves))

    def fits(self, rankers: Sequence[int]) -> list[Fit]:
        """What is fitted to either half."""
        return [Fit.of(self.sample.part(own), rankers) for own, _ in self._halves]

    def figures(self, fits: list[Fit], group: np.ndarray, say: float) -> tuple[float, np.ndarray]:
        """Log-loss, and NDCG@10 of each request, (requests,)."""
        loss, gain = 0.0, np.empty(len(group))
        for fit, (own, other) in zip(fits, self._halves, strict=True):
            rows, judge = fit.rows(group[own], int(group.max()) + 1, say), self.sample.part(other)
            gain[other] = list_gain(rows[group[other]], judge)
            for number in np.unique(group[other]):
                part = judge.part(np.flatnonzero(group[other] == number))
                loss += len(part.user) * loss_and_gradient(rows[number], part)[0]
        return loss / len(group), gain

    def is_sure(self, difference: np.ndarray) -> bool:
        """Whether a mean over requests is above 0 by more than its standard error over people."""
        sums = np.bincount(self._person, difference - difference.mean())
        return bool(difference.mean() > np.sqrt((sums**2).sum()) / len(difference))


@dataclass(frozen=True)
class Chosen:
    """Weights, and what came of the way they were fitted in the half of the people to whom they were not."""

    weights: np.ndarray
    """float (1 or groups, rankers): for everybody, or for each group of requests."""
    gain: np.ndarray
    """float (requests,): NDCG@10."""


def chosen_weights(judge: Judge, group: np.ndarray, costly: Sequence[int] = ()) -> Chosen:
    """Weights of the judge's sample; `group` is int (requests,), from 0.

    How much say lists have, whether a costly ranker is needed and whether groups get weights of their own is judged by
    the other half of the people. Members that then move next to nothing get no weight.
    """
    sample = judge.sample
    everyone, everybody = list(range(sample.values.shape[2])), np.zeros_like(group)
    if not judge.can:
        rows = _pruned(Fit.of(sample, everyone).rows(everybody, 1, 0.0), sample, everybody)
        return Chosen(rows, list_gain(rows[0], sample))
    kept, fits, say, gain = everyone, *_best_say(judge, everyone, everybody)
    for ranker in costly:
        others = [each for each in kept if each != ranker]
        if others:
            found = _best_say(judge, others, everybody)
            if not judge.is_sure(gain - found[2]):
                kept, (fits, say, gain) = others, found
    chosen = everybody
    if group.any():
        loss, apart = judge.figures(fits, everybody, say)[0], judge.figures(fits, group, say)
        if apart[0] <= loss - WORTH and apart[1].mean() >= gain.mean():
            chosen, gain = group, apart[1]
    rows = Fit.of(sample, kept).rows(chosen, int(chosen.max()) + 1, say)
    return Chosen(_pruned(rows, sample, chosen), gain)


def _best_say(judge: Judge, rankers: Sequence[int], group: np.ndarray) -> tuple[list[Fit], float, np.ndarray]:
    """What is fitted to either half, the say of lists, more of it only where it is sure to help, and its NDCG@10."""
    fits = judge.fits(rankers)
    say, gain = SAYS[0], judge.figures(fits, group, SAYS[0])[1]
    for more in SAYS[1:]:
        found = judge.figures(fits, group, more)[1]
        if judge.is_sure(found - gain):
            say, gain = more, found
    return fits, say, gain


def _pruned(rows: np.ndarray, sample: Sample, group: np.ndarray) -> np.ndarray:
    """The same weights without members that can be left out: two that say the same share their weight by chance, and
    one that says little can have any."""
    rows = rows.copy()
    loss, gain = _told(rows, sample, group)
    worth = max(WORTH, CHANCE / len(group))
    for number in np.argsort(influence(rows.mean(axis=0), sample)):
        tried = rows.copy()
        tried[:, number] = 0
        if not rows[:, number].any() or not tried.any(axis=1).all():
            continue
        for own in np.unique(group):
            part = sample.part(np.flatnonzero(group == own))
            tried[own] *= likely_weights(part.mixed(tried[own]))[0]
        without = _told(tried, sample, group)
        if without[0] < loss + worth and without[1] > gain * (1 - WORTH):
            rows, (loss, gain) = tried, without
    return rows


def _told(rows: np.ndarray, sample: Sample, group: np.ndarray) -> tuple[float, float]:
    """Log-loss and NDCG@10 of weights on the sample itself."""
    parts = [(number, np.flatnonzero(group == number)) for number in np.unique(group)]
    loss = sum(len(inside) * loss_and_gradient(rows[number], sample.part(inside))[0] for number, inside in parts)
    return loss / len(group), float(list_gain(rows[group], sample).mean())
