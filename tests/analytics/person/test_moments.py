"""When a person's mix changed: found where it did, and not where it did not."""

from datetime import date, timedelta

import polars as pl
import pytest

from analytics.person import moments
from analytics.person.moments import MOMENTS

START = date(2025, 1, 1)


def visits(kinds):
    """A visit every third day with two events each; `kinds` gives the interests of a day's number."""
    rows = [
        (START + timedelta(days=day), kind, str(day))
        for day in range(0, 364, 3) for kind in kinds(day)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, ["day", "id", "visit"], orient="row")
    return frame.with_columns(event_type=pl.lit("view"))


def test_the_day_of_a_change_is_found_with_from_and_to():
    found = moments(visits(lambda day: ("toys", "toys") if day < 182 else ("garden", "toys")))
    assert dict(found.schema) == MOMENTS
    assert found.height == 1
    row = found.row(0, named=True)
    assert abs((row["day"] - (START + timedelta(days=182))).days) <= 21
    assert (row["from"], row["to"]) == ("toys", "garden")
    assert row["p"] < 0.01
    assert row["strength"] > 0.3


def test_a_steady_mix_has_none():
    assert moments(visits(lambda day: ("toys", "garden"))).is_empty()


@pytest.mark.parametrize("rows", [0, 4])
def test_too_little_says_nothing(rows):
    found = moments(visits(lambda day: ("toys", "garden")).head(rows))
    assert found.is_empty()
    assert dict(found.schema) == MOMENTS


def test_what_belongs_to_no_interest_says_nothing():
    assert moments(visits(lambda day: ("none", "unsorted"))).is_empty()
