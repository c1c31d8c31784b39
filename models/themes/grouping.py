"""A catalogue's themes, from its theme texts and their vectors: nothing is read from or written to a store here."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.themes import space as spaces
from models.themes.cluster import clusters, floor_of, nearest
from models.themes.naming import distinctive_words, is_named
from models.themes.space import Space

FEWEST = 20
"""Different theme texts from which there is something to group."""
NAMED = 0.2
"""What a word shared with its theme adds to an item's similarity where it is decided whether it belongs."""
SAMPLE = 8_000
"""Different texts that themes are looked for in, the rest joins: keeps 100,000 items in seconds and little memory."""


@dataclass(frozen=True)
class Grouping:
    """Themes of a catalogue and where each of its items belongs."""

    space: Space
    centroids: np.ndarray
    floor: float
    """Closeness, see `sorted_in`, under which an item belongs to no theme."""
    labels: np.ndarray
    """Theme of each item, -1 for unsorted."""
    similarity: np.ndarray
    words: list[list[str]]
    """The most distinctive words of each theme."""


def group(texts: Sequence[str], vectors: np.ndarray, events: np.ndarray) -> Grouping | None:
    """The themes of items given by theme text, vector of that text and events; None where there is too little.

    Themes are numbered by events, the largest first. The same catalogue gives the same themes.
    """
    first: dict[str, int] = {}
    place = np.array([first.setdefault(text, len(first)) for text in texts], int)
    distinct = list(first)
    if len(distinct) < FEWEST:
        return None
    weight_of = np.bincount(place, events, minlength=len(distinct))
    rows = np.zeros(len(distinct), int)
    rows[place[::-1]] = np.arange(len(texts))[::-1]
    chosen = _sample(distinct)
    sample_texts, sample_events = [distinct[i] for i in chosen], weight_of[chosen]
    sample_vectors = np.asarray(vectors[rows[chosen]], np.float32)
    space = spaces.fit(sample_texts, sample_vectors)
    # The square root keeps best sellers from owning every theme and slow sellers from having none.
    centroids = clusters(space.place(sample_texts, sample_vectors), np.sqrt(sample_events + 1))

    label, similarity = nearest_themes(space, centroids, distinct, vectors[rows])
    words = distinctive_words(distinct, label, np.sqrt(weight_of + 1), len(centroids))
    closeness = _closeness(distinct, label, similarity, words)
    floor = floor_of(closeness, weight_of + 1e-9)
    label[closeness < floor] = -1
    sizes = np.bincount(label[label >= 0], weight_of[label >= 0], minlength=len(centroids))
    order = np.argsort(-sizes, kind="stable")
    order = order[np.bincount(label[label >= 0], minlength=len(order))[order] > 0]
    rank = np.full(len(centroids) + 1, -1)
    rank[order] = np.arange(len(order))
    label = rank[label]
    listed = [words[theme] for theme in order]
    return Grouping(space, centroids[order], floor, label[place], similarity[place], listed)


def sorted_in(
    space: Space,
    centroids: np.ndarray,
    words: Sequence[Sequence[str]],
    floor: float,
    texts: Sequence[str],
    vectors: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Theme of each text, -1 where it is less close to it than `floor`, and the similarity with the nearest."""
    label, similarity = nearest_themes(space, centroids, texts, vectors)
    return np.where(_closeness(texts, label, similarity, words) < floor, -1, label), similarity


def nearest_themes(
    space: Space, centroids: np.ndarray, texts: Sequence[str], vectors: np.ndarray, rows: int = 20_000
) -> tuple[np.ndarray, np.ndarray]:
    """The theme nearest to each text, however far, and their similarity."""
    labels, similarities = [np.zeros(0, int)], [np.zeros(0, np.float32)]
    for start in range(0, len(texts), rows):
        placed = space.place(texts[start : start + rows], vectors[start : start + rows])
        label, similarity = nearest(placed, centroids)
        labels.append(label)
        similarities.append(similarity)
    return np.concatenate(labels), np.concatenate(similarities)


def _closeness(
    texts: Sequence[str], label: np.ndarray, similarity: np.ndarray, words: Sequence[Sequence[str]]
) -> np.ndarray:
    """Similarity, raised where an item shares a word with its theme: of those that share none most do not belong."""
    shares = [is_named(text, words[theme]) for text, theme in zip(texts, label.tolist(), strict=True)]
    return similarity + NAMED * np.array(shares, float)


def _sample(texts: Sequence[str]) -> np.ndarray:
    """Rows in an order that depends on the texts alone, so that a catalogue and most of it are sampled alike."""
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    order = sorted(range(len(texts)), key=lambda row: digests[row])[:SAMPLE]
    return np.array(order, int)
