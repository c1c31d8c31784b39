"""How a rival speaks in a blend: other knobs, the same tables, and the decay that suits popularity beside it."""

import numpy as np
import pytest

from models.baselines import Personal, Popularity
from models.baselines.scored import DECAYS, IN_COMPANY
from models.evaluate.split import temporal_stages
from tests.models.evaluate.conftest import shop


@pytest.fixture
def tuned():
    choosing, _, _ = temporal_stages(shop(users=60, repeats=True))
    personal = Personal(choosing.train.catalogue, Popularity())
    personal.tune(choosing.train, choosing.log, choosing.requests)
    return personal, choosing


def test_it_has_little_popularity_under_its_scores_and_a_decay_of_its_own(tuned):
    personal, _ = tuned
    own = dict(personal.knobs)
    found = personal.in_company()
    assert found.name == personal.name
    assert found.knobs["smoothing"] == IN_COMPANY["smoothing"]
    assert found.knobs["decay"] == own["decay_in_company"]
    assert own["decay_in_company"] in DECAYS
    assert personal.knobs == own
    assert found.in_company().knobs == found.knobs


def test_it_answers_from_what_was_learnt(tuned):
    personal, choosing = tuned
    found = personal.in_company().log_probabilities(choosing.log, choosing.requests)
    assert np.exp(found).sum(axis=1) == pytest.approx(np.ones(len(found)), abs=1e-3)
    assert (found != personal.log_probabilities(choosing.log, choosing.requests)).any()


def test_it_is_kept_and_read_again(tuned):
    personal, choosing = tuned
    again = Personal.from_state(personal.state(), choosing.train.catalogue, personal.popularity)
    assert again.in_company().knobs == personal.in_company().knobs
