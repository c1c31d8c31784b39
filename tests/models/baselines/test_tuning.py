"""NDCG and log-loss of a sample, and the search through a grid."""

import numpy as np
import pytest

from models.baselines.tuning import SAMPLE, log_loss, ndcg, one_by_one, sample
from models.interactions import Requests


def requests(*targets):
    sizes = np.array([len(each) for each in targets])
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    count = len(targets)
    return Requests(np.arange(count), np.arange(count), np.arange(count), np.concatenate(targets), offsets)


def test_ndcg_counts_a_steps_items_as_a_set_and_ties_as_lost():
    scores = np.array([[3, 2, 1, 0], [1, 1, 0, 0]], float)
    asked = requests(np.array([0, 2, 2]), np.array([1]))
    first = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert ndcg(lambda part: scores[part.user], asked) == pytest.approx((first + 1 / np.log2(3)) / 2)


def test_log_loss_is_the_mean_over_targets():
    scores = np.log(np.array([[0.5, 0.25, 0.25]]))
    assert log_loss(lambda part: scores, requests(np.array([0, 1]))) == pytest.approx(-np.log([0.5, 0.25]).mean())


def test_a_sample_is_the_same_every_time():
    many = requests(*[np.array([number % 7]) for number in range(SAMPLE + 100)])
    assert len(sample(many)) == SAMPLE
    assert sample(many).user.tolist() == sample(many).user.tolist()
    assert sample(many.part(np.arange(3))).user.tolist() == [0, 1, 2]


def test_no_setting_is_tried_twice_and_the_best_comes_back():
    tried = []

    def goodness(knobs):
        tried.append(tuple(knobs.values()))
        return -((knobs["a"] - 3) ** 2) - (knobs["b"] - knobs["a"]) ** 2

    assert one_by_one({"a": (1, 2, 3), "b": (1, 2, 3)}, {"a": 1, "b": 1}, goodness, rounds=5) == {"a": 2, "b": 2}
    assert len(tried) == len(set(tried))
