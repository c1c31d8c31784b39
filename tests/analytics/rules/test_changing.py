import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from analytics.rules import CHANGE_SCHEMA, lift_changes


def window(pairs, seed=5, users=600):
    """600 baskets of three of thirty items, each of a user of its own; x and y alone, and `pairs` of both together."""
    random = np.random.default_rng(seed)
    rows = [(n, 1, f"i{item:02}") for n in range(users) for item in random.choice(30, 3, replace=False)]
    rows += [(n, 2, item) for n in range(60 - pairs) for item in ("x", "i00")]
    rows += [(100 + n, 2, item) for n in range(60 - pairs) for item in ("y", "i00")]
    rows += [(200 + n, 2, item) for n in range(pairs) for item in ("x", "y")]
    return pl.DataFrame(rows, schema=["user", "basket", "item"], orient="row")


def only(found):
    return found.filter(pl.col("a").is_in(["x", "y"]) & pl.col("b").is_in(["x", "y"])).row(0, named=True)


def test_columns_are_the_contract():
    assert dict(lift_changes(window(5), window(5)).schema) == CHANGE_SCHEMA
    assert dict(lift_changes(window(5).head(0), window(5).head(0)).schema) == CHANGE_SCHEMA


def test_a_pair_that_came_together_goes_up_and_the_other_way_down():
    up, down = (only(lift_changes(*parts)) for parts in ((window(5), window(35)), (window(35), window(5))))
    assert (up["verdict"], up["together_before"], up["together_after"], up["users_after"]) == ("up", 5, 35, 35)
    assert 0 < up["low"] < up["change"] < up["high"]
    assert (down["verdict"], down["p"]) == ("down", pytest.approx(up["p"]))
    assert (down["change"], down["low"]) == (pytest.approx(-up["change"]), pytest.approx(-up["high"]))


def test_p_and_interval_are_the_exact_binomial_ones():
    row = only(lift_changes(window(8), window(20, seed=6)))
    means = [row[f"together_{side}"] / row[f"lift_{side}"] for side in ("before", "after")]
    part = means[1] / sum(means)
    one_sided = binomtest(20, 28, part, alternative="greater")
    assert row["p"] == pytest.approx(2 * one_sided.pvalue)
    ends = binomtest(20, 28, part).proportion_ci()
    odds = [np.log(end / (1 - end) / (part / (1 - part))) for end in (ends.low, ends.high)]
    assert (row["low"], row["high"]) == (pytest.approx(odds[0]), pytest.approx(odds[1]))
    assert row["change"] == pytest.approx(np.log(20.5 / means[1]) - np.log(8.5 / means[0]))
    assert row["error"] == pytest.approx(np.sqrt(1 / 20.5 + 1 / 8.5))


def test_a_pair_that_was_never_seen_before_has_no_upper_end():
    row = only(lift_changes(window(0), window(30)))
    assert (row["verdict"], row["lift_before"], row["high"]) == ("up", 0.0, None)
    assert row["low"] > 0


def test_the_same_twice_is_no_clear_change():
    found = lift_changes(window(20), window(20))
    assert only(found)["verdict"] == "no clear change"
    assert only(found)["change"] == pytest.approx(0)
    assert set(found["verdict"]) <= {"no clear change", "not enough data"}


def test_a_handful_is_not_enough():
    row = only(lift_changes(window(3), window(6)))
    assert (row["verdict"], row["p"], row["q"]) == ("not enough data", None, None)


def test_what_one_user_repeats_is_no_change():
    repeated = [(300, 10 + n, item) for n in range(40) for item in ("x", "y")]
    after = pl.concat([window(5), pl.DataFrame(repeated, schema=["user", "basket", "item"], orient="row")])
    assert only(lift_changes(window(5), after))["verdict"] in ("no clear change", "not enough data")


def test_what_one_user_buys_all_the_time_brings_no_pair_down():
    alone = [(100 + n % 2, 50 + n, item) for n in range(400) for item in ("x", "i00")]
    after = pl.concat([window(20), pl.DataFrame(alone, schema=["user", "basket", "item"], orient="row")])
    assert only(lift_changes(window(20), after))["verdict"] == "no clear change"
    many = [(2_000 + n, 50, item) for n in range(400) for item in ("x", "i00")]
    after = pl.concat([window(20), pl.DataFrame(many, schema=["user", "basket", "item"], orient="row")])
    assert only(lift_changes(window(20), after))["verdict"] == "down"


def test_about_and_shown_choose_rows_and_names_are_put_to_ids():
    found = lift_changes(
        window(5), window(35), about=["x"], names=pl.DataFrame({"id": ["x"], "name": ["Tea"]}), shown=1
    )
    assert len(found) == 1
    assert {found["name_a"][0], found["name_b"][0]} == {"Tea", "y"}
