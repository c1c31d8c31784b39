"""What stays the same between two clusterings: ids and the adjusted Rand index."""

import pytest

from models.themes.matching import adjusted_rand, next_ids, surviving_ids


def test_ids_go_on_after_the_highest_ever_given() -> None:
    assert next_ids(set(), 2) == ["t01", "t02"]
    assert next_ids({"t02", "t09"}, 2) == ["t10", "t11"]
    assert next_ids({"t99"}, 1) == ["t100"]


def test_themes_that_keep_their_items_keep_their_id_however_clusters_are_numbered() -> None:
    before = {"a": "t01", "b": "t01", "c": "t02", "d": "t02"}
    ids, history = surviving_ids(before, [1, 1, 0, 0], ["a", "b", "c", "d"], 2, {"t01", "t02"})
    assert ids == ["t02", "t01"]
    assert history == [("t01", "t01", 1.0), ("t02", "t02", 1.0)]


def test_a_theme_that_is_split_keeps_its_id_in_the_larger_part() -> None:
    before = dict.fromkeys("abcde", "t01")
    ids, history = surviving_ids(before, [0, 0, 0, 1, 1], list("abcde"), 2, {"t01"})
    assert ids == ["t01", "t02"]
    assert history == [("t01", "t01", 0.6)]


def test_two_themes_that_become_one_are_both_mapped_to_it() -> None:
    before = {"a": "t01", "b": "t01", "c": "t01", "d": "t02"}
    ids, history = surviving_ids(before, [0, 0, 0, 0], list("abcd"), 1, {"t01", "t02"})
    assert ids == ["t01"] and history == [("t01", "t01", 1.0), ("t02", "t01", 1.0)]


def test_retired_ids_are_not_used_again() -> None:
    ids, history = surviving_ids({}, [0, 1], ["a", "b"], 2, {"t01", "t05"})
    assert ids == ["t06", "t07"] and history == []


def test_an_old_theme_that_is_all_unsorted_has_no_row() -> None:
    ids, history = surviving_ids({"a": "t01"}, [-1, 0], ["a", "b"], 1, {"t01"})
    assert ids == ["t02"] and history == []


def test_no_clusters_leave_nothing() -> None:
    assert surviving_ids({"a": "t01"}, [-1], ["a"], 0, {"t01"}) == ([], [])


def test_adjusted_rand() -> None:
    assert adjusted_rand([0, 0, 1, 1], [5, 5, 3, 3]) == 1
    assert adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)
    assert adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]) == pytest.approx(0.2424, abs=1e-4)
    assert adjusted_rand([0], [0]) == adjusted_rand([0, 0], [1, 1]) == 1
    assert adjusted_rand([], []) == 1
