"""What rivals read of a history: steps back, days, kinds."""

import numpy as np
import pytest

from models.baselines.histories import read_histories, weighted
from models.interactions import KINDS, successive_requests

DAY = 86_400
CART = KINDS.index("cart")


def test_events_of_one_step_share_a_place_and_order_inside_says_nothing(make_log):
    log = make_log([(0, 2, 1), (0, 0, 1), (0, 1, 3), (0, 3, 6)])
    found = read_histories(log, successive_requests(log, 5 * DAY))
    assert found.token.tolist() == [0, 2, 1]
    assert found.place.tolist() == [1, 1, 0]
    assert found.age.tolist() == [5, 5, 3]


def test_the_step_that_is_asked_for_is_not_read(make_log):
    log = make_log([(0, 0, 1), (0, 1, 2), (0, 2, 2), (1, 3, 1)])
    assert read_histories(log, successive_requests(log, DAY)).token.tolist() == [0]


def test_weights_fade_by_steps_and_days_and_tell_kinds_apart(make_log):
    log = make_log([(0, 0, 0, CART), (0, 1, 7, 0), (0, 2, 7.5, 0)])
    found = read_histories(log, successive_requests(log, int(7.4 * DAY)))
    assert found.weights(0.5, np.inf, False) == pytest.approx([0.5, 1])
    assert found.weights(1.0, 7.5, True) == pytest.approx([3 * 2 ** (-7 / 7.5), 1])


def test_a_history_that_ended_long_ago_weighs_as_much_as_another(make_log):
    log = make_log([(0, 0, 0), (0, 1, 7), (0, 2, 9000), (1, 0, 8980), (1, 1, 8987), (1, 2, 9000)])
    found = read_histories(log, successive_requests(log, 8999 * DAY))
    assert found.weights(1.0, 7.0, False) == pytest.approx([0.5, 1, 0.5, 1])


def test_events_that_weigh_next_to_nothing_are_left_out(make_log):
    log = make_log([(0, 0, 0), (0, 1, 1), (0, 2, 2), (0, 3, 3)])
    histories = read_histories(log, successive_requests(log, 3 * DAY))
    kept = weighted(histories, np.array([0.004, 0.5, 1], np.float32))
    assert kept.token.tolist() == [1, 2]


def test_search_words_are_numbered_after_the_items(make_log):
    log = make_log([(0, -1, 0), (0, 1, 1), (0, 2, 2)], query=np.array([3, -1, -1]))
    assert read_histories(log, successive_requests(log, 2 * DAY)).token.tolist() == [7, 1]
