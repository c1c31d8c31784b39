"""A small run: shuffles keep what they should, the lines say what they mean, what is planted is found."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import benchmarks.rules as bench
from benchmarks.rules import Baskets, Line


@pytest.fixture(scope="module")
def log():
    """1,500 baskets of 100 households on their days; sizes 1 to 15, 25 items of very different popularity."""
    random = np.random.default_rng(3)
    odds = 0.85 ** np.arange(25)
    rows = []
    for basket in range(1_500):
        size = 1 + int(random.integers(3)) + (int(random.integers(12)) if random.random() < 0.3 else 0)
        for item in random.choice(25, size, replace=False, p=odds / odds.sum()):
            rows.append((basket % 100, basket // 100, f"i{item:02}"))
    return pl.DataFrame(rows, schema=["user", "basket", "item"], orient="row").sort("user", "basket", "item")


def test_trading_keeps_sizes_and_counts_and_mixes_the_rest(log):
    baskets = Baskets(log)
    assert baskets.frame().cast({"item": pl.Utf8}).equals(log)
    baskets.trade(np.random.default_rng(1), 10)
    now = baskets.frame().cast({"item": pl.Utf8})
    for columns in (["user", "basket"], ["item"]):
        assert now.group_by(columns).len().sort(columns).equals(log.group_by(columns).len().sort(columns))
    assert now.is_duplicated().sum() == 0
    assert len(now.join(log, on=["user", "basket", "item"])) < 0.5 * len(log)


def test_a_repeated_basket_is_one_of_the_users_own_as_often_as_the_user_came(log):
    repeated = Baskets(log).repeated(np.random.default_rng(1))
    assert repeated.select("user", "basket").n_unique() == 1_500
    sets = (
        repeated.group_by("user", "basket").agg(pl.col("item").sort()).group_by("user").agg(pl.col("item").n_unique())
    )
    assert sets["item"].to_list() == [1] * 100
    one = repeated.filter(user=7, basket=0)["item"].sort().to_list()
    assert one in log.filter(user=7).group_by("basket").agg(pl.col("item").sort())["item"].to_list()


def test_another_order_is_the_same_baskets_on_other_days(log):
    moved = Baskets(log).reordered(np.random.default_rng(1))

    def sets(frame):
        return frame.group_by("user", "basket").agg(pl.col("item").sort()).sort("user", "item").drop("basket")

    assert sets(moved).equals(sets(log))
    assert not moved.sort(moved.columns).equals(log.sort(log.columns))


@pytest.mark.parametrize("of", ["basket", "user"])
def test_windows_by_lot_part_baskets_or_users(log, of):
    one, other = Baskets(log).split(np.random.default_rng(1), of)
    assert len(one) + len(other) == len(log)
    on = ["user"] if of == "user" else ["user", "basket"]
    assert one.join(other, on=on).is_empty()
    assert 0.3 < len(one) / len(log) < 0.7


def test_shuffled_baskets_flag_nothing_and_the_usual_test_nearly_everything(log):
    found = {line.what.strip(): line for line in bench.nulls(log, 3)}
    assert found["shuffled baskets: runs that flag anything"].hits == 0
    assert found["each household repeats one shuffled basket: runs"].hits == 0
    assert found["beside it, hypergeometric + BH: pairs"].rate > 0.5


def test_nothing_changes_where_nothing_changed(log):
    assert [(line.hits, line.of, line.met) for line in bench.same(log, 2)] == [(0, 2, True)] * 3


def test_planted_complements_are_found():
    found, _, precise = bench.planted(1, 200_000, first=901)
    assert (found.of, found.met) == (6, found.hits >= 5.4)
    assert found.hits >= 3
    assert precise.hits == found.hits


def test_a_rule_of_one_half_is_looked_up_in_the_other(log):
    both = pl.DataFrame({"user": np.arange(200), "basket": 0}).join(pl.DataFrame({"item": ["x", "y"]}), how="cross")
    lines = bench.replication(pl.concat([log, both.cast(log.schema)]))
    flagged = lines[1]
    assert flagged.hits == flagged.of >= 1


def test_rates_have_wilsons_interval_and_bars():
    line = Line("x", 3, 200, 0.05)
    assert line.met and line.interval == (pytest.approx(0.0051, abs=1e-4), pytest.approx(0.0432, abs=1e-4))
    assert str(line).endswith("(0.5% to 4.3%; 3 of 200)  bar <= 5%: met")
    assert Line("x", 11, 200, 0.05).met is False
    assert Line("x", 53, 60, 0.9, at_least=True).met is False
    assert Line("x", 1, 2).met is None


@pytest.mark.parametrize(("hits", "code"), [(0, 0), (3, 1)])
def test_the_command_says_whether_every_bar_is_met(log, monkeypatch, tmp_path: Path, capsys, hits, code):
    monkeypatch.setattr(bench, "journey", lambda: log)
    for name in ("planted", "replication", "nulls", "same"):
        monkeypatch.setattr(bench, name, lambda *_, what=name: [Line(what, hits, 20, 0.05)])
    assert bench.main(["--quick", "--json", str(tmp_path / "found.json")]) == code
    assert capsys.readouterr().out.count("NOT MET") == (4 if code else 0)
    assert [each["hits"] for each in json.loads((tmp_path / "found.json").read_text())] == [hits] * 4
