"""Events as arrays: order, steps, cuts, and what is asked of a history."""

import numpy as np

from models.interactions import NO_ITEM, Catalogue, arranged, successive_requests


def catalogue(items: int = 4) -> Catalogue:
    names = [f"item {number}" for number in range(items)]
    return Catalogue(names, names, np.zeros(items, np.int32), ["all"], ["All"])


def log(rows, **knobs):
    """Interactions of (user, item, time) or (user, item, time, order)."""
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    order = columns[3] if len(columns) == 4 else None
    return arranged(*columns[:3], users=["ann", "bob"], catalogue=catalogue(), order=order, **knobs)


def test_rows_are_ordered_by_person_and_time_and_one_moment_is_one_step():
    found = log([(1, 0, 5), (0, 2, 9), (0, 3, 4), (0, 1, 4)])
    assert found.user.tolist() == [0, 0, 0, 1]
    assert found.item.tolist() == [1, 3, 2, 0]
    assert found.step.tolist() == [0, 0, 1, 2]
    assert found.offsets.tolist() == [0, 3, 4]


def test_the_order_of_rows_inside_a_step_says_nothing():
    rows = [(0, 2, 4), (0, 1, 4), (0, 3, 8), (1, 0, 1)]
    one, other = log(rows), log([rows[1], rows[0], *rows[2:]])
    assert one.item.tolist() == other.item.tolist()


def test_rows_of_one_order_are_one_step_at_its_first_moment():
    found = log([(0, 0, 10, 7), (0, 1, 30, 7), (0, 2, 20, NO_ITEM)])
    assert found.item.tolist() == [0, 1, 2]
    assert found.time.tolist() == [10, 10, 20]
    assert found.step.tolist() == [0, 0, 1]


def test_a_file_can_break_ties_by_its_own_order():
    found = log([(0, 2, 4), (0, 1, 4)], every_row_a_step=True)
    assert found.item.tolist() == [2, 1]
    assert found.step.tolist() == [0, 1]


def test_a_request_has_the_history_before_its_step_and_all_items_of_the_step_as_targets():
    found = log([(0, 0, 1), (0, 1, 2), (0, 2, 2), (0, 3, 9), (1, 0, 2), (1, 1, 3)])
    asked = successive_requests(found, 2, 9)
    assert asked.user.tolist() == [0, 1]
    assert asked.end.tolist() == [1, 5]
    assert asked.time.tolist() == [2, 3]
    assert asked.target.tolist() == [1, 2, 1]
    assert asked.target_offsets.tolist() == [0, 2, 3]


def test_chosen_requests_keep_their_targets():
    found = log([(0, 0, 1), (0, 1, 2), (0, 2, 2), (0, 3, 9)])
    asked = successive_requests(found, 0)
    kept = asked.part(np.array([1, 0]))
    assert kept.target.tolist() == [3, 1, 2]
    assert kept.target_offsets.tolist() == [0, 1, 3]


def test_a_search_is_history_but_nothing_to_recommend():
    user, item, time = np.array([0, 0, 0]), np.array([0, NO_ITEM, 1]), np.array([1, 2, 3])
    found = arranged(
        user, item, time, users=["ann"], catalogue=catalogue(), query=np.array([NO_ITEM, 0, NO_ITEM]),
        kind=np.array([0, 5, 0]),
    )  # fmt: skip
    asked = successive_requests(found, 0)
    assert asked.end.tolist() == [2]
    assert asked.target.tolist() == [1]


def test_events_before_a_cut_keep_the_numbers_of_people_and_items():
    found = log([(0, 3, 1), (0, 2, 8), (1, 1, 9)])
    kept = found.before(8)
    assert kept.item.tolist() == [3]
    assert kept.users == 2
    assert kept.offsets.tolist() == [0, 1, 1]
    assert found.cuts(0.5) == (8,)
