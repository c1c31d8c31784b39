import pytest

from analytics.choices import chosen, chosen_by, chosen_deep, segment_of
from data.errors import InputError


def test_a_wrong_knob_names_what_was_found_and_what_is_allowed():
    with pytest.raises(InputError, match=r"`grain` cannot be 'year'. Choose one of: day, week."):
        chosen("grain", "year", ("day", "week"))


def test_an_interest_that_the_log_lacks_is_said_to_be_lacking():
    with pytest.raises(InputError, match=r"This log has no brand. Choose one of: all, theme, segment:country."):
        chosen_by("brand", ("theme",), ("country",))


def test_a_word_that_is_no_interest_is_refused():
    with pytest.raises(InputError, match=r"`by` cannot be 'colour'. Choose one of: theme."):
        chosen_by("colour", ("theme",), everything=False)


def test_lines_can_be_the_values_of_a_segment():
    assert chosen_by("segment:country", ("theme",), ("country",)) == "segment:country"
    assert segment_of("segment:country") == "country"


def test_a_log_without_categories_or_themes_says_so():
    with pytest.raises(InputError, match=r"not followed by item, and this log has no category or theme to follow them"):
        chosen_deep("item", ["item"], ["all"], everything=False)
    with pytest.raises(InputError, match=r"not followed by item. Choose one of: all\."):
        chosen_deep("item", ["item"], ["all"])
    assert chosen_deep("theme", ["theme", "item"], ["all", "theme"], everything=False) == "theme"
