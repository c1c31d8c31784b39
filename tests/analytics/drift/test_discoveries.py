"""Adjusted p-values against statsmodels, and the share that changed."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from analytics.drift.discoveries import cut, q_values, share_changed
from analytics.significance import passes


def test_q_values_are_statsmodels():
    p = np.random.default_rng(1).beta(0.4, 1, 200)
    assert q_values(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


def test_what_is_not_known_is_no_test():
    q = q_values(np.array([0.01, np.nan, 0.02]))
    assert q[[0, 2]] == pytest.approx([0.02, 0.02])
    assert np.isnan(q[1])
    assert len(q_values(np.zeros(0))) == 0


def test_q_at_most_the_level_is_what_passes_says():
    p = np.random.default_rng(2).beta(0.3, 1, 500)
    for level in (0.01, 0.05, 0.1):
        assert ((q_values(p) <= level) == passes(p, level)).all()


def test_the_cut_is_the_largest_p_that_passes():
    p = np.array([0.001, 0.04, 0.03, 0.5, np.nan])
    assert cut(p, 0.05) == 0.001
    assert cut(p, 0.06) == 0.04
    assert cut(p, 0.0001) is None


def test_the_share_that_changed_is_found_and_its_interval_holds_it():
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(200):
        p = np.concatenate([rng.random(800), rng.beta(0.1, 20, 200)])
        found = share_changed(p)
        inside += found.low <= 0.2 <= found.high
    assert 182 <= inside <= 198


def test_nobody_changed_is_a_share_of_about_nothing():
    found = share_changed(np.random.default_rng(4).random(10_000))
    assert found.low == 0 and found.share < 0.03


def test_without_tests_there_is_no_share():
    assert share_changed(np.array([np.nan])) is None
