from datetime import date

from analytics.figures import colours, interest_colours
from analytics.figures.colours import GREY, HUES, PALETTE


def test_the_first_eight_differ_in_hue_and_24_differ_at_all():
    found = colours([f"t{number}" for number in range(30)])
    assert list(found.values())[:8] == list(HUES)
    assert len(set(found.values())) == len(PALETTE) == 24


def test_what_is_no_interest_is_grey_and_takes_no_colour_away():
    assert colours(["unsorted", "a", "others", "b"]) == {"unsorted": GREY, "a": HUES[0], "others": GREY, "b": HUES[1]}


def test_an_interest_keeps_its_colour_whatever_is_shown(make_store, event):
    store = make_store([event(date(2024, 1, 1), 1, "c", "books")] * 2 + [event(date(2024, 1, 1), 1, "a", "toys")])
    assert interest_colours(store, by="category") == {"books": HUES[0], "toys": HUES[1]}
