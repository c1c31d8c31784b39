from datetime import date

import pytest

from analytics.people import people
from data.errors import InputError
from data.lists import save_list
from data.scope import Scope


@pytest.fixture
def store(make_store, event):
    return make_store([event(date(2024, 1, 1), 1, country="UK"), event(date(2024, 1, 2), 2, country="FR")])


def test_nobody_chosen_is_everybody(store):
    assert people(store, Scope()).everybody


def test_one_segment_lies_ready(store):
    who = people(store, Scope(segments=(("country", "FR"),)))
    assert (who.ready, who.segment, who.value) == (True, "country", "FR")


def test_two_segments_are_looked_up(store):
    who = people(store, Scope(segments=(("country", "FR"), ("rfm", "others"))))
    assert not who.ready
    assert who.params == {"country": "FR", "rfm": "others"}


def test_a_list_is_its_members(store):
    number = save_list(store.settings, "two", [2], {})
    assert people(store, Scope(segments=(("list", number),))).params == {"list": [2]}


def test_an_unknown_list_is_refused(store):
    with pytest.raises(InputError, match=r"list"):
        people(store, Scope(segments=(("list", "99"),)))


def test_an_unknown_segment_names_the_known_ones(store):
    with pytest.raises(InputError, match=r"This log has no segment 'age'. Choose one of: country, cohort, rfm, list."):
        people(store, Scope(segments=(("age", "30"),)))


def test_an_unknown_value_names_the_known_ones(store):
    with pytest.raises(InputError, match=r"The segment 'country' has no value 'DE'. It has: FR, UK."):
        people(store, Scope(segments=(("country", "DE"),)))


def test_the_same_segment_twice_is_refused(store):
    with pytest.raises(InputError, match=r"A segment can be used once, found country, country."):
        people(store, Scope(segments=(("country", "FR"), ("country", "UK"))))


def test_an_attribute_of_the_log_stands_alone(make_store, event):
    store = make_store([event(date(2024, 1, 1), 1)], segments=["country", "rfm", "colour"])
    with pytest.raises(InputError, match=r"has no value 'red'"):
        people(store, Scope(segments=(("colour", "red"),)))


def test_an_attribute_beside_another_segment_is_refused(store, monkeypatch):
    monkeypatch.setattr("analytics.people._check", lambda *_: None)
    with pytest.raises(InputError, match=r"The segment 'colour' is counted by itself and for interests only"):
        people(store, Scope(segments=(("colour", "red"), ("country", "FR"))))
