"""The benchmark of migration on few seeds: people are what they were made to be, and a missed bar is said."""

import numpy as np
import pytest

from benchmarks import migration
from benchmarks.wanderers import keeping, people, remembering


def test_nobody_moves_and_movers_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "NOBODY", {"600 people": {}})
    bars = migration.stayers([1, 2]) + migration.movers([1])
    by_name = {bar.what: bar for bar in bars}
    assert len(bars) == 4 + 3 * 2 + 3
    assert by_name["nobody moves, 600 people: excess holds 0"].value == 1
    assert by_name["16.7% move, six plain kinds: excess holds it"].value == 1
    assert [bar.value for bar in bars if bar.what == "  told 'moved'"][-1] == 1


def test_people_who_are_drawn_anew_are_as_many_as_was_asked() -> None:
    visits = people(3, size=2000, anew=0.2, own=3000.0, narrow=0.05, kinds=2, visits=20.0)
    wide = visits.pivot("interest", index=["user", "period"], values="n", aggregate_function="sum").fill_null(0)
    top = wide.sort("user", "period").drop("user", "period").to_numpy().argmax(axis=1)
    seen = wide.sort("user", "period")["user"].to_numpy()
    both = np.flatnonzero(seen[:-1] == seen[1:])
    assert (top[both] != top[both + 1]).mean() == pytest.approx(0.1, abs=0.03)  # half of 20 % draw the other kind


def test_a_memory_and_what_lasts_are_found() -> None:
    bars = migration.memories([1])
    assert [bar.value for bar in bars if "chosen, or" in bar.what and not bar.what.startswith(" ")] == [1, 1, 1]
    assert remembering(1, 14.0, size=5, days=10)["day"].n_unique() <= 10
    assert keeping(1, 0.5, 3.0, size=5, periods=3)["period"].n_unique() == 3


def test_a_missed_bar_makes_the_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    low, high = migration.at_least("low", [False] * 10, 0.95), migration.at_least("high", [True] * 10, 0.95)
    for bars, code in (([low, high], 1), ([high, migration.shown("shown", [False])], 0)):
        monkeypatch.setitem(migration.PARTS, "stayers", (lambda seeds, bars=bars: bars, 1, 1))
        assert migration.main(["--only", "stayers"]) == code
    said = capsys.readouterr().out
    assert "MISSED" in said
    assert "shown" in said


def test_bars() -> None:
    assert migration.wilson(95, 100) == (pytest.approx(0.888, abs=0.001), pytest.approx(0.978, abs=0.001))
    assert migration.at_most("", [True] * 5 + [False] * 95, 0.05).met
    assert not migration.at_most("", [True] * 20 + [False] * 80, 0.05).met
    assert migration.mean_of("", [-1.0, 0.5, 1.0]).met
    assert not migration.mean_of("", [0.9, 1.0, 1.1]).met
    assert migration.mean_of("", [0.9, 1.0, 1.1], shown=True).met is None
