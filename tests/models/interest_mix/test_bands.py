"""Bands and ranks of counts that are drawn from what the forecast says."""

import numpy as np
import pytest
from scipy.stats import betabinom

from models.interest_mix.bands import Concentration, bands, calibrated, coverage, fitted, pit


def drawn(rows=600, strength=40.0, seed=0):
    """Mixes of six interests and counts around them, Dirichlet-multinomial."""
    rng = np.random.default_rng(seed)
    mix = rng.dirichlet(np.full(6, 2.0), rows)
    size = rng.integers(20, 80, rows)
    counts = np.array([rng.multinomial(n, rng.dirichlet(strength * p)) for n, p in zip(size, mix, strict=True)])
    return mix, rng.gamma(2, 30, rows), counts.astype(float)


def test_the_concentration_is_found_again():
    mix, weight, counts = drawn()
    assert np.median(fitted(mix, weight, counts).of(weight)) == pytest.approx(40, rel=0.15)


def test_bands_hold_four_fifths_of_what_comes_and_ranks_are_even():
    mix, weight, counts = drawn()
    found = calibrated(fitted(mix, weight, counts), mix, weight, counts)
    mix, weight, counts = drawn(seed=1)
    held, cells = coverage(mix, weight, counts, found)
    assert cells > 2000
    assert held == pytest.approx(0.8, abs=0.02)
    parts = np.histogram(pit(mix, weight, counts, found), 10, (0, 1))[0] / counts.size
    assert parts == pytest.approx(np.full(10, 0.1), abs=0.02)


def test_a_forecast_that_is_too_sure_shows_in_both():
    mix, weight, counts = drawn()
    sure = Concentration(10.0)
    assert coverage(mix, weight, counts, sure)[0] < 0.7
    assert np.histogram(pit(mix, weight, counts, sure), 10, (0, 1))[0][0] / counts.size > 0.12


def test_ranks_lie_between_the_probabilities_of_less_and_of_no_more():
    mix, counts = np.array([[0.3, 0.7]]), np.array([[4.0, 6.0]])
    found = pit(mix, np.ones(1), counts, Concentration(np.log(20)))[0, 0]
    assert betabinom.cdf(3, 10, 6, 14) <= found <= betabinom.cdf(4, 10, 6, 14)


def test_more_events_and_better_known_people_have_narrower_bands():
    mix, concentration = np.array([[0.4, 0.6]] * 2), Concentration(2, 0.5)
    low, high = bands(mix, np.array([10.0, 10.0]), np.array([5.0, 50.0]), concentration)
    assert (high - low)[1, 0] < (high - low)[0, 0]
    low, high = bands(mix, np.array([1.0, 100.0]), np.array([50.0, 50.0]), concentration)
    assert (high - low)[1, 0] < (high - low)[0, 0]


def test_few_cells_leave_the_tail_as_it_is():
    mix, weight, counts = drawn(rows=10)
    assert calibrated(Concentration(), mix, weight, counts) == Concentration()
    assert coverage(mix, weight, counts * 0 + 0.1, Concentration())[1] == 0
