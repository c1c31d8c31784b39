"""Weights by likelihood: exact gradient, known optimum, candidates that stand for a whole catalogue."""

import numpy as np
import pytest

from models import mixing
from models.mixing import Sample, candidates, influence, likely_weights, loss_and_gradient
from models.ranking import normalised


def made(requests=400, items=30, seed=0, truth=(0.7, 0.0, 0.6)):
    """Requests whose items were drawn from a mix with these weights."""
    rng = np.random.default_rng(seed)
    parts = [normalised(rng.normal(size=(requests, items)) * 2) for _ in truth]
    share = np.exp(normalised(sum(w * part for w, part in zip(truth, parts, strict=True))).astype(float))
    came = np.array([rng.choice(items, p=row / row.sum()) for row in share])
    return parts, np.arange(items) == came[:, None], rng


def sample_of(parts, is_target, rng):
    values, offset, target = candidates(parts, is_target, np.zeros(is_target.shape, bool), rng)
    return Sample(np.arange(len(values)), values, offset, target)


def test_the_gradient_is_that_of_the_loss():
    sample = sample_of(*made(50))
    weights, step = np.array([0.4, 0.3, 0.2]), 1e-2
    _, gradient = loss_and_gradient(weights, sample)
    for number in range(3):
        ahead = np.where(np.arange(3) == number, step, 0)
        slope = (loss_and_gradient(weights + ahead, sample)[0] - loss_and_gradient(weights - ahead, sample)[0]) / 2
        assert gradient[number] == pytest.approx(slope / step, abs=2e-3)


def test_the_weights_that_made_the_data_are_found_and_none_is_negative():
    found = likely_weights(sample_of(*made(4000)))
    assert found == pytest.approx([0.7, 0.0, 0.6], abs=0.08)
    assert (found >= 0).all()


def test_one_ranker_gets_its_temperature():
    parts, _, rng = made(3000, truth=(1.0,))
    share = np.exp(normalised(0.5 * parts[0]).astype(float))
    came = np.array([rng.choice(30, p=row / row.sum()) for row in share])
    assert likely_weights(sample_of(parts, np.arange(30) == came[:, None], rng)) == pytest.approx([0.5], abs=0.06)


def test_several_targets_of_a_request_count_like_one():
    parts, is_target, rng = made(2)
    is_target[0, :3] = True
    sample = sample_of(parts, is_target, rng)
    loss, _ = loss_and_gradient(np.array([1.0, 0, 0]), sample)
    first, second = parts[0][0][is_target[0]].mean(), parts[0][1][is_target[1]].mean()
    assert loss == pytest.approx(-(first + second) / 2, rel=1e-5)


def test_candidates_of_a_large_catalogue_give_nearly_the_same_weights(monkeypatch):
    parts, is_target, rng = made(1500, items=600, truth=(0.9, 0.4))
    whole = likely_weights(sample_of(parts, is_target, rng))
    for name, value in {"ALL_ITEMS": 100, "BEST_OF_EACH": 30, "OTHERS": 60}.items():
        monkeypatch.setattr(mixing, name, value)
    few = sample_of(parts, is_target, rng)
    assert few.values.shape[1] < 200 + 1500
    assert likely_weights(few) == pytest.approx(whole, abs=0.05)


def test_hidden_items_are_left_out_unless_they_came():
    parts, is_target, rng = made(3, items=5)
    is_hidden = np.zeros((3, 5), bool)
    is_hidden[:, 0] = is_hidden[0] = True
    _, offset, _ = candidates(parts, is_target, is_hidden, rng)
    assert np.isfinite(offset[0]).sum() == 1
    assert np.isfinite(offset[0][is_target[0]]).all()


def test_a_ranker_that_finds_all_items_alike_moves_nothing():
    parts, is_target, rng = made(50)
    sample = sample_of([parts[0], np.zeros_like(parts[0])], is_target, rng)
    found = influence(np.array([0.5, 9.0]), sample)
    assert found == pytest.approx([0.5 * parts[0].std(axis=1).mean(), 0], rel=1e-3)


def test_near_candidates_are_the_best_of_each_and_the_targets():
    values = np.zeros((2, 6, 2), np.float32)
    values[0, :, 0], values[0, :, 1] = [9, 8, 0, 0, 0, 7], [0, 0, 0, 5, 0, 0]
    values[1, :, 0], values[1, :, 1] = [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]
    offset = np.zeros((2, 6), np.float32)
    offset[0, 0] = -np.inf
    is_target = np.arange(6) == np.array([[4], [5]])
    found = Sample(np.arange(2), values, offset, is_target).near(1)
    assert found.values[0, :, 0].tolist() == [8, 0, 0]
    assert found.is_target.tolist() == [[False, False, True], [True, False, False]]
    assert np.isfinite(found.offset).sum(axis=1).tolist() == [3, 1]
