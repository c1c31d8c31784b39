"""A small adapter on the language model's vectors, tuned on what this shop's people take together and search for.

The vectors of names know what words mean, not that this shop's people buy the two things together. The adapter is a
residual of low rank, v' = v + v A B, brought back to length 1 (Houlsby et al. 2019 in its smallest form), learned by
softmax over the batch: of all second items of a batch the true partner should be nearest (van den Oord et al. 2018).
It is judged on items that it never saw, and kept only if those find their partners better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.baselines.item_knn import partners
from models.evaluate.bootstrap import Bootstrap, interval
from models.interactions import Interactions

RANK = 64
PARTNERS = 10
"""The nearest items by what people have in common that count as an item's true partners."""
IN_COMMON = 3
"""People that both items must share at least."""
SOON = 3_600
"""Seconds after a search within which an item of the same person answers it."""
HELD_OUT, MOST_HELD = 0.3, 4_000
"""Part of the items that the adapter is judged on and never sees before, and how many they are at most."""
STOPPING = 0.15
"""Part of the items that say when to stop, fewer where fewer are held out."""
FEWEST = 100
"""Held-out items with partners below which nothing can be judged."""
BATCH, EPOCHS, PATIENCE = 256, 30, 3
PAIRS = 40_000
"""Pairs of an epoch at most, drawn anew for each."""
RATE, TEMPERATURE, DECAY = 5e-4, 0.1, 1e-2
TOP = 10


@dataclass(frozen=True)
class Adapter:
    """v + v A B, of length 1 where v is not 0."""

    down: np.ndarray
    """float32 (384, RANK): A."""
    up: np.ndarray
    """float32 (RANK, 384): B; zeros change nothing."""

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """float32, the shape of `vectors` (texts, 384)."""
        moved = vectors + (vectors @ self.down) @ self.up
        length = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.maximum(length, 1e-12), np.float32)


@dataclass(frozen=True)
class Adapted:
    """What the tuning came to."""

    adapter: Adapter | None
    """None where it was not kept."""
    vectors: np.ndarray
    """float32 (items, 384): adapted where it was kept, else as they were."""
    query_vectors: np.ndarray | None
    report: dict[str, Any]
    """{"kept", "before", "after", "interval", "items"}: recall@10 of an item's partners among the held-out items with
    the vectors as they were and adapted, the 95 % interval over items of the difference, and how many items; null where
    there were too few."""


@dataclass(frozen=True)
class Pairs:
    """What belongs together: `first` numbers items, or search words after them; `second` numbers items."""

    first: np.ndarray
    second: np.ndarray

    def among(self, is_wanted: np.ndarray, items: int) -> Pairs:
        """The pairs of wanted items; search words are wanted where their item is."""
        chosen = is_wanted[self.second] & is_wanted[np.where(self.first < items, self.first, self.second)]
        return Pairs(self.first[chosen], self.second[chosen])


def adapt(train: Interactions, seed: int = 0) -> Adapted:
    """Tune the adapter on these events, and judge it on items held out.

    Raises ValueError where the catalogue has no vectors: a shop without a language model has nothing to adapt.
    """
    catalogue = train.catalogue
    if catalogue.vectors is None:
        raise ValueError("The catalogue has no text vectors. Encode the names first, or leave the adapter out.")
    vectors = np.asarray(catalogue.vectors, np.float32)
    queries = catalogue.query_vectors
    texts = vectors if queries is None else np.concatenate([vectors, np.asarray(queries, np.float32)])
    bought, searched = co_purchases(train), answers(train)
    pairs = Pairs(*(np.concatenate(both) for both in zip(_columns(bought), _columns(searched), strict=True)))
    rng = np.random.default_rng(seed)
    lot = rng.random(catalogue.items)
    held = min(HELD_OUT, MOST_HELD / max(catalogue.items, 1))
    is_held, is_stopping = lot < held, (lot >= held) & (lot < held + STOPPING * held / HELD_OUT)
    judged = bought.among(is_held, catalogue.items)
    report: dict[str, Any] = {"kept": False, "before": None, "after": None, "interval": None, "items": 0}
    if len(np.unique(judged.first)) < FEWEST:
        return Adapted(None, vectors, queries, report)
    learnt, epochs = _learned(
        texts, pairs.among(~is_held & ~is_stopping, catalogue.items), bought.among(is_stopping, catalogue.items), rng
    )
    item, before = recall(vectors, judged)
    after = recall(learnt(vectors), judged)[1]
    mean, drawn = Bootstrap(item).means(np.stack([before, after, after - before], axis=1))
    reach = interval(drawn[:, 2])
    kept = reach is not None and reach[0] > 0
    report |= {
        "kept": kept, "before": float(mean[0]), "after": float(mean[1]), "interval": reach, "items": len(item),
    }  # fmt: skip
    if not kept:
        return Adapted(None, vectors, queries, report)
    final, _ = _learned(texts, pairs, None, np.random.default_rng(seed), epochs)
    return Adapted(final, final(vectors), None if queries is None else final(np.asarray(queries, np.float32)), report)


def co_purchases(train: Interactions) -> Pairs:
    """Each item with its PARTNERS nearest items by people in common, IN_COMMON at least."""
    first, second = partners(train, PARTNERS, IN_COMMON)
    return Pairs(first, second)


