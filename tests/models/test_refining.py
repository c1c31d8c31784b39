"""Weights refined by lists, and by group: only where people to whom they were not fitted gain."""

import numpy as np
import pytest

from models.mixing import Sample
from models.ranking import normalised
from models.refining import Judge, best_lists, chosen_weights, list_gain


def sample_of(values, is_target, user=None):
    requests = len(values)
    user = np.arange(requests) if user is None else user
    return Sample(user, values.astype(np.float32), np.zeros(values.shape[:2], np.float32), is_target)


def test_the_gain_is_that_of_the_list_of_the_mix():
    values = np.zeros((1, 30, 2))
    values[0, 3, 0], values[0, 5, 1] = 9.0, 5.0
    is_target = np.zeros((1, 30), bool)
    is_target[0, 5] = True
    sample = sample_of(values, is_target)
    assert list_gain(np.array([1.0, 1.0]), sample) == pytest.approx([1 / np.log2(3)])
    assert list_gain(np.array([0.1, 1.0]), sample) == pytest.approx([1.0])
    assert list_gain(np.array([[1.0, 0.0]]), sample) == pytest.approx([0.0])


def test_candidates_that_are_none_are_in_no_list():
    values = np.zeros((1, 30, 1))
    values[0, :12, 0] = 5.0
    is_target = np.arange(30)[None, :] == 20
    sample = sample_of(values, is_target)
    sample.offset[0, :20] = -np.inf
    sample.offset[0, 21:] = -np.inf
    assert list_gain(np.ones(1), sample) == pytest.approx([1.0])


def made(seed=0, requests=300, items=40):
    """One ranker that is right half of the time and sure of it, one that knows the rest, one that guesses."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, items, requests)
    is_target = np.arange(items) == target[:, None]
    knows = rng.random(requests) < 0.5
    parts = [5.0 * is_target * knows[:, None], 3.0 * is_target * ~knows[:, None], rng.normal(size=(requests, items))]
    return np.stack([normalised(part) for part in parts], axis=2), is_target


def test_the_search_for_lists_never_loses():
    values, is_target = made()
    sample = sample_of(values, is_target)
    start = np.array([0.2, 0.1, 0.7])
    found = best_lists(start, sample)
    assert found.sum() == pytest.approx(1)
    assert list_gain(found, sample).mean() > list_gain(start, sample).mean() + 0.02


def test_one_row_of_weights_where_groups_are_alike():
    values, is_target = made()
    found = chosen_weights(Judge(sample_of(values, is_target)), np.arange(300) % 2).weights
    assert found.shape == (1, 3)
    assert found[0, 2] < 0.15


def test_a_group_in_which_another_ranker_is_right_gets_its_own_weights():
    rng = np.random.default_rng(0)
    is_target = np.arange(40) == rng.integers(0, 40, 300)[:, None]
    group = np.arange(300) % 2
    wrong = np.roll(is_target, 1, axis=1)
    first = np.where(group[:, None] == 0, is_target, wrong)
    second = np.where(group[:, None] == 1, is_target, wrong)
    values = np.stack([normalised(4.0 * first), normalised(4.0 * second)], axis=2)
    found = chosen_weights(Judge(sample_of(values, is_target)), group).weights
    assert found.shape == (2, 2)
    assert found[0, 0] > found[0, 1]
    assert found[1, 1] > found[1, 0]


def test_one_person_alone_judges_nobody():
    values, is_target = made(requests=20)
    judge = Judge(sample_of(values, is_target, np.zeros(20, int)))
    assert not judge.can
    found = chosen_weights(judge, np.arange(20) % 2).weights
    assert found.shape == (1, 3)


def chosen(values, is_target, costly=()):
    group = np.zeros(len(values), int)
    return chosen_weights(Judge(sample_of(values, is_target)), group, costly).weights[0]


def test_members_that_add_nothing_get_no_weight():
    values, is_target = made()
    flat = np.full((*values.shape[:2], 1), -np.log(40))
    found = chosen(np.concatenate([flat, values[:, :, :2]], axis=2), is_target)
    assert found[0] == 0
    assert found[1:].min() > 0


def test_of_two_that_say_the_same_one_stays():
    values, is_target = made()
    found = chosen(values[:, :, [0, 0, 1]], is_target)
    assert (found[:2] > 0).sum() == 1
    assert found[2] > 0


def test_a_costly_member_has_to_be_sure_to_make_better_lists():
    values, is_target = made()
    assert chosen(values, is_target, costly=[1])[1] > 0
    twice = chosen(values[:, :, [0, 1, 0]], is_target, costly=[2])
    assert twice[2] == 0
    assert twice[:2].min() > 0


def test_lists_count_where_probabilities_are_badly_calibrated():
    """The better ranker is sure of itself at all times, which likelihood punishes and lists do not."""
    rng = np.random.default_rng(0)
    is_target = np.arange(40) == rng.integers(0, 40, 600)[:, None]
    is_right = rng.random(600) < 0.6
    wrong = np.roll(is_target, 1, axis=1)
    sure = normalised(12.0 * np.where(is_right[:, None], is_target, wrong) + rng.normal(size=(600, 40)))
    vague = normalised(2.0 * is_target + 2.5 * rng.normal(size=(600, 40)))
    values = np.stack([sure, vague], axis=2)
    sample = sample_of(values, is_target)
    found = chosen(values, is_target)
    alone = max(list_gain(np.eye(2)[number], sample).mean() for number in range(2))
    assert list_gain(found, sample).mean() > alone
