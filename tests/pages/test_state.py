"""The scope that a URL means: open, half and reversed date ranges, one value per attribute."""

from datetime import date
from types import SimpleNamespace

import pytest

from pages.shared import state

META = SimpleNamespace(
    first_day=date(2009, 12, 1), last_day=date(2011, 12, 9), default_by="theme", segments=("country", "rfm")
)
FIRST, LAST = META.first_day, META.last_day


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((), (None, None)),
        ((date(2010, 1, 5),), (date(2010, 1, 5), None)),
        ((date(2010, 1, 5), date(2010, 2, 5)), (date(2010, 1, 5), date(2010, 2, 5))),
        ((date(2010, 2, 5), date(2010, 1, 5)), (date(2010, 1, 5), date(2010, 2, 5))),
        ((FIRST, LAST), (None, None)),
        ((FIRST,), (None, None)),
    ],
    ids=["none", "half", "whole", "reversed", "all of the log", "from its start"],
)
def test_date_range(chosen, expected):
    assert state.date_range(chosen, META) == expected


def test_segments_one_per_attribute():
    assert state.segment_pairs(["country: Germany", "rfm: at risk", "country: France"]) == (
        ("country", "France"),
        ("rfm", "at risk"),
    )


def test_saved_list_is_its_id_whatever_its_name():
    assert state.segment_pairs(["list: 12 Christmas: movers"]) == (("list", "12"),)


def test_option_round_trip():
    for name, value in (("country", "United Kingdom"), ("colour", "a: b")):
        assert state.segment_pairs([state.segment_option(name, value)]) == ((name, value),)
