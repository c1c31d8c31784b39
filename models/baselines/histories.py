"""Histories at the moments of asking, as the rivals read them: which item or search, how many steps ago, how old."""

from dataclasses import dataclass

import numpy as np

from models.interactions import KINDS, Interactions, Requests

HISTORY = 300
"""The newest events of a history that are read: with any decay worth choosing, older ones weigh nothing."""
LIGHTEST = 0.005
"""Events of less than this part of a history's heaviest are left out of sums: together they change no ranking."""
KIND_WEIGHTS = {"view": 1.0, "cart": 3.0, "wishlist": 2.0, "purchase": 5.0, "review": 3.0, "search": 1.0}
"""What an event counts where kinds are told apart: contract.md, section 3."""
DAY = 86_400.0


@dataclass(frozen=True)
class Histories:
    """The newest events of some histories, one request after another, oldest first."""

    requests: int
    request: np.ndarray
    """int64 (events,): the request whose history it is, never falling."""
    token: np.ndarray
    """int64 (events,): an item's number, or the number of items plus that of the search words."""
    place: np.ndarray
    """float32 (events,): steps back from the request; 0 is the newest step, and all events of a step share it."""
    age: np.ndarray
    """float32 (events,): days before the request."""
    kind: np.ndarray
    """float32 (events,): weight of the event's kind."""

    def weights(self, decay: float, half_life: float, by_kind: bool) -> np.ndarray:
        """float32 (events,): decay^place times 2^(-age / half_life in days), relative to the largest of its request, so
        that a history that ended long ago says as much as another; times the weight of its kind if asked."""
        exponent = self.place * np.float32(np.log2(decay)) - self.age / np.float32(half_life)
        largest = np.full(self.requests, -np.inf, np.float32)
        np.maximum.at(largest, self.request, exponent)
        found = np.exp2(exponent - largest[self.request])
        return found * self.kind if by_kind else found


@dataclass(frozen=True)
class Weighted:
    """What is left of histories for sums: tokens with the weight that each has in its request."""

    request: np.ndarray
    token: np.ndarray
    weight: np.ndarray


def weighted(histories: Histories, weight: np.ndarray) -> Weighted:
    """The events that weigh at least LIGHTEST of the heaviest of their request."""
    heaviest = np.zeros(histories.requests, np.float32)
    np.maximum.at(heaviest, histories.request, weight)
    kept = weight > heaviest[histories.request] * LIGHTEST
    return Weighted(histories.request[kept], histories.token[kept], weight[kept])


def read_histories(log: Interactions, requests: Requests) -> Histories:
    """The newest HISTORY events before each request; a request without a history has none."""
    ends = requests.end
    starts = np.maximum(log.offsets[requests.user], ends - HISTORY)
    lengths = ends - starts
    request = np.repeat(np.arange(len(requests)), lengths)
    shift = starts - (np.cumsum(lengths) - lengths)
    rows = np.arange(len(request)) + shift[request]
    item, query = log.item[rows], log.query[rows]
    told = (item >= 0) | (query >= 0)
    request, rows, item, query = request[told], rows[told], item[told], query[told]
    token = np.where(item >= 0, item, query + log.catalogue.items).astype(np.int64)
    newest = log.step[np.maximum(ends - 1, 0)][request]
    age = np.maximum(requests.time[request] - log.time[rows], 0) / DAY
    return Histories(
        len(requests), request, token, (newest - log.step[rows]).astype(np.float32), age.astype(np.float32),
        _WEIGHTS[log.kind[rows]],
    )  # fmt: skip


_WEIGHTS = np.array([KIND_WEIGHTS[kind] for kind in KINDS], np.float32)
