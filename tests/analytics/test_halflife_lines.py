"""Half-lives of single interests: two that differ, one of which too little is known."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from analytics.halflife import line_half_lives
from analytics.halflife.lines import LINE_SCHEMA, _between

FIRST = date(2024, 1, 1)


def habits(people=150, seed=1):
    """Everybody buys bread; half of the people buy dog food, for good; fashion a person likes for 20 days now and then.
    Two people buy caviar."""
    draw, rows = np.random.default_rng(seed), []
    for user in range(people):
        for day in range(0, 200, 4):
            rows.append((user, day, "bread", 3))
            if user % 2:
                rows.append((user, day, "dog food", 2))
            if user < 2:
                rows.append((user, day, "caviar", 1))
        for start in draw.integers(0, 200, 3):
            rows += [(user, int(day), "fashion", 3) for day in range(start, min(start + 20, 200), 4)]
    frame = pl.DataFrame(rows, ["user", "day", "interest", "n"], orient="row")
    return frame.with_columns(day=pl.lit(FIRST) + pl.duration(days="day"))


@pytest.fixture(scope="module")
def found():
    return line_half_lives(habits())


def of(found, line):
    return found.filter(id=line).row(0, named=True)


def test_columns_are_the_contract_largest_first(found):
    assert dict(found.schema) == LINE_SCHEMA
    assert found["id"].to_list() == ["bread", "dog food", "fashion", "caviar"]


def test_a_passing_interest_is_forgotten_sooner_than_a_lasting_one(found):
    assert of(found, "fashion")["own"] <= 14
    assert of(found, "dog food")["own"] > 28
    assert of(found, "fashion")["half_life"] < of(found, "dog food")["half_life"]
    assert of(found, "fashion")["source"] == "own"


def test_an_interest_of_few_people_has_the_shops(found):
    row = of(found, "caviar")
    assert (row["own"], row["own_low"], row["source"], row["users"]) == (None, None, "shop", 6)
    assert row["half_life"] in found["half_life"].to_list()


def test_an_interval_holds_its_half_life(found):
    known = found.filter(source="own")
    assert (known["own_low"] <= known["own"]).all()
    assert (known["own"] <= known["own_high"]).all()


def test_interests_that_differ_by_luck_only_are_the_shops():
    assert _between([3, 5, 4], [2.0, 2.0, 2.0], 4) == 0
    assert _between([], [], 4) == 0


def test_the_spread_beyond_luck_by_hand():
    # (1 + 16 / 1 - 2) / (1 + 1): two interests one and four steps away, each known to one step.
    assert _between([5, 8], [1.0, 1.0], 4) == pytest.approx((1 + 16 - 2) / 2)
