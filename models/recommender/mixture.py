"""The blend, or one ranker, computed sparsely: the same probabilities for a fraction of the work.

A rival's probability is (1 - smoothing) s^power / sum s^power + smoothing p, p being recent popularity, and nearly all
of its scores s are 0. Up to a constant of the request, which the softmax takes out again, its logarithm is
log p + log(1 + (1 - smoothing) / smoothing * s^power / (sum s^power * p)): one line of popularity for everybody who is
asked at one moment, and a second term only where s is not 0.
"""

import numpy as np

from models.baselines.histories import Weighted, read_histories
from models.baselines.neighbours import Neighbours
from models.baselines.personal import Personal
from models.baselines.popularity import Popularity
from models.baselines.scored import Scored
from models.blend import Blend
from models.interactions import Interactions, Requests
from models.ranking import SEEN_PENALTY, Ranker, seen_cells
from models.recommender.network import ServedNetwork

CELLS = 200_000
"""Cells of a table of scores that members are added to at a time: few enough to stay in a processor's cache."""


class Mixture:
    """Rankers weighted as a blend weighs them. `scores` differ from the blend's log-probabilities by a constant of each
    request alone, and by rounding."""

    def __init__(self, blend: Blend, popularity: Popularity) -> None:
        self.blend = blend
        self.popularity = popularity

    @classmethod
    def of_one(cls, ranker: Ranker, popularity: Popularity, hides_seen: bool) -> "Mixture":
        """One ranker alone."""
        blend = ranker if isinstance(ranker, Blend) else Blend([ranker])
        if blend is not ranker:
            blend.weights, blend.hides_seen = np.ones((1, 1)), hides_seen
        return cls(blend, popularity)

    def scores(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): logarithms of probabilities, but for a constant of each request."""
        weights = self.blend._weights_of(log, requests).astype(np.float32)
        moments, place = np.unique(requests.time, return_inverse=True)
        share = self.popularity.recent(log).at(moments)
        prior, rarity = np.log(share), 1 / share
        histories = read_histories(log, requests) if log.events else None
        plain, penalty = np.zeros(len(requests), np.float32), np.zeros(len(requests), np.float32)
        if self.blend.hides_seen:
            penalty += SEEN_PENALTY
        voices = self.blend.voices()
        for number, member in enumerate(voices):
            if isinstance(member, Popularity | Scored):
                plain += weights[:, number]
            if _masks_seen(member):
                penalty += weights[:, number] * SEEN_PENALTY
        found = np.asarray(plain[:, None] * (prior if len(prior) == 1 else prior[place]))
        items = found.shape[1]
        rows = max(1, CELLS // items)
        seen: np.ndarray | None = None
        if penalty.any():
            row, item = seen_cells(log, requests)
            seen = np.unique(row * items + item)
        for number, member in enumerate(voices):
            weight = weights[:, number]
            if not weight.any() or isinstance(member, Popularity):
                continue
            if isinstance(member, Scored) and histories is not None:
                given = member._weighted(histories)
                for start in range(0, len(requests), rows):
                    part = slice(start, start + rows)
                    _add(found[part], member, _of(given, start, rows), weight[part], rarity, place[part],
                         None if seen is None else _between(seen, start * items, (start + rows) * items))  # fmt: skip
            elif isinstance(member, ServedNetwork):
                logits = member.logits(log, requests)
                logits *= weight[:, None]
                found += logits
            elif not isinstance(member, Scored):
                found += weight[:, None] * member.log_probabilities(log, requests)
        if seen is not None:
            found.ravel()[seen] -= penalty[seen // items]
        return found

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): as the blend's own."""
        found = self.scores(log, requests)
        found -= log_sums(found)[:, None]
        return found


def _add(
    found: np.ndarray, member: Scored, given: Weighted, weight: np.ndarray, rarity: np.ndarray,
    place: np.ndarray, seen: np.ndarray | None,
) -> None:  # fmt: skip
    """Add a member's second term."""
    requests, items = found.shape
    at, data = _cells(member, given, requests)
    if member.masks_seen and seen is not None:
        data[np.isin(at, seen)] = 0
    if not len(at):
        return
    starts = np.searchsorted(at, np.arange(requests + 1) * items)
    sizes = np.diff(starts)
    raised = _raised(data, member.knobs["power"])
    total = np.zeros(requests, np.float32)
    total[sizes > 0] = np.add.reduceat(raised, starts[:-1][sizes > 0])
    smoothing = member.knobs["smoothing"]
    raised *= np.repeat(((1 - smoothing) / smoothing / np.maximum(total, 1e-30)).astype(np.float32), sizes)
    column = at - np.repeat(np.arange(requests) * items, sizes)
    raised *= rarity[0].take(column) if len(rarity) == 1 else rarity[np.repeat(place, sizes), column]
    raised += 1  # log1p would be exact where it does not matter, and takes ten times as long
    np.log(raised, out=raised)
    raised *= np.repeat(weight, sizes)
    found.ravel()[at] += raised


def _of(given: Weighted, start: int, rows: int) -> Weighted:
    """The histories of so many requests from `start` on, numbered from 0."""
    first, last = np.searchsorted(given.request, (start, start + rows))
    return Weighted(given.request[first:last] - start, given.token[first:last], given.weight[first:last])


def _between(places: np.ndarray, low: int, high: int) -> np.ndarray:
    """The places from `low` on and before `high`, numbered from 0."""
    first, last = np.searchsorted(places, (low, high))
    return np.asarray(places[first:last] - low)


def _cells(member: Scored, given: Weighted, requests: int) -> tuple[np.ndarray, np.ndarray]:
    """int64 places, rising, in a (requests, items) table laid flat, and the member's scores there, float32, where they
    are above 0."""
    items = member.catalogue.items
    if isinstance(member, Neighbours):
        item, weight = member.table.item, member.table.weight
        known = given.token < len(item)
        token = given.token[known]
        at = (item[token] + (given.request[known] * items)[:, None]).ravel()
        score = (weight[token] * given.weight[known][:, None]).ravel()
    elif isinstance(member, Personal):
        known = given.token < items
        at, score = given.token[known] + given.request[known] * items, given.weight[known]
    else:
        raise TypeError(f"{member.name} is neither a table of neighbours nor a person's own items.")
    found = np.bincount(at, score, requests * items)
    above = np.flatnonzero(found > 0)
    return above, found[above].astype(np.float32)


def _raised(values: np.ndarray, power: float) -> np.ndarray:
    if power == 0.5:
        return np.sqrt(values)
    return values.copy() if power == 1.0 else np.asarray(values ** np.float32(power), np.float32)


def _masks_seen(member: Ranker) -> bool:
    """Whether a member makes seen items next to impossible by itself."""
    if isinstance(member, ServedNetwork):
        return member.config.mask_seen
    return isinstance(member, Popularity | Scored) and member.masks_seen


def log_sums(scores: np.ndarray) -> np.ndarray:
    """float32 (rows,): log sum exp of each row."""
    top = scores.max(axis=1)
    return np.asarray(top + np.log(np.exp(scores - top[:, None]).sum(axis=1)), np.float32)
