import polars as pl
import pytest

from analytics.drift.spans import default_span, judged_people
from data.errors import InputError


def people(*rows):
    return pl.DataFrame(rows, schema=["user", "n", "visits"], orient="row")


def test_who_is_judged_has_twenty_events_and_six_visits_in_both():
    before = people((1, 20, 6), (2, 19, 6), (3, 20, 5), (4, 90, 30), (5, 90, 30), (6, 90, 30))
    after = people((1, 20, 6), (2, 99, 9), (3, 99, 9), (4, 20, 5), (5, 0, 0), (7, 90, 30))
    assert judged_people(before, after) == (1, 4)


def test_the_shortest_in_which_a_tenth_can_be_judged():
    asked = []

    def count(days):
        asked.append(days)
        return {28: (99, 1000), 91: (100, 1000)}[days]

    span = default_span(count, 5000)
    assert (span.days, span.judged, span.active, asked) == (91, 100, 1000, [28, 91])
    assert span.why == (
        "Windows of 91 days, the shortest in which at least 10 % can be judged: 100 of the 1,000 people who came in "
        "both can be judged (10 %)."
    )


def test_else_the_longest_that_fits_twice():
    span = default_span(lambda days: (5, 1234), 400)
    assert span.days == 182
    assert span.why == (
        "Windows of 182 days, the longest that fits twice: 5 of the 1,234 people who came in both can be judged "
        "(less than 1 %)."
    )
    assert default_span(lambda days: (5, 1234), 363).days == 91
    assert default_span(lambda days: (5, 1234), 728).days == 364


def test_a_short_log_gets_whole_weeks():
    assert default_span(lambda days: (1, 2), 55).days == 21
    assert (
        default_span(lambda days: (0, 0), 14).why
        == "Windows of 7 days, the longest that fits twice: nobody came in both."
    )
    with pytest.raises(InputError, match=r"The log covers 13 complete days, and comparing two weeks needs 14."):
        default_span(lambda days: (1, 2), 13)
