"""Clusters of placed vectors and the space they are placed in."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from models.themes import space as spaces
from models.themes.cluster import MOST, clusters, floor_of, nearest
from models.themes.grouping import group
from models.themes.matching import adjusted_rand
from models.themes.wording import theme_text

Vectors = Callable[[Sequence[str]], np.ndarray]
Planted = tuple[list[tuple[str, str]], np.ndarray]


def rows_around(centres: np.ndarray, each: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    kind = np.repeat(np.arange(len(centres)), each)
    return spaces.unit(centres[kind] + random.normal(scale=spread, size=(len(kind), centres.shape[1]))), kind


def test_planted_clusters_are_found() -> None:
    placed, kind = rows_around(np.eye(8), 8, 0.05)
    found = clusters(placed, np.ones(64))
    label, similarity = nearest(placed, found)
    assert adjusted_rand(label, kind) == 1
    assert similarity.min() > 0.9
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_near_twins_are_one_cluster() -> None:
    placed, kind = rows_around(np.eye(3), 40, 0.05)
    found = clusters(placed, np.ones(120))
    assert len(found) == 3
    assert adjusted_rand(nearest(placed, found)[0], kind) == 1


def test_an_item_far_from_all_lies_under_the_floor() -> None:
    placed, _ = rows_around(np.eye(8)[:5], 40, 0.05)
    found = clusters(placed, np.ones(200))
    far = nearest(np.eye(8, dtype=np.float32)[7:], found)[1]
    assert far[0] < floor_of(nearest(placed, found)[1], np.ones(200))


def test_at_most_45_in_a_thousand_events_are_set_aside() -> None:
    placed = spaces.unit(np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32))
    events = np.random.default_rng(1).integers(1, 500, 300).astype(float)
    found = clusters(placed, np.sqrt(events))
    similarity = nearest(placed, found)[1]
    assert events[similarity < floor_of(similarity, events)].sum() <= 0.045 * events.sum()
    assert len(found) <= MOST


@pytest.mark.parametrize("rows", [1, 2, 30])
def test_equal_vectors_are_one_cluster(rows: int) -> None:
    placed = np.tile(spaces.unit(np.ones((1, 4))), (rows, 1))
    found = clusters(placed, np.ones(rows))
    assert len(found) == 1
    similarity = nearest(placed, found)[1]
    assert (similarity >= floor_of(similarity, np.ones(rows))).all()


def test_the_same_rows_give_the_same_clusters() -> None:
    placed, _ = rows_around(np.eye(8), 8, 0.4)
    one, two = (clusters(placed, np.ones(64)) for _ in range(2))
    assert np.array_equal(one, two)


def test_nearest_is_the_same_in_small_pieces() -> None:
    placed, _ = rows_around(np.eye(8), 8, 0.4)
    whole, pieces = nearest(placed, np.eye(8)), nearest(placed, np.eye(8), rows=7)
    assert np.array_equal(whole[0], pieces[0]) and np.allclose(whole[1], pieces[1])


def test_items_of_a_kind_are_drawn_together(vectors: Vectors) -> None:
    texts = [f"{what} {kind}" for kind in ("mug", "bag") for what in ("tea", "ship", "owl", "rose", "bear")]
    bare = vectors(texts)
    space = spaces.fit(texts, bare)
    assert space.head("tea mug") == "mug" and space.head("mug tea") == "mug" and space.head("unknown") == ""
    before = spaces.unit(bare - bare.mean(0))
    placed = space.place(texts, bare)
    assert (placed[:5] @ placed[:5].T).mean() > (before[:5] @ before[:5].T).mean()


def test_a_word_that_seldom_ends_a_name_draws_nothing(vectors: Vectors) -> None:
    kinds = ("mug", "bag", "towel", "cloth", "plate")
    texts = [
        *(f"rose {kind}" for kind in kinds),
        "rose",
        *(f"owl {kind}" for kind in kinds),
        "rose thing",
        "rose other",
    ]
    space = spaces.fit(texts, vectors(texts))
    assert "rose" not in space.heads or not space.pulls[space.heads["rose"]].any()


def test_a_space_comes_back_from_its_bytes(vectors: Vectors) -> None:
    texts = ["tea mug", "owl mug", "tea bag", "owl bag", "马克杯"]
    space = spaces.fit(texts, vectors(texts))
    back, floor = spaces.from_bytes(spaces.to_bytes(space, 0.25))
    assert floor == 0.25 and back.heads == space.heads and back.headness == space.headness
    assert np.allclose(back.place(texts, vectors(texts)), space.place(texts, vectors(texts)), atol=1e-3)


def test_themes_of_a_planted_catalogue(planted: Planted) -> None:
    items, rows = planted
    found = group([theme_text(name) for _, name in items], rows, np.ones(len(items)))
    assert found is not None
    kinds = [item.split("-")[0] for item, _ in items]
    assert adjusted_rand(found.labels, kinds) > 0.9
    assert {words[0] for words in found.words} >= {"mug", "bag", "candle", "clock", "sign", "ribbon"}


def test_themes_are_numbered_by_events(planted: Planted) -> None:
    items, rows = planted
    events = np.array([100.0 if item.startswith("clock") else 1.0 for item, _ in items])
    found = group([theme_text(name) for _, name in items], rows, events)
    assert found is not None and found.words[0][0] == "clock"


def test_too_few_different_texts_have_no_themes(vectors: Vectors) -> None:
    assert group([], vectors([]), np.zeros(0)) is None
    assert group(["mug"] * 50, vectors(["mug"] * 50), np.ones(50)) is None
    texts = [f"{letter}{letter} mug" for letter in "abcdefghijklmnopqrs"]
    assert len(texts) == 19 and group(texts, vectors(texts), np.ones(19)) is None


def test_equal_vectors_and_no_events_do_not_fail() -> None:
    texts = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxy"]
    found = group(texts, np.ones((25, 8), np.float32) / np.sqrt(8), np.zeros(25))
    assert found is not None and len(found.labels) == 25 and np.isfinite(found.similarity).all()
