"""The events to expect of people with ratios of a season."""

import numpy as np
import pytest

from analytics.drift.moments import Sums
from analytics.drift.season import expected_after


def sums_of(before, after):
    """One person with these events; sizes of visits play no part."""
    before, after = np.array(before, float), np.array(after, float)
    sizes = [np.array([[0, events.sum(), 0, 0, 0]]) for events in (before, after)]
    return Sums(np.array([0, len(before)]), before, after, before, after, *sizes)


def fitted(before, after, ratio, rounds=500):
    """Plain iterative proportional fitting of a table 2 x k to its margins."""
    table = np.stack([np.ones(len(before)), np.array(ratio, float)])
    rows, columns = np.array([sum(before), sum(after)]), np.array(before) + np.array(after)
    for _ in range(rounds):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= columns / table.sum(axis=0)
    return table[1]


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [((10, 5, 2), (3, 9, 1), (1, 2, 0.5)), ((30, 1, 4, 4), (2, 9, 9, 1), (0.3, 3, 1, 0.2)), ((4, 4), (4, 4), (5, 5))],
)
def test_expected_events_are_those_of_plain_fitting(before, after, ratio):
    expected = expected_after(sums_of(before, after), np.array(ratio, float))
    assert expected == pytest.approx(fitted(before, after, ratio), rel=1e-6)
    assert expected.sum() == pytest.approx(sum(after))


def test_without_a_season_expected_is_the_plain_share():
    expected = expected_after(sums_of((6, 2), (2, 6)), np.ones(2))
    assert expected == pytest.approx([4, 4])


def test_people_are_fitted_one_by_one():
    one, other = sums_of((10, 5), (3, 9)), sums_of((7, 7), (1, 1))
    parts = ("before", "after", "squares_before", "squares_after")
    both = Sums(
        np.array([0, 2, 4]), *(np.concatenate([getattr(one, name), getattr(other, name)]) for name in parts),
        *(np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("sizes_before", "sizes_after")),
    )  # fmt: skip
    alone = [expected_after(each, np.array([1.0, 3.0])) for each in (one, other)]
    assert expected_after(both, np.array([1.0, 3.0, 1.0, 3.0])) == pytest.approx(np.concatenate(alone))


def test_a_person_fitted_soon_is_not_moved_by_one_who_takes_longer():
    soon, long = sums_of((10, 5), (3, 9)), sums_of((400, 1, 1), (1, 1, 400))
    both = Sums(
        np.array([0, 2, 5]),
        *(np.concatenate([getattr(soon, name), getattr(long, name)]) for name in (
            "before", "after", "squares_before", "squares_after", "sizes_before", "sizes_after")),
    )  # fmt: skip
    ratio = np.array([1.0, 1.1, 0.05, 1.0, 20.0])
    alone = [expected_after(soon, ratio[:2]), expected_after(long, ratio[2:])]
    assert (expected_after(both, ratio) == np.concatenate(alone)).all()
