from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analytics.migration.halves import halved
from analytics.migration.mixes import Space, numbered
from analytics.migration.seasons import Compared, comparable, compared, of_pair, overall, without_season
from data.errors import InputError

SPACE = Space(("a", "b", "others"), (0.6, 0.39, 0.01))


@pytest.fixture
def christmas(frame):
    """Forty people with ten visits a period; everybody's share of a is 1 in 2 before and 4 in 5 after."""
    rows = [
        (user, visit, period, interest, n)
        for user in range(40)
        for visit in range(10)
        for period, (a, b) in enumerate(((50, 50), (80, 20)))
        for interest, n in (("a", a), ("b", b))
    ]
    return numbered(frame(*rows), SPACE)


def test_what_everybody_takes_up_counts_less(christmas):
    found = without_season(christmas, SPACE, christmas).group_by("period", "k").agg(pl.col("w").sum())
    shares = found.with_columns(share=pl.col("w") / pl.col("w").sum().over("period")).sort("period", "k")
    assert shares["share"].to_list() == pytest.approx([0.6, 0.4, 0.6, 0.4], abs=0.01)


def test_few_events_say_little_of_a_season(frame):
    rows = numbered(frame((1, 1, 0, "a", 1), (1, 1, 0, "b", 9)), SPACE)
    assert overall(rows, SPACE)["factor"].to_list() == pytest.approx([(6 + 10) / 11, (3.9 + 10) / 19])


def test_a_pair_is_brought_to_a_common_mix(christmas):
    factors = of_pair(christmas, SPACE, 0, 1)
    seen = np.array([[50.0, 50, 0], [80, 20, 0]])[:, None] * factors
    shares = seen / seen.sum(axis=2, keepdims=True)
    assert shares[0] == pytest.approx(shares[1], abs=0.01)


def test_a_half_is_judged_by_the_season_of_the_other_halves(christmas):
    marked = halved(christmas, equal=True)
    more = pl.when((pl.col("half") == "A") & (pl.col("k") == 0)).then(pl.col("n") * 3).otherwise(pl.col("n"))
    kept = ["user", "visit", "period", "interest", "n", "k"]
    before, after = of_pair(christmas, SPACE, 0, 1), of_pair(marked.with_columns(n=more).select(kept), SPACE, 0, 1)
    # Visits of A hold three times as many a; to the season of B, which is judged by A, the base comes on top.
    ratio = after / before
    assert ratio[0, 0, 0] / ratio[1, 0, 0] == pytest.approx(1)
    assert ratio[0, 1, 0] / ratio[1, 1, 0] != pytest.approx(1, abs=0.05)


def test_who_came_more_often_is_no_season(frame):
    """Half the people like a and half b; those who like a come ten times as often in the second period."""
    rows = [
        (user, visit, period, "ab"[user % 2], 5)
        for user in range(60)
        for period in (0, 1)
        for visit in range(40 if period and user % 2 == 0 else 4)
    ]
    visits = numbered(frame(*rows), SPACE)
    factors = of_pair(visits, SPACE, 0, 1)
    assert factors[0] == pytest.approx(factors[1])
    assert overall(visits, SPACE).filter(k=0)["factor"].to_list() != pytest.approx([1, 1], abs=0.1)


def test_people_are_compared_by_their_own_periods(frame):
    rows = numbered(frame(*[(1, v, p, "a", 1) for v in (1, 2) for p in (0, 1)], (2, 1, 3, "a", 1), (2, 1, 4, "a", 1)),
                    SPACE).with_columns(side=pl.col("period").is_in([1, 4]).cast(pl.Int8))  # fmt: skip
    found = compared(rows, rows, SPACE)
    assert found.people.rows() == [(1, 0), (2, 1)]
    assert found.factors.shape == (2, 2, 3, 3)


def test_weights_are_brought_back_to_as_many_events(frame):
    rows = [(user, visit, side, interest, 2) for user in (1, 2) for visit in (1, 2) for side in (0, 1)
            for interest in "ab"]  # fmt: skip
    rows = numbered(frame(*rows), SPACE).with_columns(side=pl.col("period"), half=pl.lit("B"))
    factors = np.ones((1, 2, 3, 3))
    factors[0, 1, 1, 0] = 3.0  # side after, half B, interest a
    weighed = comparable(rows, Compared(pl.DataFrame({"user": [1, 2], "pair": [0, 0]}), factors))
    found = weighed.group_by("user", "side", "k").agg(pl.col("w").sum()).sort("user", "side", "k")
    assert found["w"].to_list() == pytest.approx([4, 4, 6, 2] * 2)


def test_a_season_is_found_though_people_buy_one_thing_only(frame):
    """Nine of ten events of half the people are a, of the others b; then everybody's odds of a are four times those."""
    rows = []
    for user in range(200):
        share = 0.9 if user % 2 else 0.1
        for period, odds in ((0, share / (1 - share)), (1, 4 * share / (1 - share))):
            a = round(1000 * odds / (1 + odds))
            rows += [(user, visit, period, i, n) for visit in range(4) for i, n in (("a", a), ("b", 1000 - a))]
    visits = numbered(frame(*rows), replace(SPACE, alpha=1.0))
    factors = of_pair(visits, replace(SPACE, alpha=1.0), 0, 1)
    ratio = factors[0, 2] / factors[1, 2]
    assert ratio[0] / ratio[1] == pytest.approx(4, rel=0.1)
    # Shares go from .50 to .64 and from .50 to .36 only, as if the season were 1.8.
    plain = overall(visits, SPACE).sort("k", "period")["factor"].to_numpy()
    assert plain[0] / plain[1] / (plain[2] / plain[3]) == pytest.approx(0.64 / 0.36, rel=0.02)


def test_two_periods_at_one_stage_are_refused(frame):
    rows = numbered(frame((1, 1, 0, "a", 1), (1, 1, 1, "a", 1), (1, 1, 2, "a", 1)), SPACE)
    with pytest.raises(InputError, match=r"several periods at one of the stages that are compared. Use periods and"):
        compared(rows.with_columns(side=pl.Series([0, 0, 1])), rows, SPACE)
