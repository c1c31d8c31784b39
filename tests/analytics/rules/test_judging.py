import numpy as np
import polars as pl
import pytest
from scipy.stats import poisson

from analytics.rules import RULE_SCHEMA, rules
from analytics.rules.lines import lines_of


def frame(rows):
    return pl.DataFrame(rows, schema=["user", "basket", "item"], orient="row")


def crowd(baskets=400, seed=3, items=30):
    """Baskets of three of many items, each of a user of its own."""
    random = np.random.default_rng(seed)
    return [(f"c{n}", 1, f"i{item:02}") for n in range(baskets) for item in random.choice(items, 3, replace=False)]


def bought_together(users, times=1, pair=("x", "y")):
    return [(f"{pair[0]}{n}", day, item) for n in range(users) for day in range(times) for item in (*pair, "i00")]


def only(found, a, b):
    rows = found.filter(pl.concat_list("a", "b").list.sort() == sorted([a, b]))
    return rows.row(0, named=True) if len(rows) else None


def test_columns_are_the_contract():
    found = rules(frame(crowd() + bought_together(20)))
    assert dict(found.schema) == RULE_SCHEMA
    assert dict(rules(frame([("u", 1, "a")])).schema) == RULE_SCHEMA


def test_a_pair_of_many_users_is_found_with_its_counts():
    row = only(rules(frame(crowd() + bought_together(20) + [("z", 1, "x")])), "x", "y")
    assert (row["a"], row["baskets_a"], row["baskets_b"], row["together"], row["users_together"]) == (
        "x",
        21,
        20,
        20,
        20,
    )
    assert row["q"] < 1e-6 and row["low"] > 3
    assert row["lift"] == pytest.approx(20 / row["expected"])
    assert row["low"] == pytest.approx(row["lift"] * np.exp(-1.96 / np.sqrt(20)))
    assert row["p"] == pytest.approx(poisson.sf(19, row["expected"]))


def test_what_one_user_repeats_counts_as_one():
    few = only(rules(frame(crowd() + bought_together(5)), least=1), "x", "y")
    repeated = only(rules(frame(crowd(4_000) + bought_together(5, times=30)), least=1), "x", "y")
    assert few["users_together"] == repeated["users_together"] == 5
    assert repeated["together"] == 150
    # Five users count as five: the p of the repeated baskets is nowhere near that of 150 baskets of 150 users.
    assert repeated["p"] > 1e-3 * poisson.sf(4, repeated["expected"] / 30)


def test_below_the_least_number_of_users_nothing_is_a_rule():
    assert only(rules(frame(crowd() + bought_together(4, times=10))), "x", "y") is None
    assert only(rules(frame(crowd() + bought_together(5))), "x", "y") is not None


def test_on_shuffled_baskets_nothing_is_found(shuffled):
    assert [(rules(shuffled(seed))["q"] <= 0.05).sum() for seed in range(3)] == [0, 0, 0]


def test_q_is_over_all_pairs_whatever_is_shown():
    all_rows = rules(frame(crowd() + bought_together(20)))
    first = rules(frame(crowd() + bought_together(20)), shown=1)
    assert first.equals(all_rows.head(1))
    assert only(first, "x", "y")["q"] == pytest.approx(only(first, "x", "y")["p"] * 32 * 31 / 2)


def test_the_surest_come_first():
    found = rules(frame(crowd() + bought_together(20)), least=1)
    flagged = found["q"] <= 0.05
    assert flagged.to_list() == sorted(flagged.to_list(), reverse=True)
    assert found.filter(~flagged)["low"].is_sorted(descending=True)


def test_about_leaves_other_pairs_out_of_the_test():
    found = rules(frame(crowd() + bought_together(20)), about=["x"], least=1)
    assert set(found["a"].to_list() + found["b"].to_list()) >= {"x", "y"}
    assert found.filter((pl.col("a") != "x") & (pl.col("b") != "x")).is_empty()
    assert only(found, "x", "y")["q"] == pytest.approx(only(found, "x", "y")["p"] * 31)


def test_what_is_asked_about_is_compared_however_rare_it_is():
    rows = crowd(4_000) + bought_together(20)
    assert only(rules(frame(rows), items=5), "x", "y") is None
    row = only(rules(frame(rows), items=5, about=["x", "y", "unheard of"]), "x", "y")
    assert row["q"] == pytest.approx(row["p"] * (7 * 6 / 2 - 5 * 4 / 2))


def test_names_are_put_to_ids():
    names = pl.DataFrame({"id": ["x"], "name": ["Tea"]})
    row = only(rules(frame(crowd() + bought_together(20)), names=names), "x", "y")
    assert (row["name_a"], row["name_b"]) == ("Tea", "y")


def halves(users):
    lines = lines_of(frame([(user, 1, "a") for user in users]), 1)
    return dict(zip(sorted(users), lines.half.tolist(), strict=True))


def of_half(half, number):
    """So many names of users who fall into that half."""
    users = [f"h{n}" for n in range(20 * number)]
    return [user for user, each in halves(users).items() if each == half][:number]


@pytest.mark.parametrize(("first", "second", "state"), [(20, 20, "lift"), (20, 0, "none"), (0, 20, "null")])
def test_what_one_half_finds_the_other_confirms_or_not(first, second, state):
    users = of_half(0, first) + of_half(1, second)
    apart = of_half(1, 60)[40:]
    rows = crowd() + [(user, 1, item) for user in users for item in ("x", "y")]
    rows += [(user, 2, item) for user in apart for item in ("x", "i01")]
    rows += [(user, 3, item) for user in apart for item in ("y", "i02")]
    lift = only(rules(frame(rows)), "x", "y")["replicated_lift"]
    assert (lift is None) == (state == "null")
    assert state != "lift" or lift > 2
    assert state != "none" or lift == 0


def test_direction_is_told_of_rules_only():
    rows = crowd() + bought_together(20) + [(f"x{n}", -1, "x") for n in range(20)]
    found = rules(frame(rows), least=1)
    assert only(found, "x", "y")["direction"] == "no clear order"
    rest = found.filter(pl.col("q") > 0.05)
    assert rest["direction"].null_count() == rest["direction_p"].null_count() == len(rest) > 0
