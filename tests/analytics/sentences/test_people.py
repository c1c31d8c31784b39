"""What is said of one person: no more than is known."""

from datetime import date, timedelta

import polars as pl
import pytest

from analytics.person.moments import MOMENTS
from analytics.sentences import people as sentences

NAMES = {"a": "Candles", "b": "Garden"}
TODAY = date(2026, 7, 1)
BEFORE = TODAY - timedelta(days=182)


def vector(then, now, effective=(20.0, 30.0)):
    """Shares of a and b on two days half a year apart."""
    rows = [(day, line, share) for day, mix in ((BEFORE, then), (TODAY, now))
            for line, share in zip(("a", "b", "others"), (*mix, 1 - sum(mix)), strict=True)]  # fmt: skip
    shares = pl.DataFrame(rows, ["day", "id", "share"], orient="row")
    known = pl.DataFrame({"day": [BEFORE, TODAY], "weight": effective, "effective": effective})
    return shares, known


def test_now_beside_half_a_year_ago():
    assert sentences.turned("P-1", *vector((0.5, 0.1), (0.2, 0.4)), NAMES) == (
        "P-1 is now first of all about 'Garden' (40 %); half a year ago it was 'Candles' (50 %). That stands on what "
        "counts as 30 events of today."
    )
    assert sentences.turned("P-1", *vector((0.5, 0.1), (0.6, 0.4)), NAMES).startswith(
        "P-1 stays with 'Candles' (60 %); half a year ago it was 50 %."
    )


def test_a_past_that_is_hardly_known_is_not_compared():
    said = sentences.turned("P-1", *vector((0.5, 0.1), (0.2, 0.4), (2.0, 30.0)), NAMES)
    assert said.startswith("P-1 is now first of all about 'Garden' (40 %). That stands")


def test_little_is_said_of_a_person_of_whom_little_is_known():
    assert "Little is known of P-1 now" in sentences.turned("P-1", *vector((0.5, 0.1), (0.2, 0.4), (9.0, 2.0)), NAMES)
    shares, known = vector((0.5, 0.1), (0.2, 0.4))
    assert "nothing to follow" in sentences.turned("P-1", shares, known.clear(), NAMES)
    assert "nothing to follow" in sentences.turned("P-1", shares.filter(id="others"), known, NAMES)


def test_changes_are_named_with_their_p():
    one = pl.DataFrame([{"day": date(2026, 3, 2), "p": 0.003, "from": "a", "to": "b", "strength": 0.3}], MOMENTS)
    assert sentences.changed(one, NAMES) == (
        "The mix clearly changed around 2 Mar 2026 from 'Candles' to 'Garden' (p = 0.003). p counts every day that was "
        "looked at; the season is not taken off."
    )
    assert sentences.changed(one.clear(), NAMES).startswith("At no time did the mix clearly change")


@pytest.fixture
def events():
    return pl.DataFrame({
        "day": [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)], "event_type": ["view", "purchase", "refund"],
        "id": ["a", "none", "a"], "name": ["Candles", "none", "Candles"],
    })  # fmt: skip


def test_what_was_done_in_a_sentence(events):
    assert sentences.did("P-1", events) == (
        "P-1 made 2 events from 5 Jan 2026 to 6 Jan 2026, 1 of them purchases; most in 'Candles' (1)."
    )
    assert "none of them a purchase" in sentences.did("P-1", events.head(1))
    assert sentences.did("P-1", events.tail(1)) == "P-1 did nothing on these days."


def test_what_comes_next():
    items = pl.DataFrame({"name": ["RED MUG"], "score": [0.034], "because": ["BLUE MUG, bought on 3 May 2026"]})
    interests = pl.DataFrame({
        "name": ["Candles", "Garden"], "now": [0.1, 0.3], "next": [0.2, 0.3], "low": [0.15, 0.2], "high": [0.3, 0.4]
    })  # fmt: skip
    assert sentences.ahead(items, interests) == (
        "Next comes most likely 'RED MUG' (3.4 %), because of BLUE MUG, bought on 3 May 2026. Expected to gain over "
        "the next 28 days: 'Candles' (10 % to 20 %)."
    )
    assert sentences.ahead(items, interests.tail(1)).endswith("is expected to clearly gain over the next 28 days.")
    assert sentences.ahead(items, interests.clear()).endswith("bought on 3 May 2026.")
    assert sentences.ahead(items.clear(), interests) == "Nothing can be said of what comes next."


def test_an_item_without_a_reason_has_none():
    assert sentences.because([]) == ""
    assert sentences.because([{"event": "MUG, viewed", "effect": -0.1}]) == ""
