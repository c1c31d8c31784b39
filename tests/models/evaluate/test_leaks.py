"""Nothing after a cut reaches anything before it: what came later is corrupted, and no figure moves."""

import numpy as np
import pytest

from models.baselines import rivals
from models.blend import Blend
from models.evaluate.split import temporal_stages
from models.interactions import KINDS, arranged, successive_requests


def corrupted(log, cut):
    """The same log with items, kinds and times from the cut on dealt out anew."""
    rng = np.random.default_rng(1)
    item, kind, time = log.item.copy(), log.kind.copy(), log.time.copy()
    later = np.flatnonzero(time >= cut)
    item[later] = rng.integers(0, log.catalogue.items, len(later))
    kind[later] = rng.integers(0, len(KINDS), len(later))
    time[later] = rng.permutation(time[later])
    return arranged(log.user, item, time, kind=kind, users=log.user_ids, catalogue=log.catalogue)


@pytest.fixture(scope="module")
def learned():
    """A log, the same corrupted from its last cut on, and the rivals of each after tuning, mixing and learning."""
    from tests.models.evaluate.conftest import shop

    log = shop(users=60, repeats=True)
    cut = log.cuts(0.9)[0]
    found = []
    for each in (log, corrupted(log, cut)):
        choosing, testing, _ = temporal_stages(each)
        blend = Blend(rivals(each.catalogue))
        blend.tune(choosing.train, choosing.log, choosing.requests)
        blend.fit(testing.train)
        found.append((each, blend, successive_requests(each, each.cuts(0.6)[0], cut)))
    return found


def test_the_corruption_is_one(learned):
    (log, _, _), (other, _, _) = learned
    assert (log.item != other.item).any()
    assert (log.offsets == other.offsets).all()


def test_knobs_and_weights_are_the_same(learned):
    (_, one, _), (_, other, _) = learned
    assert one.state() == other.state()
    for member, same in zip(one.members, other.members, strict=True):
        if hasattr(member, "knobs"):
            assert member.knobs == same.knobs


def test_what_was_learned_is_the_same(learned):
    (_, one, _), (_, other, _) = learned
    for member, same in zip(one.members, other.members, strict=True):
        if hasattr(member, "arrays"):
            for name, array in member.arrays().items():
                assert (array == same.arrays()[name]).all(), (member.name, name)


def test_answers_to_earlier_requests_are_the_same(learned):
    (log, one, requests), (other_log, other, same_requests) = learned
    assert (requests.end == same_requests.end).all()
    found, same = one.log_probabilities(log, requests), other.log_probabilities(other_log, same_requests)
    assert np.abs(found - same).max() < 1e-6
    for member, its in zip(one.members, other.members, strict=True):
        difference = member.log_probabilities(log, requests) - its.log_probabilities(other_log, same_requests)
        assert np.abs(difference).max() < 1e-6, member.name
