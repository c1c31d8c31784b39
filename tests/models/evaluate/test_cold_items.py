"""Cold items among themselves, beside the popularity of their interest."""

import numpy as np
import pytest

from models.evaluate import cold_items
from models.evaluate.bootstrap import Bootstrap
from models.evaluate.measuring import Measured
from models.evaluate.slices import slices_of
from models.evaluate.split import Stage
from models.interactions import Catalogue, arranged, successive_requests
from models.ranking import normalised


def measured(cold_targets: int, knows: bool):
    """A shop of 5 warm items and 40 cold ones of two interests, where the less popular interest comes later."""
    items = 45
    names = [f"item {number}" for number in range(items)]
    interest = np.array([0, 0, 0, 0, 1, *[0] * 20, *[1] * 20], np.int32)
    catalogue = Catalogue(names, names, interest, ["a", "b"], ["A", "B"])
    rows = [(user, item, user + item) for user in range(cold_targets) for item in range(5)]
    rows += [(user, 25 + user % 20, 10_000 + user) for user in range(cold_targets)]
    user, item, time = (np.array(column) for column in zip(*rows, strict=True))
    log = arranged(user, item, time, users=[str(u) for u in range(cold_targets)], catalogue=catalogue)
    requests = successive_requests(log, 10_000)
    stage = Stage(log.before(10_000), log, requests, len(requests))
    slices = slices_of(stage)
    score = np.zeros((len(requests), items))
    if knows:
        score[np.arange(len(requests)), requests.target] = 3.0
    found = Measured.empty(requests, items)
    targets = slice(0, len(requests))
    found.add(np.arange(len(requests)), requests, targets, normalised(score), slices.cold_items)
    return cold_items.cold_figures(stage, slices, found, Bootstrap(requests.user, draws=50))


def test_cold_items_are_ranked_among_the_cold_only(monkeypatch):
    monkeypatch.setattr(cold_items, "LEAST_TARGETS", 20)
    found = measured(20, knows=True)
    assert (found["items"], found["targets"], found["requests"]) == (40, 20, 20)
    assert found["recall@10"] == 1
    assert found["popularity"] == 0
    assert found["ratio"] is None


def test_equal_items_share_the_chance_of_the_popularity_of_their_interest(monkeypatch):
    monkeypatch.setattr(cold_items, "LEAST_TARGETS", 1)
    names = [f"item {number}" for number in range(20)]
    catalogue = Catalogue(names, names, np.zeros(20, np.int32), ["a"], ["A"])
    log = arranged(np.array([0, 0]), np.array([3, 7]), np.array([1, 5]), users=["ann"], catalogue=catalogue)
    requests = successive_requests(log, 5)
    stage = Stage(log.before(5), log, requests, 1)
    slices = slices_of(stage)
    found = Measured.empty(requests, 20)
    found.add(np.arange(1), requests, slice(0, 1), np.zeros((1, 20), np.float32), slices.cold_items)
    told = cold_items.cold_figures(stage, slices, found, Bootstrap(requests.user, draws=10))
    assert told["popularity"] == pytest.approx(9 / 19)
    assert told["recall@10"] == 0


def test_what_the_person_had_decides_which_category_comes_first(monkeypatch):
    """Cold items 10 to 19 are of interest b, which ann had and hardly anybody else."""
    monkeypatch.setattr(cold_items, "LEAST_TARGETS", 1)
    names = [f"item {number}" for number in range(30)]
    interest = np.array([0] * 10 + [1] * 10 + [0, 1] * 5, np.int32)
    catalogue = Catalogue(names, names, interest, ["a", "b"], ["A", "B"])
    rows = [(0, 21, 1), (0, 12, 50), *((1, 20, time) for time in range(10)), *((1, 21, time) for time in range(7))]
    user, item, time = (np.array(column) for column in zip(*rows, strict=True))
    log = arranged(user, item, time, users=["ann", "bob"], catalogue=catalogue)
    requests = successive_requests(log, 50)
    stage = Stage(log.before(50), log, requests, 1)
    slices = slices_of(stage)
    found = Measured.empty(requests, 30)
    found.add(np.arange(1), requests, slice(0, 1), np.zeros((1, 30), np.float32), slices.cold_items)
    told = cold_items.cold_figures(stage, slices, found, Bootstrap(requests.user, draws=10))
    assert len(slices.cold_items) == 28
    assert told["popularity"] == pytest.approx(10 / 14)


def test_too_few_cold_targets_are_not_told():
    assert measured(20, knows=True) is None
