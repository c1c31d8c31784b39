"""Ranks, NDCG@10 and recall@10 over sets of targets, against values worked out by hand."""

import numpy as np
import pytest

from models.evaluate.metrics import list_figures, target_ranks, target_rows, top_items, unique_targets
from models.interactions import Requests


def asked(*targets):
    offsets = np.cumsum([0, *map(len, targets)])
    flat = np.array([item for each in targets for item in each], np.int32)
    zeros = np.zeros(len(targets), np.int64)
    return Requests(zeros.astype(np.int32), zeros, zeros, flat, offsets)


def ranks(scores, *targets):
    requests = asked(*targets)
    return target_ranks(np.array(scores, float), target_rows(requests), requests.target).tolist()


def test_the_best_score_has_rank_one():
    assert ranks([[3, 9, 5]], [0, 1, 2]) == [3, 1, 2]


def test_a_target_ranks_below_its_equals():
    assert ranks([[1, 1, 1, 0]], [1]) == [3]
    assert ranks([[0] * 50], [7]) == [11]


def test_targets_of_one_score_share_the_places():
    assert sorted(ranks([[1, 1, 1, 0]], [0, 1])) == [2, 3]


def test_a_rank_beyond_the_list_is_a_miss():
    scores = np.arange(40.0)[None, :]
    assert ranks(scores, [39, 30, 29, 0]) == [1, 10, 11, 11]


def test_ranks_agree_with_counting_one_by_one():
    rng = np.random.default_rng(3)
    scores = rng.integers(0, 12, (60, 25)).astype(float)
    targets = [rng.choice(25, rng.integers(1, 6), replace=False).tolist() for _ in range(60)]
    found = ranks(scores, *targets)
    place = 0
    for row, wanted in enumerate(targets):
        others = np.delete(scores[row], wanted)
        best_first = np.sort(scores[row][wanted])[::-1]
        expected = sorted(min((others >= s).sum() + n + 1, 11) for n, s in enumerate(best_first))
        assert sorted(found[place : place + len(wanted)]) == expected
        place += len(wanted)


def test_an_item_twice_in_a_step_is_one_target():
    found = unique_targets(asked([4, 2, 4], [1]))
    assert found.target.tolist() == [2, 4, 1]
    assert found.target_offsets.tolist() == [0, 2, 3]


def test_gain_is_that_of_the_best_possible_list():
    rank, row = np.array([1, 2, 3, 11]), np.array([0, 0, 1, 1])
    ndcg, recall = list_figures(rank, row, 3)
    both = 1 + 1 / np.log2(3)
    assert ndcg[:2] == pytest.approx([1.0, 0.5 / both])
    assert recall[:2] == pytest.approx([1.0, 0.5])
    assert np.isnan(ndcg[2])
    assert np.isnan(recall[2])


def test_more_targets_than_places_can_still_be_all_right():
    rank = np.array([*range(1, 11), 11, 11])
    ndcg, recall = list_figures(rank, np.zeros(12, int), 1)
    assert ndcg[0] == pytest.approx(1)
    assert recall[0] == 1


def test_targets_that_do_not_count_are_wrong_items_of_the_list():
    ndcg, recall = list_figures(np.array([1, 2]), np.array([0, 0]), 1, np.array([False, True]))
    assert ndcg[0] == pytest.approx(1 / np.log2(3))
    assert recall[0] == 1


def test_a_list_holds_ten_items_or_the_whole_catalogue():
    assert sorted(top_items(np.arange(12.0)[None, :])[0].tolist()) == list(range(2, 12))
    assert top_items(np.zeros((2, 3))).tolist() == [[0, 1, 2]] * 2
