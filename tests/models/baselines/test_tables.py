"""Tables of neighbours against the textbook: cosines, the closed form, rules, names."""

import numpy as np
import pytest
from scipy import sparse

from models.baselines import Ease, ItemKnn, Personal, Popularity, Rules, Text, neighbours
from models.baselines.histories import Weighted
from models.baselines.neighbours import table_of

BASKETS = [(0, 0, 1), (0, 1, 1), (0, 2, 2), (1, 0, 1), (1, 1, 3), (2, 1, 1), (2, 3, 4)]
PEOPLE = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 0, 1]], float)


def learnt(kind, log, **knobs):
    found = kind(log.catalogue, Popularity())
    found.knobs |= knobs
    found.learn(log)
    return found


def dense(table, items=4):
    found = np.zeros((len(table.item), items))
    for row, (item, weight) in enumerate(zip(table.item, table.weight, strict=True)):
        np.add.at(found[row], item, weight)
    return found


def test_item_knn_is_the_cosine_with_shrinkage(make_log):
    both = PEOPLE.T @ PEOPLE
    length = np.sqrt(np.diag(both))
    found = learnt(ItemKnn, make_log(BASKETS), shrinkage=2.0)
    assert dense(found.table) == pytest.approx(both / (np.outer(length, length) + 2), abs=1e-6)


def test_ease_is_its_closed_form(make_log):
    inverse = np.linalg.inv(PEOPLE.T @ PEOPLE + 0.5 * np.eye(4))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    assert dense(learnt(Ease, make_log(BASKETS), ridge=0.5).table) == pytest.approx(expected, abs=1e-5)


def test_ease_gives_an_item_that_nobody_has_no_neighbours(make_log):
    found = dense(learnt(Ease, make_log(BASKETS, items=6), ridge=0.5).table, 6)
    assert not found[4:].any()
    assert not found[:, 4:].any()


def test_rules_weigh_what_follows_by_one_over_the_steps_between(make_log):
    log = make_log([(0, 0, 1), (0, 1, 2), (0, 2, 3), (0, 0, 4), (1, 0, 1), (1, 2, 2)])
    expected = [[1 / 3, 1, 1 / 2 + 1, 0], [1 / 2, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert dense(learnt(Rules, log, window=10).table) == pytest.approx(np.array(expected))
    expected = [[0, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert dense(learnt(Rules, log, window=1, discount=0.5).table) == pytest.approx(
        np.array(expected) / np.sqrt([3, 1, 2, 1])
    )


def test_items_of_one_step_make_no_rules_among_themselves(make_log):
    found = dense(learnt(Rules, make_log([(0, 0, 1), (0, 1, 1), (0, 2, 2)]), window=3).table)
    assert found[0].tolist() == [0, 0, 1, 0]
    assert found[1].tolist() == [0, 0, 1, 0]


def test_rules_never_run_from_one_person_into_the_next(make_log):
    assert not dense(learnt(Rules, make_log([(0, 0, 1), (1, 1, 2)]), window=3).table).any()


def test_search_words_are_followed_by_items(make_log):
    log = make_log([(0, -1, 1), (0, 2, 2)], query=np.array([1, -1]))
    assert dense(learnt(Rules, log, window=3).table)[5].tolist() == [0, 0, 1, 0]


def test_only_so_many_pairs_are_counted_the_newest_first(make_log, monkeypatch):
    monkeypatch.setattr("models.baselines.rules.PAIRS", 1)
    log = make_log([(0, 0, 1), (0, 1, 2), (1, 2, 5), (1, 3, 6)])
    assert np.argwhere(dense(learnt(Rules, log, window=3).table)).tolist() == [[2, 3]]


def test_text_is_the_cosine_of_names_and_of_search_words(make_log):
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], np.float32)
    log = make_log([(0, 0, 1)], vectors=vectors, query_vectors=vectors[:1])
    found = dense(learnt(Text, log, sharpness=1, floor=0.2).table)
    assert found[0] == pytest.approx([0.8, 0.4, 0, 0], abs=1e-6)
    assert found[4] == pytest.approx(found[0])
    assert dense(learnt(Text, log, sharpness=4, floor=0.0).table)[0, 1] == pytest.approx(0.6**4, rel=1e-5)


def test_personal_sums_the_weights_of_a_persons_own_items(make_log):
    given = Weighted(np.array([0, 0, 1]), np.array([2, 2, 9]), np.array([1, 0.5, 1]))
    assert learnt(Personal, make_log(BASKETS)).scores(given, 2).tolist() == [[0, 0, 1.5, 0], [0, 0, 0, 0]]


def test_scores_are_history_weights_times_neighbour_weights(make_log):
    found = learnt(ItemKnn, make_log(BASKETS), shrinkage=0.0)
    given = Weighted(np.array([0, 0, 1]), np.array([2, 1, 3]), np.array([1, 0.5, 1]))
    cosines = dense(found.table)
    expected = [cosines[2] + 0.5 * cosines[1], cosines[3]]
    assert found.scores(given, 2) == pytest.approx(np.array(expected), rel=1e-5)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_a_table_keeps_the_heaviest_neighbours(monkeypatch, form):
    monkeypatch.setattr(neighbours, "WIDTH", 2)
    matrix = np.array([[0.1, -3, 2, 0.5], [0, 0, 1, 0]])
    table = table_of(iter([form(matrix[:1]), form(matrix[1:])]), 2, 4)
    assert dense(table) == pytest.approx(np.array([[0, -3, 2, 0], [0, 0, 1, 0]]))