def answers(train: Interactions) -> Pairs:
    """Search words with each item that the same person came to within SOON seconds of the search, once each."""
    items = train.catalogue.items
    searches = np.flatnonzero(train.query >= 0)
    found = []
    for ahead in range(1, 6):
        row = searches[searches + ahead < train.events]
        then = row + ahead
        near = (train.user[then] == train.user[row]) & (train.time[then] - train.time[row] <= SOON)
        near &= train.item[then] >= 0
        found.append(np.stack([items + train.query[row[near]], train.item[then[near]]], axis=1))
    both = np.unique(np.concatenate(found).astype(np.int64), axis=0)
    return Pairs(both[:, 0], both[:, 1])


def recall(vectors: np.ndarray, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """The items that have partners, and for each the part of min(10, partners) that is among the ten items nearest to
    it by cosine, of those that occur in the pairs."""
    known = np.unique(np.concatenate([pairs.first, pairs.second]))
    asked, row = np.unique(pairs.first, return_inverse=True)
    wanted = np.bincount(row)
    near = vectors[asked] @ vectors[known].T
    near[np.arange(len(asked)), np.searchsorted(known, asked)] = -np.inf
    edge = -np.partition(-near, min(TOP, near.shape[1] - 1) - 1, axis=1)[:, min(TOP, near.shape[1] - 1) - 1]
    hit = near[row, np.searchsorted(known, pairs.second)] >= edge[row]
    return asked, np.bincount(row, hit) / np.minimum(wanted, TOP)


def likelihood(vectors: np.ndarray, pairs: Pairs) -> float:
    """Mean logarithm of the chance of each pair's second item among all second items, as the loss has it but for the
    batch; 0 without pairs. It turns before recall does, and says when to stop."""
    if not len(pairs.first):
        return 0.0
    known = np.unique(pairs.second)
    asked, row = np.unique(pairs.first, return_inverse=True)
    logits = vectors[asked] @ vectors[known].T / TEMPERATURE
    logits[asked[:, None] == known] = -np.inf
    return float(np.log(_softmax(logits)[row, np.searchsorted(known, pairs.second)] + 1e-12).mean())


def _learned(
    texts: np.ndarray, pairs: Pairs, stopping: Pairs | None, rng: np.random.Generator, epochs: int | None = None
) -> tuple[Adapter, int]:
    """The adapter after so many epochs, or, with pairs to stop by, after the best of them; and how many those were."""
    width = texts.shape[1]
    parameters = [rng.normal(0, width**-0.5, (width, RANK)).astype(np.float32), np.zeros((RANK, width), np.float32)]
    moments = [[np.zeros_like(each), np.zeros_like(each)] for each in parameters]
    best, best_epoch, step = Adapter(*map(np.copy, parameters)), 0, 0
    best_found = -np.inf if stopping is None else likelihood(texts, stopping)
    last = EPOCHS if epochs is None else epochs
    for epoch in range(1, last + 1):
        order = rng.permutation(len(pairs.first))[:PAIRS]
        for start in range(0, len(order) - 1, BATCH):
            rows = order[start : start + BATCH]
            step += 1
            for each, moment, slope in zip(
                parameters, moments, slopes(texts, pairs.first[rows], pairs.second[rows], *parameters), strict=True
            ):
                _adam(each, moment, slope, step)
        if stopping is None:
            continue
        now = Adapter(*map(np.copy, parameters))
        found = likelihood(now(texts), stopping)
        if found > best_found:
            best, best_found, best_epoch = now, found, epoch
        elif epoch - best_epoch >= PATIENCE:
            break
    return (Adapter(*parameters), last) if stopping is None else (best, best_epoch)


def slopes(
    texts: np.ndarray, first: np.ndarray, second: np.ndarray, down: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of the mean loss of a batch by A and B: both ways, the first finding the second and the second the
    first, other places of the same item left out."""
    one, other = texts[first], texts[second]
    (z, length), (w, breadth) = _moved(one, down, up), _moved(other, down, up)
    logits = z @ w.T / TEMPERATURE
    same = (second[:, None] == second) | (first[:, None] == first) | (first[:, None] == second)
    np.fill_diagonal(same, False)
    logits[same] = -np.inf
    chance = _softmax(logits) + _softmax(logits.T).T
    chance[np.diag_indices(len(first))] -= 2
    chance /= 2 * len(first) * TEMPERATURE
    to_one, to_other = _through(chance @ w, z, length), _through(chance.T @ z, w, breadth)
    by_down = one.T @ (to_one @ up.T) + other.T @ (to_other @ up.T)
    by_up = (one @ down).T @ to_one + (other @ down).T @ to_other
    return by_down, by_up


def _moved(vectors: np.ndarray, down: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    moved = vectors + (vectors @ down) @ up
    length = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
    return moved / length, length


def _through(slope: np.ndarray, unit: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The gradient by a vector from that by the same vector brought to length 1."""
    return np.asarray((slope - unit * (unit * slope).sum(axis=1, keepdims=True)) / length)


def _softmax(logits: np.ndarray) -> np.ndarray:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _adam(parameter: np.ndarray, moment: list[np.ndarray], slope: np.ndarray, step: int) -> None:
    """One step of AdamW in place (Loshchilov and Hutter 2019)."""
    moment[0] += 0.1 * (slope - moment[0])
    moment[1] += 0.001 * (slope * slope - moment[1])
    size = moment[0] / (1 - 0.9**step) / (np.sqrt(moment[1] / (1 - 0.999**step)) + 1e-8)
    parameter -= RATE * (size + DECAY * parameter)


def _columns(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    return pairs.first, pairs.second
