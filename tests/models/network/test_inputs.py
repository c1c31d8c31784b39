"""What the network is told of events, checked by eye."""

import numpy as np
import pytest

from models.interactions import Catalogue, Interactions, Requests, arranged
from models.network.config import NetworkConfig
from models.network.inputs import ASKED_INPUTS, EVENT_INPUTS, request_inputs

MONDAY, DAY = 1_704_067_200, 86_400
CATALOGUE = Catalogue(["a", "b", "c"], ["a", "b", "c"], np.array([1, 0, -1], np.int32), ["x", "y"], ["X", "Y"],
                      np.eye(3, dtype=np.float32), np.eye(2, 3, dtype=np.float32))  # fmt: skip


@pytest.fixture
def log() -> Interactions:
    """Ann takes b and a at once on a Monday, searches for words 1 on Tuesday; Bob takes c."""
    return arranged(
        np.array([0, 0, 0, 1]), np.array([1, 0, -1, 2]), MONDAY + np.array([0, 0, DAY, 0]), users=["ann", "bob"],
        catalogue=CATALOGUE, query=np.array([-1, -1, 1, -1]), kind=np.array([0, 3, 5, 0]),
    )  # fmt: skip


def asked(users: list[int], ends: list[int], time: int) -> Requests:
    count = len(users)
    return Requests(np.array(users, np.int32), np.array(ends, np.int64), np.full(count, time, np.int64),
                    np.zeros(0, np.int32), np.zeros(count + 1, np.int64))  # fmt: skip


def test_a_history_as_arrays(log: Interactions) -> None:
    config = NetworkConfig(history=4).for_log(log)
    found = request_inputs(log, asked([0], [3], MONDAY + 3 * DAY), config)

    assert set(found) == {*EVENT_INPUTS, *ASKED_INPUTS}
    assert found["item"].tolist() == [[1, 2, 0, 0]]  # inside a step by item: a before b
    assert found["text"].tolist() == [[1, 2, 5, 0]]  # items, then queries
    assert found["interest"].tolist() == [[2, 1, 0, 0]]
    assert found["kind"].tolist() == [[4, 1, 6, 0]]
    assert found["gap"].tolist() == [[0, 0, 17, 0]]  # a day is 2^16.4 seconds
    assert found["weekday"].tolist() == [[1, 1, 2, 0]]
    assert found["month"].tolist() == [[0, 0, 0, 0]]  # a log of a day has no seasons
    assert found["segment"].tolist() == [[1, 1, 1, 0]]
    assert found["step"].tolist() == [[1, 1, 2, 0]]
    assert found["position"].tolist() == [[0, 0, 1, 0]]
    assert [found[name].tolist() for name in ASKED_INPUTS] == [[[1]], [[2]], [[18]], [[4]]]


def test_months_are_told_of_logs_with_seasons(log: Interactions) -> None:
    config = NetworkConfig(history=2, month=True, items=3, interests=2)
    assert request_inputs(log, asked([1], [4], MONDAY), config)["month"].tolist() == [[1, 0]]


def test_only_the_last_events_and_only_those_before(log: Interactions) -> None:
    config = NetworkConfig(history=2).for_log(log)
    found = request_inputs(log, asked([0, 0], [3, 2], MONDAY + DAY), config)
    assert found["item"].tolist() == [[2, 0], [1, 2]]
    assert found["step"].tolist() == [[1, 2], [1, 1]]
    assert found["asked_step"].tolist() == [[2], [1]]


def test_somebody_without_a_history_asks_after_no_step(log: Interactions) -> None:
    config = NetworkConfig(history=2).for_log(log)
    found = request_inputs(log, asked([0], [0], MONDAY), config)
    assert not found["segment"].any()
    assert [found[name].tolist() for name in ASKED_INPUTS] == [[[0]], [[0]], [[0]], [[1]]]


def test_items_and_words_newer_than_the_network_are_unknown(log: Interactions) -> None:
    config = NetworkConfig(history=3, items=1, queries=1, interests=1, text_width=3)
    found = request_inputs(log, asked([0], [3], MONDAY + DAY), config)
    assert found["item"].tolist() == [[1, 0, 0]]
    assert found["text"].tolist() == [[1, 0, 0]]
    assert found["interest"].tolist() == [[0, 0, 0]]
