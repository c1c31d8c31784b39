from datetime import date, timedelta

import pytest
from polars.testing import assert_frame_equal

from analytics.diversity import diversity_change, interest_diversity, interest_lives, lives
from data.errors import InputError
from data.scope import Scope

FIRST = date(2024, 1, 1)
BEFORE, AFTER = (FIRST, FIRST + timedelta(days=55)), (FIRST + timedelta(days=56), FIRST + timedelta(days=111))
KINDS = ("toys", "books", "games", "tea", None)


@pytest.fixture
def store(make_store, event):
    """Sixteen weeks: twelve people come each second day for one thing after another, the odd later for toys only."""
    log = []
    for number in range(56):
        for person in range(12):
            late = number >= 28 and person % 2
            kind = "toys" if late and number % 7 else KINDS[(number + person) % 5]
            log.append(event(FIRST + timedelta(days=2 * number), person, str(kind), kind,
                             country="UK" if person % 2 else "FR"))  # fmt: skip
    return make_store([*log, event(AFTER[1], None, "toys", "toys")])


def counts(store, group, unit, days):
    sql = f"""SELECT {group} AS "group", {unit} AS unit, id AS interest, sum(events) AS n FROM user_day
        WHERE "by" = 'category' AND id <> 'none' AND u IS NOT NULL AND day BETWEEN ? AND ? GROUP BY ALL"""
    return store.query(sql, days)


@pytest.mark.parametrize(
    ("of", "group", "unit"), [("everybody", "''", "u"), ("country", "country", "u"), ("user", "u::VARCHAR", "day")]
)
def test_it_is_what_the_frames_say(store, of, group, unit):
    found = interest_diversity(store, Scope(), by="category", of=of, before=BEFORE, after=AFTER)
    parts = [counts(store, group, unit, days) for days in (BEFORE, AFTER)]
    # Sums of floats in another order: equal but for the last digits.
    assert_frame_equal(found, diversity_change(*parts, level=0.1 if of == "user" else 0.05), check_row_order=False)


def test_who_turned_to_one_thing_is_narrower(store):
    people = interest_diversity(store, Scope(), by="category", of="user", before=BEFORE, after=AFTER)
    narrower = people.filter(verdict="narrower")["group"].to_list()
    assert sorted(narrower, key=int) == ["1", "3", "5", "7", "9", "11"]
    country = interest_diversity(store, Scope(), by="category", of="country", before=BEFORE, after=AFTER)
    assert dict(country.select("group", "verdict").rows())["UK"] == "narrower"


def test_a_segment_chooses_the_people(store):
    scope = Scope(segments=(("country", "FR"),))
    found = interest_diversity(store, scope, by="category", before=BEFORE, after=AFTER)
    assert (found["units_before"][0], found["verdict"][0]) == (6, "no clear change")
    by_rfm = interest_diversity(store, Scope(segments=(("rfm", "others"),)), by="category", of="cohort", window=56)
    assert by_rfm["units_after"].to_list() == [6]


def test_lives_are_those_of_the_frame_with_names(store):
    found = interest_lives(store, Scope(), by="category", days=(FIRST, AFTER[1]))
    sql = """SELECT DISTINCT u AS "user", day, id AS interest FROM user_day
        WHERE "by" = 'category' AND id <> 'none' AND u IS NOT NULL"""
    plain = lives(store.query(sql), FIRST, AFTER[1])
    assert found.drop("name").sort("interest").equals(plain)
    assert found.columns[-1] == "name" and "none" not in found["interest"].to_list()
    some = interest_lives(store, Scope(interests=("toys",), segments=(("country", "UK"),)), by="category")
    assert some.select("interest", "users").rows() == [("toys", 6)]


def test_wrong_questions_are_refused(store):
    with pytest.raises(
        InputError, match=r"`of` cannot be 'colour'. Choose one of: everybody, user, country, cohort, rfm."
    ):
        interest_diversity(store, Scope(), by="category", of="colour")
    with pytest.raises(InputError, match=r"This log has no theme."):
        interest_lives(store, Scope(), by="theme")
