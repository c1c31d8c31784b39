"""The half-life that foretells best: losses by hand, curves of people whose memory is known."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.halflife import GRID, half_life
from analytics.halflife.curve import CURVE_SCHEMA
from analytics.halflife.losses import ALPHAS, RECENT, cuts_of, foretold, past, redrawn
from analytics.migration.halves import hashed
from data.errors import InputError

FIRST = date(2024, 1, 1)
CUT = FIRST + timedelta(days=112)
SCHEMA = {"user": pl.Int64, "day": pl.Date, "interest": pl.Utf8, "n": pl.Int64}


def visits(*rows):
    """(user, days after the first of January, interest, n)."""
    return pl.DataFrame([(u, FIRST + timedelta(days=d), i, n) for u, d, i, n in rows], SCHEMA, orient="row")


def remembering(half, people=120, days=220, seed=1):
    """People who buy twice every other day, in six interests: each time what they bought before, weighed by this
    half-life, with six events of everybody's mix."""
    draw, rows = np.random.default_rng(seed), []
    weights = draw.dirichlet(np.full(6, 0.5), people) * 20
    for day in range(days):
        weights *= 0.5 ** (1 / half)
        come = np.flatnonzero(draw.random(people) < 0.5)
        p = (weights[come] + 1) / (weights[come].sum(axis=1, keepdims=True) + 6)
        for _ in range(2):
            things = (draw.random((len(come), 1)) > p.cumsum(axis=1)).sum(axis=1)
            rows += [(int(u), day, "abcdef"[k], 1) for u, k in zip(come, things, strict=True)]
            weights[come, things] += 1
    return visits(*rows)


@pytest.fixture
def one():
    """One person: four of a 28 days before the cut and two of b 14 days before; one of b and three of a after."""
    return visits((1, 84, "a", 4), (1, 98, "b", 2), (1, 112, "b", 1), (1, 120, "a", 3), (2, 100, "a", 5))


def test_the_past_is_decayed_and_the_next_days_are_a_mix(one):
    found = past(one, {"a": 0, "b": 1}, CUT, (14.0, float("inf")), 28)
    assert found.users.tolist() == [1]
    assert found.totals.tolist() == [[4 / 4 + 2 / 2, 6]]
    assert found.weights.tolist() == [[1, 4], [1, 2]]
    assert found.next.tolist() == [0.75, 0.25]


def test_everybodys_mix_is_that_of_the_last_days_with_a_little_of_all(one):
    base = past(one, {"a": 0, "b": 1}, CUT, (14.0,), 28).base
    whole = np.array([9.5, 2.5, 0.5]) / 12.5  # half an event each is added
    assert base == pytest.approx((np.array([9, 2, 0]) + RECENT * whole) / (11 + RECENT))


def test_a_loss_by_hand(one):
    found = past(one, {"a": 0, "b": 1}, CUT, (14.0,), 28)
    q = found.base
    expected = -0.75 * np.log((1 + 5 * q[0]) / 7) - 0.25 * np.log((1 + 5 * q[1]) / 7)
    assert found.losses(5.0) == pytest.approx(expected)


def test_what_lies_on_the_cut_is_next_and_28_days_later_is_not(one):
    more = pl.concat([one, visits((3, 111, "a", 1), (3, 139, "a", 1), (4, 111, "a", 1), (4, 140, "a", 1))])
    assert past(more, {"a": 0}, CUT, (14.0,), 28).users.tolist() == [1, 3]


def test_columns_are_the_contract():
    curve = half_life(remembering(28))
    assert dict(curve.schema) == CURVE_SCHEMA
    assert curve["half_life"].to_list() == list(GRID)
    assert curve["best"].sum() == 1
    assert curve["cuts"].unique().to_list() == [4]
    assert curve["users"].unique().to_list() == [120]


@pytest.mark.parametrize(
    ("half", "expected"), [(14.0, (7.0, 14.0, 28.0)), (56.0, (28.0, 56.0, 90.0)), (1e9, (180.0, 365.0, float("inf")))]
)
def test_the_half_life_that_people_have_is_chosen(half, expected):
    curve = half_life(remembering(half))
    row = curve.filter("best").row(0, named=True)
    assert row["half_life"] in expected
    assert (row["difference"], row["low"], row["high"]) == (0, 0, 0)


def test_far_from_the_best_is_clearly_worse_and_intervals_hold_the_difference():
    curve = half_life(remembering(14))
    assert not curve.filter(half_life=float("inf"))["close"][0]
    rest = curve.filter(~pl.col("best"))
    assert (rest["low"] <= rest["difference"]).all()
    assert (rest["difference"] <= rest["high"]).all()
    assert (rest["difference"] >= 0).all()


def test_the_order_of_rows_makes_no_difference():
    rows = remembering(56, people=60)
    assert half_life(rows.sample(fraction=1, shuffle=True, seed=1)).equals(half_life(rows))


def test_what_is_known_already_gives_the_same_curve():
    rows = remembering(28, people=60)
    assert half_life(rows, known=foretold(rows)).equals(half_life(rows))


def test_alpha_is_chosen_on_the_other_people():
    rows = remembering(28)
    known = foretold(rows, [CUT], (28.0,))
    users, sums, counts, alphas = known[3:]
    every = np.array([known.pasts[0].losses(alpha)[:, 0] for alpha in ALPHAS])
    assert alphas[0] == ALPHAS[every.sum(axis=1).argmin()]
    assert counts.tolist() == [1] * len(users)
    side = hashed(users, 11) % 2 == 1
    assert (sums[side, 0] == every[every[:, ~side].sum(axis=1).argmin(), side]).all()
    assert (sums[~side, 0] == every[every[:, side].sum(axis=1).argmin(), ~side]).all()


def test_people_drawn_again_have_the_mean_and_spread_of_a_sum():
    values = np.arange(50.0)[:, None]
    drawn = redrawn(values, 2000, 1)[:, 0]
    assert drawn.mean() == pytest.approx(values.sum(), rel=0.01)
    assert drawn.std() == pytest.approx(values.std() * np.sqrt(50), rel=0.1)


def test_cuts_are_the_last_months_with_a_past_of_a_quarter():
    assert cuts_of(visits((1, 0, "a", 1), (1, 223, "a", 1))) == [
        FIRST + timedelta(days=d) for d in (112, 140, 168, 196)
    ]
    assert cuts_of(visits((1, 0, "a", 1), (1, 140, "a", 1))) == [FIRST + timedelta(days=113)]


def test_short_logs_and_few_people_are_refused():
    with pytest.raises(
        InputError, match=r"28 days that follow 91 others, and these visits reach from 2024-01-01 to 2024-02-10."
    ):
        half_life(visits((1, 0, "a", 1), (1, 40, "a", 1)))
    with pytest.raises(
        InputError, match=r"needs 50 people who were there before a cut and in the 28 days after, found 9"
    ):
        half_life(remembering(50, people=9))
    with pytest.raises(InputError, match=r"needs the column `day`, found user. Add it."):
        half_life(pl.DataFrame({"user": [1]}))
