"""Two forecasts of the same people: the difference, the gate, and what is reported."""

import numpy as np
import pytest

from models.interactions import Catalogue, arranged
from models.interest_mix import OTHER, Asked, InterestMix, asked_of, cut_periods, difference, is_better, report

HALVES = np.log(np.full((30, 2), 0.5))


def asked(share=0.8):
    """Thirty people of ten events, of which so many are with the first interest."""
    counts = np.tile([10 * share, 10 * (1 - share)], (30, 1))
    return Asked(np.zeros(30, np.int64), np.arange(30), counts)


def test_the_difference_is_what_the_other_loses_less():
    better = np.log(np.tile([0.8, 0.2], (30, 1)))
    found = difference(HALVES, better, asked())
    assert found["difference"] == pytest.approx(np.log(2) + 0.8 * np.log(0.8) + 0.2 * np.log(0.2))
    assert found["interval"] == pytest.approx((found["difference"], found["difference"]))


def test_the_gate_opens_only_for_a_forecast_that_is_clearly_better():
    better = np.log(np.tile([0.8, 0.2], (30, 1)))
    assert is_better(HALVES, better, asked())
    assert not is_better(HALVES, HALVES, asked())
    one_person = Asked(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2)))
    assert not is_better(HALVES[:0], better[:0], one_person)


def shop(users=40):
    rng = np.random.default_rng(0)
    rows = [(u, int(rng.random() < 0.2 + 0.6 * (u % 2)), d) for u in range(users) for d in range(0, 112, 2)]
    user, item, day = (np.array(column) for column in zip(*rows, strict=True))
    catalogue = Catalogue(["a", "b"], ["a", "b"], np.array([0, 1], np.int32), ["x", "y"], ["X", "Y"])
    return arranged(user, item, day * 86_400, users=[str(n) for n in range(users)], catalogue=catalogue)


def test_the_report_holds_everything_that_is_measured():
    periods = cut_periods(shop(), 0)
    wanted = asked_of(periods, [2])
    forecast = InterestMix()
    other = forecast.log_mix(periods, wanted)
    found = report(forecast, periods, wanted, {OTHER: other}, gate=False)
    assert (found["periods"], found["users"], found["rows"], found["cells"]) == (1, 40, 40, 80)
    assert found["logloss"]["interest-mix"] == found["logloss"]["network-mix"]
    assert found["difference"] == 0
    assert found["gate"] is False
    assert 0 < found["coverage80"] <= 1
    assert sum(found["pit"]) == pytest.approx(1)


def test_the_report_of_nobody_is_empty():
    periods = cut_periods(shop(), 0)
    found = report(InterestMix(), periods, asked_of(periods, []))
    assert found["rows"] == 0
    assert found["coverage80"] is None
    assert found["logloss"] == {}
