from itertools import combinations

import numpy as np
import pytest

from analytics.changes.fitting import fit
from analytics.changes.noise import Noise, of_differences, of_residuals, tamed
from analytics.changes.segments import means, partition

NO_TERMS = np.zeros((60, 0))


def cost(values, cuts, penalty, least):
    """The sum of squares around the means of the stretches + penalty a cut; infinite where a stretch is too short."""
    total = penalty * len(cuts)
    for part in np.split(values, cuts):
        known = part[~np.isnan(part)]
        if len(known) < least:
            return np.inf
        total += ((known - known.mean()) ** 2).sum()
    return total


def best(values, penalty, least):
    every = [cuts for count in range(4) for cuts in combinations(range(1, len(values)), count)]
    return min(cost(values, list(cuts), penalty, least) for cuts in every)


@pytest.mark.parametrize("least", [1, 2, 3])
def test_no_other_cuts_are_better(least):
    draw = np.random.default_rng(least)
    values = draw.normal(size=(12, 10)) + 3 * (np.arange(10) > 4)
    found = partition(values, np.full(12, 2.0), least)
    for series, starts in zip(values, found, strict=True):
        cuts = list(np.flatnonzero(starts))
        assert len(cuts) <= 3
        assert cost(series, cuts, 2.0, least) == pytest.approx(best(series, 2.0, least))


def test_no_other_cuts_are_better_where_periods_are_missing():
    draw = np.random.default_rng(9)
    values = draw.normal(size=(12, 10)) + 3 * (np.arange(10) > 4)
    values[draw.random(values.shape) < 0.2] = np.nan
    for series, starts in zip(values, partition(values, np.full(12, 2.0), 2), strict=True):
        assert cost(series, list(np.flatnonzero(starts)), 2.0, 2) == pytest.approx(best(series, 2.0, 2))
        assert not np.isnan(series[starts]).any()  # a level starts where it is seen


def test_a_dearer_cut_is_not_made():
    values = np.array([[0.0, 0, 0, 1, 1, 1]])
    assert partition(values, np.array([1.4]), 1).tolist() == [[False, False, False, True, False, False]]
    assert not partition(values, np.array([1.6]), 1).any()  # the cut explains 6 * 0.25 = 1.5


def test_means_are_of_the_stretch():
    values = np.array([[1.0, 3, np.nan, 10], [2, 4, 6, 8]])
    assert means(values, np.array([[0, 0, 0, 1], [0, 1, 1, 1]])).tolist() == [[2, 2, 2, 10], [2, 6, 6, 6]]


def test_a_single_odd_period_is_drawn_near_and_a_level_stays_as_it_is():
    calm = np.tile([0.0, 1.0], 10)[None]
    spiked = calm.copy()
    spiked[0, 9] = 50
    # Neighbours differ by 1: a deviation of 1.4826 / sqrt(2), four of which are 4.19.
    assert tamed(spiked, 3, np.zeros(1))[0, 9] == pytest.approx(4.19, abs=1.01)
    step = np.repeat([0.0, 50.0], 10)[None]
    assert (tamed(step, 3, np.zeros(1)) == step).all()
    assert np.isnan(tamed(np.where(np.arange(20) == 4, np.nan, calm), 3, np.zeros(1))[0, 4])


def wandering(rho, periods=4000):
    draw = np.random.default_rng(4)
    steps, values = draw.normal(size=periods), np.zeros(periods)
    for place in range(1, periods):
        values[place] = rho * values[place - 1] + np.sqrt(1 - rho**2) * steps[place]
    return values[None]


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.7])
def test_variance_and_memory_are_found_from_differences_and_from_residuals(rho):
    values = wandering(rho)
    shifted = values + 5 * (np.arange(values.shape[1]) > 2000)
    for found in (of_differences(shifted), of_residuals(values, np.ones(1))):
        assert found.variance[0] == pytest.approx(1, abs=0.2)
        assert found.memory[0] == pytest.approx(rho, abs=0.06)
    assert Noise(np.array([2.0]), np.array([0.5])).long_run[0] == 6


def test_short_series_get_their_memory_back():
    draw = np.random.default_rng(5)
    short = draw.normal(size=(4000, 20))
    raw = of_residuals(short - short.mean(axis=1, keepdims=True), np.zeros(4000)).memory
    right = of_residuals(short - short.mean(axis=1, keepdims=True), np.ones(4000)).memory
    assert raw.mean() < right.mean()


def test_season_and_level_are_told_apart():
    place = np.arange(60)
    wave = np.sin(2 * np.pi * place / 20)
    values = (3 * wave + 2 * (place >= 33) + np.random.default_rng(1).normal(0, 0.1, 60))[None]
    found = fit(values, np.column_stack([wave]), least=3, floor=np.zeros(1))
    assert np.flatnonzero(found.starts[0]).tolist() == [33]
    assert found.level[0, [0, 59]] == pytest.approx([0, 2], abs=0.1)
    assert np.abs(found.season[0] - 3 * wave).max() < 0.2
    assert len(np.flatnonzero(fit(values, NO_TERMS, least=3, floor=np.zeros(1)).starts[0])) != 1


def test_a_larger_family_asks_for_more():
    values = np.random.default_rng(1).normal(size=(1, 60))
    alone, many = (fit(values, NO_TERMS, least=3, floor=np.zeros(1), family=size) for size in (1, 100))
    assert many.penalty - alone.penalty == pytest.approx(2 * np.log(100) * alone.noise)
