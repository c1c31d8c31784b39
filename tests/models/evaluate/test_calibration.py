"""Bins of equal mass and the error of calibration."""

import numpy as np
import pytest

from models.evaluate.calibration import Bin, calibration_bins, expected_calibration_error


def test_bins_hold_equally_many_requests_least_confident_first():
    found = calibration_bins(np.array([0.9, 0.1, 0.2, 0.8]), np.array([1.0, 0.0, 1.0, 0.0]), bins=2)
    assert found == [Bin(pytest.approx(0.15), 0.5, 2), Bin(pytest.approx(0.85), 0.5, 2)]
    assert expected_calibration_error(found) == pytest.approx(0.35)


def test_few_requests_make_few_bins_and_none_no_error():
    assert len(calibration_bins(np.array([0.5, 0.6]), np.array([1.0, 0.0]))) == 2
    assert expected_calibration_error([]) is None


def test_probabilities_that_come_true_have_little_error():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0, 1, 100_000)
    came = (rng.uniform(0, 1, 100_000) < confidence).astype(float)
    assert expected_calibration_error(calibration_bins(confidence, came)) < 0.01
