"""How much of interest lasts: brute force on a few people, and people who keep a known part."""

import numpy as np
import polars as pl
import pytest

from analytics.halflife import persistence
from analytics.halflife.persistence import CURVE_SCHEMA, FIT_SCHEMA, _fitted
from analytics.migration.halves import halved
from data.errors import InputError

SCHEMA = {"user": pl.Int64, "visit": pl.Int64, "period": pl.Int64, "interest": pl.Utf8, "n": pl.Int64}


def keepers(stay=0.0, people=120, periods=8, visits=6, seed=1, away=0.0):
    """Each likes one of six things, and picks another with odds 1 - `stay` in a period; half of what they buy is any.
    In a part `away` of periods somebody is not there."""
    draw, rows = np.random.default_rng(seed), []
    for user in range(people):
        liked = int(draw.integers(6))
        for period in range(periods):
            liked = liked if draw.random() < stay else int(draw.integers(6))
            for visit in range(visits if draw.random() >= away else 0):
                for _ in range(3):
                    thing = liked if draw.random() < 0.5 else int(draw.integers(6))
                    rows.append((user, visit, period, "abcdef"[thing], 1))
    return pl.DataFrame(rows, SCHEMA, orient="row")


@pytest.fixture(scope="module")
def fading():
    return persistence(keepers(stay=0.8), days=10)


def test_columns_are_the_contract(fading):
    assert dict(fading.curve.schema) == CURVE_SCHEMA
    assert dict(fading.fit.schema) == FIT_SCHEMA
    assert fading.curve["lag"].to_list() == [1, 2, 3, 4, 5, 6]  # seven apart is seen once only
    assert fading.curve["days"].to_list() == [10, 20, 30, 40, 50, 60]


def test_values_are_those_of_brute_force():
    rows = keepers(stay=0.5, people=60, periods=6, away=0.2, seed=3)
    mixes = {}
    for (user, period, half), part in halved(rows).group_by("user", "period", "half"):
        counts = np.array([part.filter(interest=each)["n"].sum() for each in "abcdef"], float)
        mixes[user, period, half] = counts / counts.sum()
    means = {
        (t, h): np.mean([mix for (_, period, half), mix in mixes.items() if (period, half) == (t, h)], axis=0)
        for t in range(6)
        for h in "AB"
    }
    apart = {(u, t, h): mix - means[t, h] for (u, t, h), mix in mixes.items()}
    curve = persistence(rows).curve
    for lag, value in zip(curve["lag"], curve["value"], strict=True):
        above = below = 0.0
        for u, t in {(u, t) for u, t, _ in apart if (u, t + lag, "A") in apart}:
            above += np.mean([apart[u, t, a] @ apart[u, t + lag, b] for a in "AB" for b in "AB"])
            below += (apart[u, t, "A"] @ apart[u, t, "B"] + apart[u, t + lag, "A"] @ apart[u, t + lag, "B"]) / 2
        assert value == pytest.approx(above / below)


def test_noise_does_not_make_what_lasts_look_as_if_it_fades():
    found = persistence(keepers(stay=1.0))
    assert found.curve["value"].to_list() == pytest.approx([1] * 6, abs=0.05)
    assert found.fit["stable_high"][0] > 0.95


def test_what_fades_by_a_fifth_a_period_has_that_half_life(fading):
    row = fading.fit.row(0, named=True)
    truth = 10 * np.log(0.5) / np.log(0.8)
    assert row["half_life_low"] < truth < row["half_life_high"]
    assert row["stable_low"] < 0.15
    assert fading.curve["value"][0] == pytest.approx(0.8, abs=0.1)


def test_two_kinds_of_people_leave_a_stable_part():
    """Half of them stay for good, the others turn every two periods or so."""
    turning = keepers(stay=0.5, seed=2).with_columns(user=pl.col("user") + 1000)
    row = persistence(pl.concat([keepers(stay=1.0), turning])).fit.row(0, named=True)
    assert row["stable_low"] < 0.5 < row["stable_high"]
    assert row["half_life_low"] < 28 < row["half_life_high"]


def test_the_fit_finds_what_a_curve_was_made_of():
    lags = np.arange(1, 13)
    stable, half = _fitted((0.53 + 0.47 * 2 ** (-lags / 7.6))[None], np.ones(12), lags)
    assert stable[0] == pytest.approx(0.53, abs=0.02)
    assert half[0] == pytest.approx(7.6, rel=0.05)


def test_people_without_anything_of_their_own_are_refused():
    draw = np.random.default_rng(2)
    rows = keepers(stay=0.0).with_columns(interest=pl.Series(draw.choice(list("abcdef"), 120 * 8 * 18)))
    with pytest.raises(InputError, match=r"too little in common to follow it over 4 periods"):
        persistence(rows)


def test_short_logs_few_people_and_dates_are_refused():
    with pytest.raises(
        InputError, match=r"50 people over more than 4 periods with 4 visits each, found 9 people over 8"
    ):
        persistence(keepers(people=9))
    with pytest.raises(InputError, match=r"found 120 people over 4 periods. Choose a longer stretch."):
        persistence(keepers(periods=4))
    with pytest.raises(InputError, match=r"Periods have to be numbered in equal steps, found Date. Number them first."):
        persistence(keepers(periods=5).with_columns(period=pl.date(2024, 1, 1)))
