"""The benchmark of people on a few hundred of them: worlds are what they say, rivals cry wolf, a bar can be missed."""

import numpy as np
import polars as pl
import pytest

from analytics.drift.people import drift_of
from analytics.drift.sums import PEOPLE_COLUMNS, sums_of
from benchmarks import drift_people
from benchmarks.drift_halves import Halves
from benchmarks.drift_people import HABITS, found, null, power, rivals, season, table_of
from benchmarks.drift_rivals import distance, evidently, nannyml
from benchmarks.drift_worlds import World, made, mixed
from benchmarks.lines import mean
from benchmarks.window_logs import Log


def test_a_world_has_the_events_and_visits_it_says() -> None:
    rng = np.random.default_rng(1)
    (block,) = made(rng, World(30, 10, 0.45, longer=2.0, more=3.0), 50)
    people = block.people
    assert set(people["visits_before"]) == {10} and set(people["visits_after"]) == {30}
    assert set(people["events_before"]) == {30} and set(people["events_after"]) == {180}
    assert block.visits is not None
    again, lines = sums_of(block.visits(people["user"]))
    assert again.equals(people.select(PEOPLE_COLUMNS).cast(dict(again.schema)))
    assert lines["before"].sum() == 1500


def test_thirty_points_go_to_an_interest_that_was_hardly_there() -> None:
    before, after = table_of(list(made(np.random.default_rng(2), World(300, 100), 100, points=0.3)))
    gain = (after / 300 - before / 300).max(axis=1)
    assert gain.mean() == pytest.approx(0.3, abs=0.03)


def test_the_rivals_rules_by_hand() -> None:
    before, after = (
        np.array([[10.0, 10, 0], [30, 10, 0], [600, 600, 0]]),
        np.array([[10.0, 10, 0], [5, 15, 20], [0, 0, 9]]),
    )
    assert distance(before, after) == pytest.approx([0, 0.6616, 1], abs=1e-3)
    assert nannyml(before, after).tolist() == [False, True, True]
    assert evidently(before, after).tolist() == [False, True, True]


def test_halves_deal_each_ones_visits() -> None:
    # Two people with four and three visits of one event each.
    log = Log(pl.Series(["a", "b"]), np.array([0, 0, 0, 0, 1, 1, 1]), np.arange(7), np.array([0, 1, 0, 1, 2, 2, 2]),
              np.ones(7), np.array([0, 0, 1]), np.array([0, 1, 0]))  # fmt: skip
    halves, rng = Halves(log), np.random.default_rng(3)
    sizes = set()
    for _ in range(20):
        after = halves.split(rng)
        block = halves.block(after)
        assert block.people["visits_before"][0] == block.people["visits_after"][0] == 2
        sizes.add((block.people["visits_before"][1], block.people["visits_after"][1]))
        before, later = halves.table(after)
        assert (before + later).tolist() == [[2, 2], [3, 0]]
        assert block.lines["after"].to_list() == [later[0, 0], later[0, 1], later[1, 0]]
        assert block.visits is not None
        again, _ = sums_of(block.visits(block.people["user"]))
        assert again.equals(block.people.select(PEOPLE_COLUMNS).cast(dict(again.schema)))
    assert sizes == {(1, 2), (2, 1)}


def test_who_is_mixed_in_is_known() -> None:
    block, moved = mixed(np.random.default_rng(4), 300, 0.0, changed=0.5, points=0.8)
    frame = drift_of([block]).sort("user")
    assert len(frame) == len(moved) == 300
    assert frame["p"].null_count() == 0
    called = (frame["verdict"] == "changed").to_numpy()
    assert called[moved].mean() > 0.8 > 0.2 > called[~moved].mean()


def test_parts_print_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift_people, "CELLS", (World(30, 10),))
    rng = np.random.default_rng(5)
    lines = [*null(100, rng), *power(100, rng), *found(2, rng, 200), *season(100, rng, 2), *rivals(20, rng)]
    told = [str(line) for line in lines]
    assert len(lines) == 1 + 2 * len(HABITS) + 12 + 8 + 4 + 36
    assert [line.bar for line in lines if line.bar] == [
        "0.04 to 0.06", ">= 0.68", ">= 0.9", ">= 0.99", "<= 0.1", "<= 0.1", "<= 0.06", "<= 0.06",
    ]  # fmt: skip
    assert any("NannyML's default" in line and " 1 " in line for line in told)


def test_a_bar_can_be_missed() -> None:
    assert not mean("false", [0.1, 0.3], most=0.1).met
    assert mean("false", [0.05, 0.09], most=0.1).met
    assert "MISSED" in str(mean("false", [0.1, 0.3], most=0.1))


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"There is no part nul. Parts: null, power"):
        drift_people.main(["--only", "nul"])
