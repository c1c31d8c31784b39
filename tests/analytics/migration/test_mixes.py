from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analytics.migration.mixes import ALPHAS, Space, best_alpha, numbered, points, space_of, summed

SPACE = Space(("a", "b", "others"), (0.5, 0.25, 0.25), 4.0)


def test_the_largest_interests_are_told_apart_and_the_rest_is_one():
    sizes = pl.DataFrame({"interest": ["a", "b", "c", "d", "a"], "n": [3, 5, 1, 1, 2]})
    space = space_of(sizes, most=2)
    assert space.interests == ("a", "b", "others")
    assert space.base == pytest.approx((5 / 12, 5 / 12, 2 / 12))


def test_without_a_rest_one_event_stands_for_it():
    assert space_of(pl.DataFrame({"interest": ["a"], "n": [9]})).base == pytest.approx((0.9, 0.1))


def test_an_interest_that_is_not_told_apart_is_another(frame):
    found = numbered(frame((1, 1, 0, "b", 1), (1, 1, 0, "z", 1)), SPACE)
    assert found["k"].to_list() == [1, 2]


def test_points_are_drawn_towards_everybody():
    assert points(np.array([[4.0, 0, 0], [0, 0, 0]]), SPACE) ** 2 == pytest.approx(
        np.array([[6 / 8, 1 / 8, 1 / 8], [0.5, 0.25, 0.25]])
    )


def test_sums_come_in_the_order_of_their_keys():
    rows = pl.DataFrame({"user": [2, 1, 2], "k": [1, 0, 1], "w": [1.5, 2.0, 0.5]})
    keys, sums = summed(rows, ["user"], SPACE)
    assert keys["user"].to_list() == [1, 2]
    assert sums.tolist() == [[2, 0, 0], [0, 2, 0]]


def test_people_who_are_all_alike_are_drawn_to_everybody_and_people_of_their_own_are_not():
    draw = np.random.default_rng(1)
    same, own = [], []
    for user in range(60):
        for visit in range(8):
            for k in draw.integers(0, 2, 5):
                same.append((user, visit, int(k), 1.0))
            own.append((user, visit, user % 2, 5.0))
    rows = [
        pl.DataFrame(each, ["user", "visit", "k", "w"], orient="row").with_columns(period=0) for each in (same, own)
    ]
    space = replace(SPACE, base=(0.4995, 0.4995, 0.001))
    assert best_alpha(rows[0], space, "period") == ALPHAS[-1]
    assert best_alpha(rows[1], space, "period") == ALPHAS[0]
