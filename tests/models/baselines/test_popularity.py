"""Recent popularity: decayed, and strictly before the moment of asking."""

from dataclasses import replace

import numpy as np
import pytest

from models.baselines import Popularity, RecentPopularity
from models.interactions import successive_requests

DAY = 86_400


def test_an_event_one_half_life_old_counts_half(make_log):
    log = make_log([(0, 0, 0), (0, 1, 64)])
    found = RecentPopularity.of(log, 64.0, 0.0)
    assert found.counts[-1][0] == pytest.approx(0.5, rel=0.02)
    assert found.counts[-1][1] == pytest.approx(1)


def test_only_events_strictly_before_the_moment_count(make_log):
    log = make_log([(0, 0, 0), (0, 1, 70), (0, 1, 70), (0, 2, 140)])
    found = RecentPopularity.of(log, np.inf, 1.0)
    shares = found.at(np.array([-9, 0, 70, 72, 140, 500]) * DAY)
    expected = [[1, 1, 1, 1], [1, 1, 1, 1], [2, 1, 1, 1], [2, 3, 1, 1], [2, 3, 1, 1], [2, 3, 2, 1]]
    assert shares == pytest.approx(np.array(expected) / np.sum(expected, axis=1, keepdims=True))
    assert found.log_at(np.array([0])) == pytest.approx(np.log(0.25))


def test_what_happens_later_changes_nothing(walkers):
    when = np.array([50 * DAY])
    late = walkers.time >= 50 * DAY
    corrupted = replace(walkers, item=np.where(late, 0, walkers.item).astype(np.int32))
    found, same = (RecentPopularity.of(each, 7.0, 0.1).at(when) for each in (walkers, corrupted))
    assert found.tolist() == same.tolist()


def test_searches_are_no_events_of_items(make_log):
    log = make_log([(0, 0, 0), (0, -1, 70)], query=np.array([-1, 0]))
    assert RecentPopularity.of(log, np.inf, 0.0).counts.sum(axis=1).tolist() == [0, 1]


def test_a_log_without_events_knows_nothing(make_log):
    log = make_log([(0, 0, 1)]).before(0)
    assert RecentPopularity.of(log, 7.0, 0.5).at(np.array([DAY])) == pytest.approx(0.25)


def test_a_fashion_that_turns_wants_a_short_half_life(make_log):
    rows = [(user, day // 30, day + user / 100) for user in range(8) for day in range(120)]
    log = make_log(rows)
    popularity = Popularity()
    popularity.tune(log.before(60 * DAY), log, successive_requests(log, 60 * DAY))
    assert popularity.half_life <= 3


def test_probabilities_sum_to_one_and_seen_items_are_next_to_impossible(make_log):
    log = make_log([(0, 0, 0), (0, 1, 70), (0, 2, 140), (1, 0, 0), (1, 3, 100)])
    requests = successive_requests(log, 120 * DAY)
    popularity = Popularity()
    popularity.fit(log)
    found = np.exp(popularity.log_probabilities(log, requests))
    assert found.sum(axis=1) == pytest.approx(1)
    assert found[0, :2] == pytest.approx(0, abs=1e-6)


def test_counts_that_were_kept_answer_for_every_log(make_log, walkers):
    popularity = Popularity()
    popularity.half_life = 7.0
    popularity.fit(walkers)
    requests = successive_requests(walkers, 60 * DAY)
    again = Popularity.from_state(popularity.state(walkers))
    assert again.recent(make_log([(0, 0, 0)], items=12)).counts.tolist() == popularity.recent(walkers).counts.tolist()
    found, same = (each.log_probabilities(walkers, requests) for each in (popularity, again))
    assert found.tolist() == same.tolist()
