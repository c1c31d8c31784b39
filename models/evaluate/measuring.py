"""What one ranker's probabilities come to on the requests of a stage, gathered batch by batch."""

import time
from dataclasses import dataclass

import numpy as np

from models.evaluate.metrics import MISSED, target_ranks, target_rows, top_items
from models.interactions import Interactions, Requests
from models.ranking import Ranker, in_company


@dataclass
class Measured:
    """Figures of each request and target; the probabilities themselves are not kept."""

    rank: np.ndarray
    """int64 (targets,): among all items, MISSED beyond the list."""
    cold_rank: np.ndarray
    """int64 (targets,): of a cold item among the cold items only; MISSED for the others."""
    log_probability: np.ndarray
    """float64 (targets,)."""
    confidence: np.ndarray
    """float64 (requests,): the probability of the first item."""
    accuracy: np.ndarray
    """float64 (requests,): the share of the step's items that the first item was."""
    is_listed: np.ndarray
    """bool (items,): in the list of at least one request."""

    @classmethod
    def empty(cls, requests: Requests, items: int) -> "Measured":
        targets = len(requests.target)
        return cls(np.full(targets, MISSED), np.full(targets, MISSED), np.zeros(targets), np.zeros(len(requests)),
                   np.zeros(len(requests)), np.zeros(items, bool))  # fmt: skip

    def add(self, chosen: np.ndarray, part: Requests, targets: slice, scores: np.ndarray, cold: np.ndarray) -> None:
        """Measure log-probabilities (len(chosen), items) of the requests of those numbers, whose targets lie there."""
        row = target_rows(part)
        self.rank[targets] = target_ranks(scores, row, part.target)
        self.log_probability[targets] = scores[row, part.target]
        first = scores.argmax(axis=1)
        self.confidence[chosen] = np.exp(scores[np.arange(len(part)), first].astype(float))
        share = (part.target == first[row]) / np.diff(part.target_offsets)[row]
        self.accuracy[chosen] = np.bincount(row, weights=share, minlength=len(part))
        self.is_listed[top_items(scores)] = True
        place = np.searchsorted(cold, part.target)
        is_cold = np.isin(part.target, cold)
        if is_cold.any():
            wanted, inverse = np.unique(row[is_cold], return_inverse=True)
            ranks = target_ranks(scores[np.ix_(wanted, cold)], inverse, place[is_cold])
            self.cold_rank[np.flatnonzero(is_cold) + targets.start] = ranks


class Timed:
    """A ranker with the CPU seconds that it took, all threads of this process together."""

    def __init__(self, ranker: Ranker, spent: list[float] | None = None) -> None:
        self.ranker = ranker
        self.name = ranker.name
        self._spent = [0.0] if spent is None else spent

    @property
    def seconds(self) -> float:
        return self._spent[0]

    def in_company(self) -> "Timed":
        """The ranker as it speaks in a blend, on the same clock; itself where it has no such way."""
        own = in_company(self.ranker)
        return self if own is self.ranker else Timed(own, self._spent)

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        began = time.process_time()
        self.ranker.tune(train, log, requests)
        self._spent[0] += time.process_time() - began

    def fit(self, train: Interactions) -> None:
        began = time.process_time()
        self.ranker.fit(train)
        self._spent[0] += time.process_time() - began

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        began = time.process_time()
        found = self.ranker.log_probabilities(log, requests)
        self._spent[0] += time.process_time() - began
        return found
