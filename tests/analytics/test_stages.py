import numpy as np
import pytest

from analytics.stages import STAGES, stage, stages

STEADY = [20.0] * 28


def test_shapes_get_the_label_that_eyes_give_them():
    ramp, week = np.linspace(0, 1, 8), np.arange(28)
    assert stage(STEADY) == "steady"
    assert stage([20.0] * 20 + list(20 + 20 * ramp)) == "rising"
    assert stage([20.0] * 20 + list(20 - 12 * ramp)) == "fading"
    assert stage([0.0] * 22 + [30.0] * 6) == "emerging"
    assert stage(list(20 + 60 * np.exp(-((week - 18) ** 2) / 18))) == "peaked"
    assert stage(list(10 * 1.04**week)) == "rising"
    assert stage(list(40 * 0.96**week)) == "fading"


def test_one_spike_earns_nothing_wherever_it_is():
    for place in range(28):
        for height in (0.0, 60.0, 2000.0):
            assert stage([*STEADY[:place], height, *STEADY[place + 1 :]]) == "steady"


@pytest.mark.parametrize("seed", range(5))
def test_losing_any_single_week_leaves_a_label_unchanged(seed):
    draw = np.random.default_rng(seed)
    walk = np.exp(np.cumsum(draw.normal(0, 0.2, (300, 28)), axis=1))
    jumps = np.where(draw.random((300, 28)) < 0.03, 8.0, 1.0)
    values = draw.poisson(30 * walk * jumps).astype(float)
    labels = np.array(stages(values, values))
    assert len(set(labels)) >= 4
    for week in range(28):
        without = values.copy()
        without[:, week] = np.nan
        changed = (labels != "steady") & (np.array(stages(without, values)) != labels)
        assert not changed.any()


@pytest.mark.parametrize(("mean", "noise"), [(10, 0.0), (10, 0.3), (50, 0.0), (50, 0.3), (200, 0.5)])
def test_series_that_only_fluctuate_are_steady(mean, noise):
    draw = np.random.default_rng(11)
    values = draw.poisson(mean * np.exp(draw.normal(0, noise, (2000, 28)))).astype(float)
    assert np.mean([label != "steady" for label in stages(values, values)]) <= 0.04


def test_tiny_series_are_steady():
    rise = [1.0] * 24 + [3.0] * 4
    assert stage(rise) == "rising"
    assert stage(rise, rise) == "steady"
    large = [10 * value for value in rise]
    assert stage(large, large) == "rising"


def test_the_largest_week_does_not_lift_a_tiny_series():
    values = [1.0] * 24 + [4.0, 4.0, 4.0, 500.0]
    assert stage(values, values) == "steady"


def test_under_twelve_weeks_nothing_is_said():
    assert stage([1.0] * 4 + [9.0] * 7) == "steady"
    assert stage([1.0] * 8 + [9.0] * 4) == "emerging"
    assert stage([]) == "steady"


def test_only_the_last_28_weeks_count():
    assert stage([500.0] * 40 + STEADY) == "steady"


def test_missing_weeks_are_left_out_of_their_block():
    rise: list[float | None] = [20.0] * 24 + [40.0, None, 40.0, 40.0]
    assert stage(rise) == "rising"
    assert stage([20.0] * 24 + [None, None, None, None]) == "steady"


def test_scale_plays_no_part():
    draw = np.random.default_rng(5)
    values = np.exp(np.cumsum(draw.normal(0, 0.2, (200, 28)), axis=1))
    assert stages(values) == stages(values / 1e6)


def test_no_lines_have_no_labels():
    assert stages(np.zeros((0, 28))) == []
    assert set(stages(np.zeros((2, 28)))) == {STAGES[0]}
