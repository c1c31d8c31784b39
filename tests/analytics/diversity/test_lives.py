from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.diversity import LIFE_SCHEMA, lives
from data.errors import InputError

START = date(2024, 1, 1)


def day(number):
    return START + timedelta(days=int(number))


def frame(rows):
    return pl.DataFrame([(user, day(at), what) for user, at, what in rows], schema=["user", "day", "interest"],
                        orient="row")  # fmt: skip


def of(rows, first, last, interest="a"):
    return lives(frame(rows), day(first), day(last)).filter(interest=interest).row(0, named=True)


# Somebody who comes every ten days for a year, for something else.
COMES = [("u", at, "other") for at in range(0, 366, 10)]


def test_columns_are_the_contract():
    assert dict(lives(frame(COMES), day(0), day(365)).schema) == LIFE_SCHEMA
    assert lives(frame(COMES).head(0), day(0), day(365)).is_empty()


@pytest.mark.parametrize(
    ("days", "births"), [((100, 110, 120), 1), ((100, 110), 0), ((90, 100, 110), 0), ((0, 100, 110), 0)]
)
def test_a_birth_is_a_first_visit_in_these_days_with_two_that_follow(days, births):
    assert of(COMES + [("u", at, "a") for at in days], 95, 365)["births"] == births


def test_what_somebody_comes_for_first_is_not_born():
    assert of([("u", at, "a") for at in (100, 110, 120)] + [("u", 100, "other")], 0, 365)["births"] == 0


def test_a_birth_is_clear_where_the_interest_had_been_absent_for_long():
    assert of(COMES + [("u", at, "a") for at in range(200, 300, 10)], 0, 365)["clear_births"] == 1
    assert of(COMES + [("u", at, "a") for at in (20, 80, 140, 200)], 0, 365)["clear_births"] == 0


def test_a_death_comes_when_the_absence_is_surely_longer_than_the_usual_gap():
    """Eleven visits in 100 days: mean gap 10; 3 gaps are 30 days, and (100 / (100 + A))^10 < .05 from A = 34.9 on."""
    visits = COMES + [("u", at, "a") for at in range(0, 101, 10)]
    assert [of(visits, 0, at)["deaths"] for at in (130, 134, 135, 200)] == [0, 0, 1, 1]
    assert (of(visits, 136, 300)["deaths"], of(visits, 135, 300)["deaths"]) == (0, 1)


def test_few_visits_need_a_longer_absence():
    """Three visits, gaps of ten days: (20 / (20 + A))^2 < .05 from A = 69.4 on, and not from 30 on."""
    visits = COMES + [("u", at, "a") for at in (0, 10, 20)]
    assert [of(visits, 0, at)["deaths"] for at in (60, 89, 90)] == [0, 0, 1]


def test_a_return_undoes_a_death_and_two_visits_are_no_life():
    assert of(COMES + [("u", at, "a") for at in (*range(0, 101, 10), 300)], 0, 310)["deaths"] == 0
    row = of([*COMES, ("u", 0, "a"), ("u", 1, "a")], 0, 365)
    assert (row["deaths"], row["judged"], row["by_chance"]) == (0, 0, 0.0)


def test_who_left_altogether_is_gone_and_his_interests_are_not_dead():
    row = of([("u", at, what) for at in range(0, 101, 10) for what in ("a", "b")], 0, 365)
    assert (row["deaths"], row["gone"], row["judged"]) == (0, 1, 1)


def test_several_visits_on_a_day_are_one():
    rows = COMES + [("u", 5, "a")] * 9
    assert of(rows, 0, 365)["judged"] == 0


def test_interests_that_never_die_die_by_chance_as_often_as_is_said():
    random, rows = np.random.default_rng(1), []
    for user in range(1_500):
        rate = random.uniform(0.02, 0.1)
        rows += [(user, at, "a") for at in np.flatnonzero(random.random(365) < rate)]
        rows += [(user, 365, "other")]
    row = of(rows, 0, 365)
    assert row["judged"] > 1_400
    # One sided on 3 gaps and p < .05; never more than chance allows, and not far below.
    assert 0.75 * row["by_chance"] < row["deaths"] < 1.15 * row["by_chance"]


def test_wrong_questions_are_refused():
    with pytest.raises(InputError, match=r"The days are the wrong way round: 2024-01-02 to 2024-01-01. Swap them."):
        lives(frame(COMES), day(1), day(0))
    with pytest.raises(
        InputError, match=r"Births and deaths need the columns user, day and interest, and day is missing"
    ):
        lives(frame(COMES).drop("day"), day(0), day(1))
