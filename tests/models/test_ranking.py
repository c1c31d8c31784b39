"""What rankers share: batches, proper log-probabilities, items that are not asked for again."""

import numpy as np
import pytest

from models.interactions import NO_ITEM, Catalogue, arranged, successive_requests
from models.ranking import batches, expects_repeats, normalised, seen_cells, without_seen


def log(rows):
    names = [f"item {number}" for number in range(3)]
    catalogue = Catalogue(names, names, np.zeros(3, np.int32), ["all"], ["All"])
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return arranged(*columns, users=["ann", "bob"], catalogue=catalogue)


ROWS = [(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 2, 1), (1, 0, 5)]


def test_batches_cover_all_requests_in_order():
    requests = successive_requests(log(ROWS), 0)
    found = list(batches(requests, 2))
    assert [numbers.tolist() for numbers, _ in found] == [[0, 1], [2]]
    assert [part.target.tolist() for _, part in found] == [[1, 2], [0]]


def test_scores_become_probabilities():
    found = normalised(np.log(np.array([[1.0, 1.0, 2.0]])) + 700)
    assert np.exp(found)[0] == pytest.approx([0.25, 0.25, 0.5], abs=1e-4)
    assert found.dtype == np.float32


def test_a_log_of_ratings_expects_no_repeats_and_a_shop_does():
    assert not expects_repeats(log(ROWS))
    assert expects_repeats(log([*ROWS, (0, 0, 9)]))


def test_cells_of_the_history_are_those_before_the_step():
    whole = log(ROWS)
    row, item = seen_cells(whole, successive_requests(whole, 0))
    assert list(zip(row.tolist(), item.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1), (2, 2)]


def test_searches_are_no_items_seen():
    whole = log([(0, NO_ITEM, 1), (0, 1, 2)])
    row, _ = seen_cells(whole, successive_requests(whole, 0))
    assert not len(row)


def test_what_was_seen_comes_last_and_is_still_possible():
    whole = log(ROWS)
    requests = successive_requests(whole, 0)
    found = without_seen(normalised(np.zeros((3, 3))), whole, requests)
    assert np.exp(found).sum(axis=1) == pytest.approx([1, 1, 1])
    assert np.exp(found[1]) == pytest.approx([0, 0, 1], abs=1e-6)
    assert np.isfinite(found).all()
