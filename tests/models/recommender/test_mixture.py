"""The sparse computation says what the blend itself says."""

import numpy as np
import pytest

from models.baselines import Popularity, rivals
from models.blend import Blend
from models.interactions import Requests
from models.recommender.mixture import Mixture, log_sums


def everybody(log, moments):
    """Requests of everybody after all of their events but one, at these moments in turn."""
    ends = log.offsets[1:] - 1
    time = np.resize(np.array(moments, np.int64), log.users)
    none = np.zeros(log.users + 1, np.int64)
    return Requests(np.arange(log.users, dtype=np.int32), ends, time, np.zeros(0, np.int32), none)


def blend_of(log, groups=1):
    blend = Blend(rivals(log.catalogue))
    blend.fit(log)
    blend.weights = np.random.default_rng(1).uniform(0.1, 0.6, (groups, len(blend.members)))
    return blend


@pytest.mark.parametrize("name", ["repeating", "once_only"])
@pytest.mark.parametrize("moments", [[30 * 86_400], [9 * 86_400, 30 * 86_400, 0]])
@pytest.mark.parametrize("groups", [1, 3])
def test_it_is_the_blend(request, name, moments, groups):
    log = request.getfixturevalue(name)
    blend = blend_of(log, groups)
    assert blend.hides_seen == (name == "once_only")
    for member in blend.members[1:]:
        member.knobs |= {"power": 1.5, "smoothing": 0.3}
    blend.members[2].knobs["power"] = 0.5
    asked = everybody(log, moments)
    mixture = Mixture(blend, blend.members[0])
    np.testing.assert_allclose(
        mixture.log_probabilities(log, asked), blend.log_probabilities(log, asked), rtol=0, atol=2e-5
    )


def test_it_is_the_blend_of_members_that_speak_in_company(repeating):
    blend = blend_of(repeating, 1)
    for member in blend.members[1:]:
        member.knobs |= {"power": 1.5, "smoothing": 0.85, "decay_in_company": 0.7}
    alone = blend.log_probabilities(repeating, asked := everybody(repeating, [30 * 86_400]))
    blend.in_company = True
    kept = Blend.from_state(blend.state(), blend.members)
    for each in (blend, kept):
        found = Mixture(each, blend.members[0]).log_probabilities(repeating, asked)
        np.testing.assert_allclose(found, blend.log_probabilities(repeating, asked), rtol=0, atol=2e-5)
        assert np.abs(found - alone).max() > 0.01


def test_one_ranker_alone_and_a_history_of_nothing(repeating):
    popularity, personal, *_ = ranked = rivals(repeating.catalogue)
    for each in ranked:
        each.fit(repeating)
    asked = everybody(repeating, [30 * 86_400])
    nothing = Requests(asked.user, repeating.offsets[:-1], asked.time, asked.target, asked.target_offsets)
    for ranker in ranked:
        mixture = Mixture.of_one(ranker, popularity, hides_seen=False)
        for requests in (asked, nothing):
            found = mixture.log_probabilities(repeating, requests)
            np.testing.assert_allclose(found, ranker.log_probabilities(repeating, requests), rtol=0, atol=2e-5)
    assert isinstance(popularity, Popularity) and personal.name == "personal"


def test_a_ranker_of_another_kind_is_asked_itself(repeating):
    class Even:
        name = "network"

        def log_probabilities(self, log, requests):
            return np.full((len(requests), log.catalogue.items), -np.log(log.catalogue.items), np.float32)

    popularity = Popularity()
    popularity.fit(repeating)
    blend = Blend([popularity, Even()])
    asked = everybody(repeating, [30 * 86_400])
    found = Mixture(blend, popularity).log_probabilities(repeating, asked)
    np.testing.assert_allclose(found, blend.log_probabilities(repeating, asked), rtol=0, atol=2e-5)


def test_log_sums():
    np.testing.assert_allclose(log_sums(np.array([[0.0, 0.0], [1000.0, 0.0]], np.float32)), [np.log(2), 1000.0])
