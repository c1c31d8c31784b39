"""The adapter on text vectors: its gradient, its pairs, and that it is kept only where unseen items gain."""

from dataclasses import replace

import numpy as np
import pytest

from models.adapter import Adapter, adapt, judging, learning
from models.adapter.judging import recall
from models.adapter.learning import slopes
from models.adapter.pairs import Pairs, answers, co_purchases
from models.interactions import Catalogue, arranged

WIDTH = 24


def shop(told: bool, items=360, users=700, seed=0):
    """People who take items of one of twelve hidden uses. Where it is `told`, a weak part of the vectors knows the use
    and a strong part says something else; otherwise the vectors say nothing of it."""
    rng = np.random.default_rng(seed)
    use = rng.integers(0, 12, items)
    vectors = rng.normal(size=(items, WIDTH)) * 0.05
    vectors[:, :8] += rng.normal(size=(12, 8))[rng.integers(0, 12, items)]
    if told:
        vectors[:, 12:] += 0.5 * np.eye(12)[use]
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    rows = [(user, item, day) for user in range(users)
            for day, item in enumerate(rng.choice(np.flatnonzero(use == use[user % items]), 12))]  # fmt: skip
    user, item, day = (np.array(column) for column in zip(*rows, strict=True))
    names = [str(number) for number in range(items)]
    catalogue = Catalogue(names, names, np.zeros(items, np.int32), ["all"], ["All"], vectors)
    people = [str(number) for number in range(users)]
    return arranged(user, item, day * 86_400, users=people, catalogue=catalogue)


@pytest.fixture(autouse=True, scope="module")
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "FEWEST", 20)
        for name, value in {"RANK": 12, "EPOCHS": 12, "PAIRS": 2_000, "RATE": 1e-2}.items():
            patch.setattr(learning, name, value)
        yield


@pytest.fixture(scope="module")
def told(small):
    """A log whose vectors can tell, with two searches of the first two names, and what adapting came to."""
    log = shop(told=True)
    log = replace(log, catalogue=replace(log.catalogue, query_vectors=log.catalogue.vectors[:2]))
    return log, adapt(log)


def test_items_never_seen_find_their_partners_better_where_the_vectors_can_tell(told):
    log, found = told
    assert found.report["kept"]
    assert found.report["after"] > found.report["before"] + 0.1
    assert found.report["interval"][0] > 0
    assert found.adapter is not None
    assert found.vectors == pytest.approx(found.adapter(log.catalogue.vectors))
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_search_words_are_moved_like_names(told):
    assert told[1].query_vectors == pytest.approx(told[1].vectors[:2], abs=1e-5)


def test_vectors_stay_where_unseen_items_gain_nothing():
    log = shop(told=False)
    found = adapt(log)
    assert not found.report["kept"]
    assert found.adapter is None
    assert found.vectors.tolist() == log.catalogue.vectors.tolist()


def test_the_same_seed_gives_the_same_adapter(monkeypatch, told):
    monkeypatch.setattr(learning, "EPOCHS", 2)
    assert adapt(told[0]).vectors.tolist() == adapt(told[0]).vectors.tolist()


def test_too_few_items_are_not_judged():
    found = adapt(shop(told=True, items=12, users=12))
    assert found.report == {"kept": False, "before": None, "after": None, "interval": None, "items": 0}


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    texts = rng.normal(size=(7, 5))
    first, second = np.array([0, 1, 2, 3]), np.array([4, 5, 6, 5])
    down, up = rng.normal(size=(5, 2)) * 0.3, rng.normal(size=(2, 5)) * 0.3

    def loss(down, up):
        moved = texts + texts @ down @ up
        unit = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        logits = unit[first] @ unit[second].T / learning.TEMPERATURE
        logits[[1, 3], [3, 1]] = -np.inf
        own = np.diag(logits)
        return -(2 * own - np.logaddexp.reduce(logits, axis=1) - np.logaddexp.reduce(logits, axis=0)).mean() / 2

    found = slopes(texts, first, second, down, up)
    for place, parameter in enumerate((down, up)):
        for cell in np.ndindex(parameter.shape):
            moved = [down.copy(), up.copy()]
            moved[place][cell] += 1e-6
            high = loss(*moved)
            moved[place][cell] -= 2e-6
            assert found[place][cell] == pytest.approx((high - loss(*moved)) / 2e-6, rel=1e-4, abs=1e-6)


def test_an_adapter_of_zeros_changes_nothing():
    vectors = np.array([[0.6, 0.8], [0, 0]], np.float32)
    still = Adapter(np.ones((2, 1), np.float32), np.zeros((1, 2), np.float32))
    assert still(vectors) == pytest.approx(vectors)


def test_partners_share_at_least_three_people():
    rows = [(user, item, 0) for user in range(3) for item in (0, 1)] + [(3, 0, 0), (3, 2, 0)]
    user, item, day = (np.array(column) for column in zip(*rows, strict=True))
    catalogue = Catalogue(["a", "b", "c"], ["a", "b", "c"], np.zeros(3, np.int32), ["all"], ["All"])
    found = co_purchases(arranged(user, item, day, users=list("wxyz"), catalogue=catalogue))
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 1), (1, 0)]


def test_an_item_answers_a_search_within_the_hour_and_of_the_same_person():
    rows = [(0, -1, 0, 0), (0, 1, 60, -1), (0, 2, 4000, -1), (1, -1, 0, 1), (2, 1, 10, -1)]
    user, item, time, query = (np.array(column) for column in zip(*rows, strict=True))
    catalogue = Catalogue(["a", "b", "c"], ["a", "b", "c"], np.zeros(3, np.int32), ["all"], ["All"])
    found = answers(arranged(user, item, time, users=list("xyz"), catalogue=catalogue, query=query))
    assert (found.first.tolist(), found.second.tolist()) == ([3], [1])


def test_recall_is_the_part_of_partners_among_the_ten_nearest():
    angle = np.linspace(0, 1.5, 14)
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    pairs = Pairs(np.array([0, 0, 0, *range(1, 14)]), np.array([1, 10, 13, *range(13)]))
    item, found = recall(vectors, pairs)
    assert item.tolist() == list(range(14))
    assert found[0] == pytest.approx(2 / 3)
    assert found[1:].tolist() == [1] * 13


def test_a_shop_without_vectors_is_told():
    log = shop(told=True)
    with pytest.raises(ValueError, match=r"no text vectors\. Encode the names first"):
        adapt(replace(log, catalogue=replace(log.catalogue, vectors=None)))
