"""What is said of a run: that it helps only where that is clear, that it does not where it does not."""

import pytest

from analytics.evaluation import comparison, weights
from analytics.sentences import models as sentences


def test_a_clear_gain_is_said_with_its_interval(run_metrics):
    assert sentences.verdict(run_metrics()) == (
        "On this shop the blend adds 8.6 % over the best simple method, 'what follows what' (2.9 to 14 %). The "
        "sequence model is 40 % of the blend; alone it does 7.1 % worse than the simple method (-13 to -1.4 %)."
    )


def test_an_unclear_gain_is_none(run_metrics):
    said = sentences.verdict(run_metrics(0.001))
    assert "neither clearly better nor worse than the best simple method, 'what follows what' (+1.4 %, -4.3 to" in said


def test_a_model_that_loses_does_not_earn_its_place(run_metrics):
    said = sentences.verdict(run_metrics(-0.01))
    assert said.startswith("The model does not earn its place: the blend is 14 % worse than the best simple method")
    assert said.endswith("Pages show 'what follows what' instead, which did best.")


def test_from_how_many_events_on_it_is_used_is_said(run_metrics):
    assert sentences.verdict(run_metrics(off_below=3)).endswith("It stays off for people with fewer than 3 events.")


def test_a_network_of_no_weight_hardly_counts(run_metrics):
    said = sentences.verdict(run_metrics(weights={"rules": 0.98, "network": 0.02}))
    assert "The sequence model hardly counts: 2.0 % of the blend is its." in said


def test_what_was_not_measured_is_not_said(run_metrics):
    assert sentences.verdict({}).startswith("This run was not measured against the simple methods")
    assert sentences.calibrated({}) == sentences.cold({}) == sentences.mix({}) == ""
    assert "not how sure" in sentences.verdict(run_metrics(differences={}))


@pytest.mark.parametrize(("ece", "said"), [
    (0.01, "can be taken at their word"), (0.04, "about right"), (0.2, "Take the order of the list")
])  # fmt: skip
def test_calibration_in_words(run_metrics, ece, said):
    metrics = run_metrics()
    metrics["models"]["blend"]["ece"] = ece
    assert said in sentences.calibrated(metrics)


def test_cold_people_and_cold_items(run_metrics):
    said = sentences.cold(run_metrics())
    assert "the blend reaches 0.038, the best simple method 0.035" in said
    assert "(600 times) it finds 1.5 times what popularity finds" in said
    assert "no more than" in sentences.cold(run_metrics(cold_items={"requests": 600, "ratio": 1.0}))
    assert "less than" in sentences.cold(run_metrics(cold_items={"requests": 600, "ratio": 0.5}))


def test_the_interest_forecast_says_whether_it_beats_the_faded_mix(run_metrics):
    assert sentences.mix(run_metrics()) == (
        "The forecast of a person's interests beats the faded mix by 0.020 nats an item (0.004 to 0.036). Its 80 % "
        "bands held 81 % of the time."
    )
    found = {"logloss": {"interest-mix": 2.6, "network-mix": 2.61}, "difference": -0.01, "interval": [-0.02, -0.002],
             "gate": False}  # fmt: skip
    said = sentences.mix(run_metrics(interest_mix=found))
    assert said == "The forecast of a person's interests is 0.010 nats an item worse than the faded mix, so the " \
                   "faded mix is shown."  # fmt: skip
    unclear = {**found, "interval": [-0.02, 0.002]}
    assert "about as good as" in sentences.mix(run_metrics(interest_mix=unclear))
    alone = {"logloss": {"interest-mix": 2.6}, "gate": None, "coverage80": 0.79}
    assert sentences.mix(run_metrics(interest_mix=alone)) == (
        "Interests are foretold by the faded mix alone: a log-loss of 2.600 nats an item. Its 80 % bands held 79 % of "
        "the time."
    )


def test_what_the_blend_beats_and_is_made_of(run_metrics):
    assert sentences.ranked(comparison(run_metrics())).endswith("The blend clearly beats each of the other 3.")
    assert sentences.ranked(comparison(run_metrics(0.001))).endswith(
        "beats 2 of the other 3, but not 'what follows what'."
    )
    metrics = run_metrics()
    assert sentences.made_of(metrics, weights(metrics)).startswith(
        "The blend is 60 % what follows what and 40 % sequence model first of all. 1 of 3 counts for nothing. "
        "Its temperature is 0.90: it is surer than its parts."
    )


def test_training_in_words():
    assert "about 47 minutes" in sentences.before_training(1_000_000, 10_000)
    assert "about 14.0 hours" in sentences.before_training(60_000_000, 10_000)
    assert "about 9 minutes" in sentences.before_training(100_000, 900)
    assert "a few minutes" in sentences.before_training(500, 10)
    assert sentences.trained({"epochs": [{}, {}], "best": 2, "device": "CPU", "cpu_seconds": 40}) == (
        "The network learnt for 2 epochs on CPU; the weights of epoch 2 were kept. It took 40 seconds of one core."
    )
    assert sentences.failed("failed", "No space.") == "The last training failed. No space."
    assert sentences.failed("cancelled", "The training was cancelled.") == (
        "The last training was cancelled. What it has learnt is kept until the next one begins."
    )
    assert sentences.failed("interrupted", "") == "The last training was interrupted."


def test_an_older_run_says_so(run_metrics):
    assert sentences.trained_on(run_metrics(), 1) == ""
    assert sentences.trained_on(run_metrics(), 3).startswith(
        "This run was trained on version 1 of the data, and version 3"
    )


@pytest.mark.parametrize(("interval", "said"), [
    ([0.001, 0.009], "clearly better"), ([-0.009, -0.001], "clearly worse"), ([-0.001, 0.009], "neither")
])  # fmt: skip
def test_two_runs_beside_each_other(interval, said):
    found = {"runs": ["a", "b"], "requests": 500, "difference": sum(interval) / 2, "interval": interval}
    assert said in sentences.against(found)


def test_runs_that_share_too_little_are_not_compared():
    assert "too few of the same visits" in sentences.against({"runs": ["a", "b"], "requests": 3, "difference": None})


def test_the_next_weeks_as_a_whole(run_metrics):
    shown = {"recall@10": 0.27, "repeat": {"recall@10": 0.44}, "novel": {"recall@10": 0.021}}
    assert sentences.window(run_metrics(window={"days": 28, "models": {"blend": shown}})) == (
        "Of all that a person takes in the next 28 days, ten places hold 27 %: 44 % of items had before and 2.1 % of "
        "items new to the person."
    )
    assert sentences.window(run_metrics()) == ""
