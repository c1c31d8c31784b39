"""The figures of a run as frames, and what they say of a run that lacks some of them."""

import polars as pl
import pytest

from analytics.evaluation import (
    COMPARISON,
    SLICE_SCHEMA,
    best_rival,
    calibration,
    comparison,
    epochs,
    gain,
    mix_gain,
    shown_model,
    slices,
    told_mix,
    weights,
)


def test_models_stand_best_first_with_what_the_blend_adds(run_metrics):
    frame = comparison(run_metrics())
    assert dict(frame.schema) == COMPARISON
    assert frame["model"].to_list() == ["blend", "rules", "network", "popularity"]
    rules = frame.row(1, named=True)
    assert (rules["name"], rules["weight"]) == ("what follows what", 0.6)
    assert [rules[name] for name in ("gain", "gain_low", "gain_high")] == pytest.approx(
        [0.006 / 0.07, 0.002 / 0.07, 0.01 / 0.07]
    )
    assert frame["gain"][0] is None


def test_a_difference_is_told_as_a_part_of_what_it_is_a_difference_to(run_metrics):
    assert gain(run_metrics(), "network_vs_best", "rules") == pytest.approx(
        (-0.005 / 0.07, -0.009 / 0.07, -0.001 / 0.07)
    )
    assert gain(run_metrics(), "ease", "ease") == (None, None, None)


def test_what_is_shown_is_what_the_run_chose_or_what_clearly_won(run_metrics):
    assert shown_model(run_metrics()) == "blend"
    assert shown_model(run_metrics(-0.01)) == "rules"
    assert shown_model(run_metrics(-0.01, chosen=None)) == "rules"
    assert shown_model(run_metrics(-0.001, chosen=None)) == "blend"


def test_the_best_rival_is_found_where_the_run_names_none(run_metrics):
    assert best_rival(run_metrics(best_rival=None)) == "rules"
    assert best_rival({}) is None


def test_slices_that_were_not_measured_are_left_out(run_metrics):
    frame = slices(run_metrics())
    assert dict(frame.schema) == SLICE_SCHEMA
    assert frame["slice"].unique(maintain_order=True).to_list() == ["all", "cold_users", "repeat", "novel"]
    assert frame.filter(pl.col("slice") == "cold_users")["requests"].to_list() == [100, 100, 100]


def test_weights_calibration_and_epochs_are_frames(run_metrics):
    metrics = run_metrics()
    assert weights(metrics)["model"].to_list() == ["rules", "network", "popularity"]
    assert calibration(metrics)["confidence"].to_list() == pytest.approx([0.02 * n for n in range(1, 16)])
    assert epochs(metrics["training"])["loss"].to_list() == pytest.approx([5.9, 5.8, 5.7])


@pytest.mark.parametrize("metrics", [{}, {"models": {}}, {"models": {"blend": {"ndcg@10": None}}, "calibration": None}])
def test_a_run_without_figures_has_empty_frames(metrics):
    for frame in (comparison(metrics), slices(metrics), weights(metrics), calibration(metrics), epochs(None)):
        assert frame.is_empty()
    assert mix_gain(metrics) == (None, None, None)


def test_the_interest_forecast_is_better_above_zero_whichever_way_it_was_taken(run_metrics):
    assert mix_gain(run_metrics()) == pytest.approx((0.02, 0.004, 0.036))
    other = {**run_metrics()["interest_mix"], "difference": -0.02, "interval": [-0.036, -0.004]}
    assert mix_gain(run_metrics(interest_mix=other)) == pytest.approx((0.02, 0.004, 0.036))


def test_a_correction_of_the_faded_mix_is_told_of_where_the_network_is_held_back_or_absent(run_metrics):
    losses = {"interest-mix": 2.6, "network-mix": 2.61, "corrected-mix": 2.58}
    found = {"logloss": losses, "gate": False, "difference": -0.01, "interval": [-0.02, -0.002],
             "corrected": {"difference": 0.02, "interval": [0.01, 0.03]}}  # fmt: skip
    assert told_mix(run_metrics(interest_mix=found)) == "corrected-mix"
    assert mix_gain(run_metrics(interest_mix=found)) == pytest.approx((0.02, 0.01, 0.03))
    assert told_mix(run_metrics(interest_mix={**found, "gate": True})) == "network-mix"
    del losses["network-mix"]
    assert told_mix(run_metrics(interest_mix={**found, "gate": None})) == "corrected-mix"
