"""What every ranker of items offers, whether a simple rival, the network or the blend of them, and the little that all
of them share: batches of requests, proper log-probabilities, and items that are no longer asked for."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from models.interactions import Interactions, Requests

BATCH = 256
"""Requests ranked at a time: 256 x 15,000 items are 15 MB as float32."""
REPEATS_FROM = 0.001
"""The share of events that repeat an item of the same person, below which seen items are not expected again."""
SEEN_PENALTY = 20.0
"""Nats taken from items that are not expected again: below every other item, yet never impossible."""


class Ranker(Protocol):
    """Something that says what comes next.

    `tune` comes first and may be left out where knobs are known, then `fit`, then any number of `log_probabilities`.
    A ranker learns only from `train`; at a request it may read the person's history in `log`, and of everybody else
    what happened strictly before the moment of asking.
    """

    name: str

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        """Choose knobs on requests after `train`; may do nothing. `log` is the whole log, for the histories."""
        ...

    def fit(self, train: Interactions) -> None:
        """Learn from these events with the knobs chosen."""
        ...

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): the logarithm of each item's probability to be next; exp of a row sums to 1."""
        ...


def in_company(ranker: Ranker) -> Ranker:
    """The ranker as it speaks best in a blend, where it has a way of its own to do that (`in_company`), else itself."""
    own = getattr(ranker, "in_company", None)
    found: Ranker = ranker if own is None else own()
    return found


def batches(requests: Requests, size: int = BATCH) -> Iterator[tuple[np.ndarray, Requests]]:
    """The numbers of so many requests at a time, and those requests."""
    for start in range(0, len(requests), size):
        chosen = np.arange(start, min(start + size, len(requests)))
        yield chosen, requests.part(chosen)


def normalised(scores: np.ndarray) -> np.ndarray:
    """float32, the shape of `scores` (rows, items): their logarithmic softmax along each row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float32)


def expects_repeats(train: Interactions) -> bool:
    """Whether people come back to items at all: a log of ratings has each item once per person, a shop does not."""
    asked = train.item >= 0
    items = int(asked.sum())
    pairs = train.user[asked].astype(np.int64) * max(train.catalogue.items, 1) + train.item[asked]
    return items > 0 and (items - len(np.unique(pairs))) / items >= REPEATS_FROM


def seen_cells(log: Interactions, requests: Requests) -> tuple[np.ndarray, np.ndarray]:
    """int64 rows and columns of a (requests, items) table: the items in each request's history, possibly twice."""
    starts = log.offsets[requests.user]
    lengths = requests.end - starts
    row = np.repeat(np.arange(len(requests)), lengths)
    before = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(requests) else np.zeros(0, np.int64)
    item = log.item[np.arange(len(row)) + np.repeat(starts - before, lengths)]
    return row[item >= 0], item[item >= 0].astype(np.int64)


def without_seen(found: np.ndarray, log: Interactions, requests: Requests) -> np.ndarray:
    """Log-probabilities (requests, items) in which items of the history are SEEN_PENALTY less likely, normalised."""
    penalised = found.copy()
    row, item = seen_cells(log, requests)
    penalised[row, item] = found[row, item] - SEEN_PENALTY
    return normalised(penalised)
