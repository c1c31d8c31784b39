import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from analytics.rules.lines import lines_of
from analytics.rules.order import directions


def asked(rows, a="a", b="b"):
    lines = lines_of(pl.DataFrame(rows, schema=["user", "basket", "item"], orient="row"), 50)
    p, first = directions(lines, np.array([lines.ids.index(a)]), np.array([lines.ids.index(b)]))
    return float(p[0]), bool(first[0])


# Both items are to be had on all days: user z, who has them on the first and on the last, does not vote.
REACH = [("z", day, item) for day in (0, 99) for item in "ab"]


def test_users_who_take_a_before_b_vote_for_a():
    rows = REACH + [(f"u{n}", day, item) for n in range(10) for day, item in ((3, "a"), (5, "b"))]
    p, first = asked(rows)
    assert first and p == pytest.approx(binomtest(10, 10).pvalue)
    p, first = asked(rows, "b", "a")
    assert not first and p == pytest.approx(binomtest(0, 10).pvalue)


def test_each_user_has_one_vote():
    often = [("u0", day, "ab"[day % 2]) for day in range(2, 42)]
    rows = REACH + often + [(f"v{n}", day, item) for n in range(3) for day, item in ((3, "b"), (5, "a"))]
    assert asked(rows) == (pytest.approx(binomtest(1, 4).pvalue), False)


def test_together_alone_says_nothing_about_order():
    assert asked(REACH + [(f"u{n}", 3, item) for n in range(9) for item in "ab"]) == (1.0, False)


def test_votes_are_counted_pairs_of_baskets():
    """u: a on 1, 4; b on 2, 3, 5. Pairs with a before b: 1-2, 1-3, 1-5, 4-5; b before a: 2-4, 3-4."""
    votes = [("u", day, item) for day, item in ((1, "a"), (2, "b"), (3, "b"), (4, "a"), (5, "b"))]
    assert asked(REACH + votes) == (1.0, True)


def test_the_more_frequent_item_is_not_the_first_one():
    """Ten baskets with a and two with b, in any order: a is nearly always the first of all, and nobody is ordered."""
    random = np.random.default_rng(1)
    small = 0
    for _ in range(40):
        rows = list(REACH)
        for n in range(40):
            days = random.permutation(np.arange(1, 13))
            rows += [(f"u{n}", int(day), "a" if place < 10 else "b") for place, day in enumerate(days)]
        small += asked(rows)[0] < 0.05
    assert small <= 6


def test_days_on_which_one_was_not_to_be_had_do_not_vote():
    """b came into the shop on day 50: whatever a was bought before says nothing about order."""
    rows = [(f"u{n}", day, "a") for n in range(20) for day in (1, 60 + n % 2)]
    rows += [(f"u{n}", 50 + 20 * (n % 2), "b") for n in range(20)] + [("y", 99, "a"), ("w", 50, "a")]
    p, _ = asked(rows)
    assert p > 0.5


def test_no_pairs_no_answer():
    lines = lines_of(pl.DataFrame({"user": [1], "basket": [1], "item": ["a"]}), 5)
    p, first = directions(lines, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert len(p) == len(first) == 0
