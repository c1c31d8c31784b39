"""A planted catalogue: names of several kinds with vectors that lie around a direction for each kind."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

KINDS = ("mug", "bag", "candle", "clock", "sign", "ribbon")
ON_THEM = ("tea", "lunch", "spaceboy", "garden", "party", "kitchen", "owl", "ship", "rose", "bear")
COLOURS = ("red", "blue", "green", "white")
WIDTH = 32

Planted = tuple[list[tuple[str, str]], np.ndarray]


def direction(word: str) -> np.ndarray:
    """Always the same random direction for a word."""
    found = np.random.default_rng([ord(letter) for letter in word]).normal(size=WIDTH)
    return found / np.linalg.norm(found)


def vector(text: str) -> np.ndarray:
    """The last word counts most, as in the names of a catalogue; the others a little."""
    *others, last = text.split()
    made = direction(last) + 0.3 * sum((direction(word) for word in others), np.zeros(WIDTH))
    return (made / np.linalg.norm(made)).astype(np.float32)


@pytest.fixture
def vectors() -> Callable[[Sequence[str]], np.ndarray]:
    """Vectors of texts, (texts, 32); none for none."""
    return lambda texts: np.array([vector(text) for text in texts], np.float32).reshape(len(texts), WIDTH)


@pytest.fixture
def planted() -> Planted:
    """60 items of six kinds, as (id, name in capitals with a colour), and the vectors of their theme texts."""
    texts = [f"{what} {kind}" for kind in KINDS for what in ON_THEM]
    items = [
        (f"{text.split()[1]}-{number}", f"{COLOURS[number % 4]} {text}".upper()) for number, text in enumerate(texts)
    ]
    return items, np.array([vector(text) for text in texts], np.float32)
