import numpy as np
import pytest

from benchmarks import drift_windows
from benchmarks.drift_windows import main, of_events, rate
from benchmarks.window_logs import Log, halves
from benchmarks.window_shops import apart, in_season, make_shop, same_taste, turned, visit


def test_it_finds_a_turn_and_prints_every_bar(capsys):
    assert main(["--quick", "--only", "power"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2
    assert "5 points" in printed[0]
    assert printed[0].endswith(">= 0.9  met")


def test_a_missed_bar_is_told_and_ends_with_one(capsys, monkeypatch):
    monkeypatch.setattr(drift_windows, "alarm", lambda found: False)
    assert main(["--quick", "--only", "power"]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "moon"])
    assert "--only moon: parts are" in capsys.readouterr().err


def test_the_interval_of_a_rate_is_wilsons():
    line = rate("a coin", [True] * 8 + [False] * 2)
    assert (line.low, line.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert rate("", [True] * 6 + [False] * 94, most=0.05, low_is_enough=True).met
    assert not rate("", [True] * 6 + [False] * 94, most=0.05).met


def test_different_people_fool_the_test_of_events():
    rng = np.random.default_rng(1)
    sides = [visit(rng, make_shop(rng, 200, 20, 4), 4) for _ in range(2)]
    assert of_events(apart(*sides))


def test_a_turned_shop_looks_so_much_more_at_one_interest():
    shop = make_shop(np.random.default_rng(1), 2000, 10, 5)
    later = turned(shop, 3, 1.2)
    shares = [each.weekly @ each.tastes / each.weekly.sum() for each in (shop, later)]
    assert shares[1][3] == pytest.approx(1.2 * shares[0][3])
    assert later.weekly.sum() == pytest.approx(shop.weekly.sum())
    warm = in_season(shop, np.array([2.0] + [1.0] * 9))
    assert warm.weekly @ warm.tastes == pytest.approx(shop.weekly @ shop.tastes * np.array([2.0] + [1.0] * 9))


def test_people_of_one_taste_have_so_many_events_each():
    mix = same_taste(np.random.default_rng(1), 50, 10, 20, 0.05)
    assert mix.sizes == (500, 500)
    assert mix.users == 50


def test_halves_are_of_people_or_of_each_persons_visits():
    number = np.arange(40)
    user = number // 4
    log = Log(["a"], user, number, user, np.ones(40), np.arange(10), np.zeros(10, dtype=int))
    people = halves(log, np.random.default_rng(1), by_visit=False)
    assert set(people.before) == {0.0, 4.0}
    assert (people.before + people.after == 4).all()
    visits = halves(log, np.random.default_rng(1), by_visit=True)
    assert len(set(visits.before)) > 2
    assert (visits.before + visits.after == 4).all()
