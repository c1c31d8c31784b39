"""Stages: who learns from what, and that nothing after a cut can be read before it."""

from dataclasses import replace

import numpy as np
import pytest

from data.errors import InputError
from models.evaluate.leave_one_out import leave_one_out_stages
from models.evaluate.split import Stage, temporal_stages, window_stage
from models.interactions import Catalogue, arranged, successive_requests


def log(rows, **knobs):
    names = [f"item {number}" for number in range(4)]
    catalogue = Catalogue(names, names, np.zeros(4, np.int32), ["all"], ["All"])
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return arranged(*columns, users=["ann", "bob"], catalogue=catalogue, **knobs)


ROWS = [(time % 2, time % 4, time) for time in range(20)]


def test_the_middle_part_chooses_and_the_last_tests():
    choosing, testing, cuts = temporal_stages(log(ROWS))
    assert cuts == (16, 18)
    assert choosing.train.time.max() == 15
    assert sorted(choosing.requests.time.tolist()) == [16, 17]
    assert choosing.log.time.max() == 17
    assert testing.train.time.max() == 17
    assert sorted(testing.requests.time.tolist()) == [18, 19]
    assert testing.log.events == 20


def test_more_requests_than_wanted_are_drawn_by_the_seed():
    whole = log(ROWS)
    choosing, testing, _ = temporal_stages(whole, most_test=1, most_tuning=1)
    assert (len(testing.requests), testing.asked) == (1, 2)
    assert (len(choosing.requests), choosing.asked) == (1, 2)
    again = temporal_stages(whole, most_test=1)[1]
    assert again.requests.time.tolist() == testing.requests.time.tolist()


def test_what_happens_after_the_cut_changes_no_earlier_stage():
    whole = log(ROWS)
    choosing, testing, (_, cut) = temporal_stages(whole)
    after = whole.time >= cut
    changed = replace(whole, item=np.where(after, 0, whole.item), kind=np.where(after, 3, whole.kind).astype(np.int8))
    other_choosing, other_testing, _ = temporal_stages(changed)
    for name in ("user", "item", "kind", "time", "step", "offsets"):
        assert (getattr(testing.train, name) == getattr(other_testing.train, name)).all()
        assert (getattr(choosing.log, name) == getattr(other_choosing.log, name)).all()
    assert (choosing.requests.target == other_choosing.requests.target).all()


def test_a_log_without_later_steps_says_so():
    with pytest.raises(InputError, match=r"nothing to choose with: of 2 events none .* A longer log is needed"):
        temporal_stages(log([(0, 0, 1), (1, 1, 2)]))
    empty = log(ROWS).before(-1)
    with pytest.raises(InputError, match="There are no events to evaluate on: import a log"):
        temporal_stages(empty)


def test_the_last_event_of_each_person_is_the_test_and_the_one_before_chooses():
    rows = [(0, 3, 5), (0, 1, 5), (0, 2, 5), (1, 0, 1), (1, 1, 2)]
    choosing, testing = leave_one_out_stages(log(rows, every_row_a_step=True))
    assert testing.requests.user.tolist() == [0]
    assert testing.requests.target.tolist() == [2]
    assert testing.train.item.tolist() == [3, 1, 0, 1]
    assert testing.log.item[testing.log.offsets[0] : testing.requests.end[0]].tolist() == [3, 1]
    assert choosing.requests.target.tolist() == [1]
    assert choosing.train.item.tolist() == [3, 0, 1]


def test_leave_one_out_needs_three_events_of_somebody():
    with pytest.raises(InputError, match="Nobody of 2 people has 3 events"):
        leave_one_out_stages(log([(0, 0, 1), (1, 1, 2)], every_row_a_step=True))


def test_a_window_asks_everybody_once_for_all_that_comes():
    rows = [(0, 0, 1), (0, 1, 10), (0, 2, 12), (0, 1, 13), (0, 3, 30), (1, 2, 11)]
    whole = log(rows)
    testing = Stage(whole.before(10), whole, successive_requests(whole, 10), 1)
    found = window_stage(testing, whole, 10, 20)
    assert found.requests.user.tolist() == [0]
    assert found.requests.end.tolist() == [1]
    assert found.requests.time.tolist() == [10]
    assert found.requests.target.tolist() == [1, 2]
    assert window_stage(testing, whole, 40, 50) is None
