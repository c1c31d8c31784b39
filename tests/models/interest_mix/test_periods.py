"""A log cut into periods of 28 days, and who is asked about which of them."""

import numpy as np

from models.interactions import Catalogue, arranged
from models.interest_mix import asked_of, cut_periods, judged_periods

DAY = 86_400
SPAN = 28 * DAY


def log(rows):
    """Interactions of (user, item, day); items 0 to 2 have interests 0, 1 and none."""
    user, item, day = (np.array(column) for column in zip(*rows, strict=True))
    names = ["a", "b", "c"]
    catalogue = Catalogue(names, names, np.array([0, 1, -1], np.int32), ["x", "y"], ["X", "Y"])
    return arranged(user, item, day * DAY, users=["ann", "bob"], catalogue=catalogue)


def test_events_are_counted_by_person_interest_and_period_around_the_cut():
    found = cut_periods(log([(0, 0, 0), (0, 1, 30), (0, 1, 31), (0, 2, 32), (1, 0, 57)]), 28 * DAY)
    assert found.first == -1
    assert [each.toarray().tolist() for each in found.counts] == [
        [[1, 0], [0, 0]], [[0, 2], [0, 0]], [[0, 0], [1, 0]],
    ]  # fmt: skip


def test_a_period_is_complete_only_where_the_log_covers_it():
    rows = [(0, 0, day) for day in range(5, 70)]
    assert list(cut_periods(log(rows), 33 * DAY).complete) == [-1, 0]
    assert list(cut_periods(log(rows), 34 * DAY).complete) == [-1, 0]
    assert list(cut_periods(log(rows), 32 * DAY).complete) == [0]


def test_events_from_the_end_on_are_not_read():
    found = cut_periods(log([(0, 0, 1), (0, 1, 40)]), 28 * DAY, end=28 * DAY)
    assert sum(each.sum() for each in found.counts) == 1


def test_people_with_too_little_before_or_in_a_period_are_not_asked_about():
    rows = [(0, 0, 1)] * 5 + [(0, 1, 29)] * 5 + [(1, 0, 1)] * 4 + [(1, 0, 29)] * 9
    found = asked_of(cut_periods(log(rows), 0), [1])
    assert found.user.tolist() == [0]
    assert found.counts.tolist() == [[0, 5]]


def test_knobs_are_chosen_before_the_test_and_after_the_training():
    periods = cut_periods(log([(0, 0, day) for day in range(28 * 10 + 1)]), 28 * 8 * DAY)
    assert judged_periods(periods, 28 * 6 * DAY, 28 * 8 * DAY) == ([-2, -1], [0, 1])
    assert judged_periods(periods, 28 * 7 * DAY + 1, 28 * 8 * DAY) == ([-1], [0, 1])


def test_a_log_without_interests_has_nothing_to_ask():
    found = cut_periods(log([(0, 2, 1)]), 0)
    assert len(asked_of(found, found.complete)) == 0
