"""The blend as a ranker: proper probabilities, weights kept and read again, groups only where they help."""

import numpy as np
import pytest

from data.errors import InputError
from models.blend import Blend
from models.interactions import Catalogue, arranged, successive_requests
from models.ranking import normalised

ITEMS = 20


class Near:
    """Expects an item near a multiple of the last one."""

    def __init__(self, name, of):
        self.name, self.of = name, of

    def tune(self, train, log, requests):
        pass

    def fit(self, train):
        pass

    def log_probabilities(self, log, requests):
        expected = self.of(log.item[requests.end - 1], requests.end - log.offsets[requests.user])
        return normalised(4.0 * (np.arange(ITEMS) == expected[:, None] % ITEMS))


def walk(people=60, steps=40, change=None):
    """Everybody goes on by one item; after `change` steps by seven."""
    item, rows = 0, []
    for user in range(people):
        item = user
        for step in range(steps):
            item += 7 if change and step > change else 1
            rows.append((user, item % ITEMS, 100 * step + user))
    names = [f"item {number}" for number in range(ITEMS)]
    catalogue = Catalogue(names, names, np.zeros(ITEMS, np.int32), ["all"], ["All"])
    user, item, time = (np.array(column) for column in zip(*rows, strict=True))
    return arranged(user, item, time, users=[str(u) for u in range(people)], catalogue=catalogue)


def members():
    return [Near("one", lambda last, _: last + 1), Near("seven", lambda last, _: last + 7)]


def test_a_blend_of_nothing_known_is_even_and_proper():
    log = walk()
    found = Blend(members()).log_probabilities(log, successive_requests(log, 3900))
    assert np.exp(found).sum(axis=1) == pytest.approx(np.ones(len(found)), abs=1e-4)


def test_what_came_gets_the_weight():
    log = walk()
    blend = Blend(members())
    blend.tune(log, log, successive_requests(log, 2000))
    assert blend.shares()["one"] > 0.9
    assert len(blend.weights) == 1
    assert blend.temperature() == pytest.approx(1 / blend.weights.sum())


def test_long_histories_get_weights_of_their_own_where_that_helps():
    log = walk(change=25)
    requests = successive_requests(log, 0)
    blend = Blend(members())
    blend.choose(log, requests)
    assert blend.weights.shape == (3, 2)
    assert blend.weights[0, 0] > blend.weights[0, 1]
    assert blend.weights[2, 1] > blend.weights[2, 0]
    found = blend.log_probabilities(log, requests)
    assert np.exp(found[np.arange(len(requests)), requests.target]).mean() > 0.8


def test_weights_are_kept_and_read_again():
    log = walk(change=25)
    requests = successive_requests(log, 0)
    blend = Blend(members())
    blend.choose(log, requests)
    again = Blend.from_state(blend.state(), members()[::-1])
    assert (again.log_probabilities(log, requests) == blend.log_probabilities(log, requests)).all()


def test_a_member_that_cannot_be_loaded_is_named():
    state = Blend(members()).state()
    with pytest.raises(InputError, match=r"made of one, seven, but seven cannot be loaded\. Train again"):
        Blend.from_state(state, members()[:1])


def test_nobody_is_shown_again_what_nobody_repeats():
    log = walk(steps=10)
    blend = Blend(members())
    blend.tune(log, log, successive_requests(log, 500))
    assert blend.hides_seen
    requests = successive_requests(log, 0)
    found = blend.log_probabilities(log, requests)
    first = log.item[log.offsets[requests.user]]
    assert np.exp(found[np.arange(len(requests)), first]).max() < 1e-6


def test_a_large_catalogue_is_sampled(monkeypatch):
    from models import mixing

    for name, value in {"ALL_ITEMS": 5, "BEST_OF_EACH": 3, "OTHERS": 6}.items():
        monkeypatch.setattr(mixing, name, value)
    log = walk()
    blend = Blend(members())
    blend.choose(log, successive_requests(log, 2000))
    assert blend.shares()["one"] > 0.9


class Shy(Near):
    """Is vague alone, and right in company."""

    def log_probabilities(self, log, requests):
        return super().log_probabilities(log, requests) * 0 - np.log(ITEMS)

    def in_company(self):
        return Near(self.name, self.of)


def test_members_speak_as_in_company_where_that_is_sure_to_help():
    log = walk()
    requests = successive_requests(log, 2000)
    blend = Blend([members()[1], Shy("one", lambda last, _: last + 1)])
    blend.choose(log, requests)
    assert blend.in_company
    found = blend.log_probabilities(log, requests)
    assert np.exp(found[np.arange(len(requests)), requests.target]).mean() > 0.8
    again = Blend.from_state(blend.state(), blend.members)
    assert (again.log_probabilities(log, requests) == found).all()
    assert isinstance(again.members[1], Near)
    assert not isinstance(again.members[1], Shy)


def test_what_members_said_alone_is_used_where_they_have_no_other_way():
    log = walk()
    requests = successive_requests(log, 3900)
    blend = Blend(members())
    said = [np.zeros((len(requests), ITEMS), np.float32)] * 2
    assert blend.parts(log, requests, said)[0] is said[0]
