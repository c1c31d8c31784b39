"""The whole protocol over rankers of known worth."""

import numpy as np
import pytest

from models.evaluate.leave_one_out import evaluate_leave_one_out
from models.evaluate.temporal import evaluate_temporal
from models.ranking import normalised


def test_the_ranker_that_knows_wins_and_the_blend_follows_it(walks, rankers):
    found = evaluate_temporal(walks, rankers).figures
    models = found["models"]
    assert list(models) == ["popularity", "next", "blend"]
    assert models["next"]["ndcg@10"] > 0.7 > 0.3 > models["popularity"]["ndcg@10"]
    assert models["blend"]["ndcg@10"] >= models["next"]["ndcg@10"] - 0.02
    assert found["best_rival"] == "next"
    assert found["weights"]["next"] > 0.5
    assert sum(found["weights"].values()) == pytest.approx(1)
    low, high = models["next"]["interval"]
    assert low < models["next"]["ndcg@10"] < high
    assert found["differences"]["popularity"]["interval"][0] > 0.3


def test_every_figure_of_the_contract_is_there(walks, rankers):
    found = evaluate_temporal(walks, rankers).figures
    assert {"protocol", "users", "items", "events", "models", "weights", "chosen", "cuts", "requests", "differences",
            "best_rival", "temperature", "calibration", "cold_items"} <= set(found)  # fmt: skip
    each = found["models"]["blend"]
    assert {"ndcg@10", "recall@10", "interval", "logloss", "ece", "coverage@10", "seconds"} <= set(each)
    assert each["repeat"]["requests"] == found["requests"]
    assert each["novel"] is None
    assert each["cold_users"] is None
    assert found["cold_items"] is None
    assert 0 < each["coverage@10"] <= 1
    assert sum(part["requests"] for part in found["calibration"]) == found["requests"]


def test_a_window_is_told_beside_single_steps(walks, rankers):
    found = evaluate_temporal(walks, rankers).figures["window"]
    assert found["requests"] <= walks.users
    assert found["days"] > 0
    assert set(found["models"]) == {"popularity", "next", "blend"}
    assert 0 <= found["models"]["blend"]["recall@10"] <= 1


def test_rankers_learn_first_from_the_first_part_then_from_both(walks, rankers):
    evaluate_temporal(walks, rankers)
    (tuned, first, log, _), (_, refit_first), (_, second) = rankers[0].learned
    assert tuned == "tune"
    assert first == refit_first == walks.before(walks.cuts(0.8)[0]).events
    assert log == second == walks.before(walks.cuts(0.9)[0]).events


def test_the_blend_is_better_calibrated_than_an_overconfident_member(walks, rankers):
    rankers[1].strength = 25.0
    found = evaluate_temporal(walks, rankers).figures
    assert found["models"]["blend"]["ece"] < 0.7 * found["models"]["next"]["ece"]
    assert found["models"]["blend"]["logloss"] < found["models"]["next"]["logloss"]


def test_the_network_is_no_rival_and_told_apart(walks, rankers):
    rankers[1].name = "network"
    found = evaluate_temporal(walks, rankers).figures
    assert found["best_rival"] == "popularity"
    gain = found["models"]["network"]["ndcg@10"] - found["models"]["popularity"]["ndcg@10"]
    assert found["differences"]["network_vs_best"]["ndcg@10"] == pytest.approx(gain)


def test_leave_one_out_says_what_it_is(walks, rankers):
    found = evaluate_leave_one_out(walks, rankers).figures
    assert found["protocol"] == "loo"
    assert "only to compare with published tables" in found["note"]
    assert found["requests"] == walks.users


def test_what_was_seen_is_masked_for_everybody_where_nothing_is_repeated(walks):
    class Last:
        """Expects the last item again."""

        name = "last"

        def tune(self, train, log, requests):
            pass

        def fit(self, train):
            pass

        def log_probabilities(self, log, requests):
            return normalised(9.0 * (np.arange(log.catalogue.items) == log.item[requests.end - 1][:, None]))

    from dataclasses import replace

    once = replace(walks, item=np.concatenate([np.arange(n) for n in np.diff(walks.offsets)]).astype(np.int32))
    found = evaluate_temporal(once, [Last()])
    assert found.blend.hides_seen
    assert found.figures["models"]["last"]["repeat"] is None
    assert found.figures["models"]["last"]["logloss"] < 4
