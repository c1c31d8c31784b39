import numpy as np
import polars as pl
import pytest

from benchmarks import change_alerts
from benchmarks.change_lines import median, number_a_year
from benchmarks.change_rivals import cuts_after_stl, high_z, plain_cuts
from benchmarks.change_series import near, ours
from benchmarks.change_worlds import ENDS, World, levels, shops, thirteen_weeks, week
from benchmarks.changes import main
from benchmarks.lines import rate


def test_it_finds_bursts_and_prints_every_bar(capsys):
    assert main(["--quick", "--only", "emerging"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 21
    assert sum(line.endswith("met") for line in printed) == 7
    z = [float(line[92:].split()[0]) for line in printed if "rival: mean" in line and "half as much again" in line]
    assert z[0] > 0.1


def test_a_missed_bar_is_told_and_ends_with_one(capsys, monkeypatch):
    monkeypatch.setattr(change_alerts, "emerging", lambda frame: frame.unique("id").with_columns(fired=pl.lit(False)))
    assert main(["--quick", "--only", "emerging"]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "moon"])
    assert "--only moon: parts are" in capsys.readouterr().err


def test_planted_levels_are_where_they_are_said_to_be():
    values, at = levels(np.random.default_rng(1), 30, weeks=156, season=2.0, memory=0.0, shift=8.0)
    assert ((at >= ENDS) & (at < 156 - ENDS)).all()
    steps = np.array(
        [
            each[place : place + 5].mean() - each[place - 5 : place].mean()
            for each, place in zip(values, at, strict=True)
        ]
    )
    assert (np.abs(steps) > 4).all()
    assert near(ours(values), at).mean() > 0.9
    assert near(np.eye(156, dtype=bool)[[50]], np.array([53])).tolist() == [False]
    assert near(np.eye(156, dtype=bool)[[50]], np.array([52])).tolist() == [True]


def test_the_rivals_take_a_season_for_changes():
    values, _ = levels(np.random.default_rng(2), 6, weeks=156, season=2.0, memory=0.0, shift=0.0)
    assert plain_cuts(values).any(axis=1).all()
    assert not ours(values).any()
    assert cuts_after_stl(values).shape == values.shape


def test_a_shop_is_its_lines_and_a_burst_is_what_was_asked_for():
    world = World("", scatter=0.0)
    frame = shops(np.random.default_rng(1), world, 2, lines=3, weeks=10)
    assert frame["id"].unique(maintain_order=True).to_list() == ["0-0", "0-1", "0-2", "1-0", "1-1", "1-2"]
    one = frame.filter(pl.col("id").str.starts_with("0-"), start=week(4))
    assert one["total"].unique().to_list() == [one["events"].sum()]
    burst = thirteen_weeks(np.random.default_rng(1), 5000, scatter=0.0, traffic=1.5, burst=3.0)
    last = burst.filter(start=week(12))
    assert last["total"][0] / burst.filter(start=week(0))["total"][0] == pytest.approx(1.5, rel=0.3)
    assert (last["events"] / last["total"]).to_list() == pytest.approx([3 / 50] * 20, rel=0.1)
    assert high_z(burst).all() and high_z(burst, robust=True).all()


def test_intervals_are_those_of_their_counts():
    line = rate("a coin", [True] * 8 + [False] * 2)
    assert (line.low, line.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    alarms = number_a_year("alarms", 5, 10.0, most=1.0)
    assert (alarms.figure, alarms.low, alarms.high) == pytest.approx((0.5, 0.1623, 1.1668), abs=1e-4)
    assert alarms.met and not number_a_year("alarms", 11, 10.0, most=1.0).met
    waited = median("weeks", np.array([1.0, 2, 3, np.inf, np.inf] * 4))
    assert (waited.figure, waited.low) == (3, 2)
    assert waited.high == np.inf
