"""Intervals by resampling people."""

import numpy as np
import pytest

from models.evaluate.bootstrap import Bootstrap, interval


def test_means_are_over_requests_and_leave_out_what_does_not_belong():
    values = np.array([[1.0, np.nan], [0.0, np.nan], [2.0, 5.0]])
    means, drawn = Bootstrap(np.array([7, 7, 9]), draws=20).means(values)
    assert means.tolist() == [1.0, 5.0]
    assert drawn.shape == (20, 2)
    assert set(np.round(drawn[:, 0], 6)) <= {0.5, 1.0, 2.0}


def test_the_interval_is_that_of_people_not_of_requests():
    rng = np.random.default_rng(0)
    person = rng.normal(size=100)
    means, drawn = Bootstrap(np.repeat(np.arange(100), 50)).means(np.repeat(person, 50)[:, None])
    low, high = interval(drawn[:, 0])
    assert high - low == pytest.approx(2 * 1.96 * person.std() / 10, rel=0.15)
    assert low < means[0] < high


def test_what_is_measured_on_the_same_people_is_drawn_together():
    rng = np.random.default_rng(0)
    one = rng.normal(size=200)
    _, drawn = Bootstrap(np.arange(200)).means(np.stack([one, one + 0.1], axis=1))
    assert drawn[:, 1] - drawn[:, 0] == pytest.approx(np.full(1000, 0.1))


def test_the_same_seed_draws_the_same():
    values = np.random.default_rng(1).normal(size=(30, 1))
    user = np.arange(30) // 2
    assert (Bootstrap(user).means(values)[1] == Bootstrap(user).means(values)[1]).all()


def test_nothing_has_no_interval():
    _, drawn = Bootstrap(np.array([0, 1])).means(np.full((2, 1), np.nan))
    assert interval(drawn[:, 0]) is None
