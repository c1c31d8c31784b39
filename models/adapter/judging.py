"""Whether an adapter is worth keeping: recall of partners among items that it never saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.adapter.learning import Adapter, learned
from models.adapter.pairs import Pairs, answers, co_purchases
from models.evaluate.bootstrap import Bootstrap, interval
from models.interactions import Interactions

HELD_OUT, MOST_HELD = 0.3, 4_000
"""Part of the items that the adapter is judged on and never sees before, and how many they are at most."""
STOPPING = 0.15
"""Part of the items that say when to stop, fewer where fewer are held out."""
FEWEST = 100
"""Held-out items with partners below which nothing can be judged."""
TOP = 10


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
    learnt, epochs = learned(
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
    final, _ = learned(texts, pairs, None, np.random.default_rng(seed), epochs)
    return Adapted(final, final(vectors), None if queries is None else final(np.asarray(queries, np.float32)), report)


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


def _columns(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    return pairs.first, pairs.second
