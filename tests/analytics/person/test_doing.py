"""What one person did, with the interest of each event; and whom one can look at."""

import pytest

from analytics.person import base_mix, events_of, known_person, listed
from analytics.person.doing import EVENT_SCHEMA
from data.errors import InputError
from data.scope import Scope
from data.store import open_store

HEADER = "event_time,event_type,user_id,item_id,item_name,category,query,session_id,country"
ROWS = (
    "2026-01-01 10:00:00,view,ann,i1,Red mug,kitchen,,s1,France",
    "2026-01-01 10:05:00,search,ann,,,,Mugs,s1,France",
    "2026-01-03 23:30:00,purchase,ann,i1,Red mug,kitchen,,,France",
    "2026-01-04 10:00:00,refund,ann,i1,Red mug,kitchen,,,France",
    "2026-01-05 10:00:00,view,ann,i3,Thing,,,,France",
    "2026-01-02 10:00:00,view,bob,i2,Spade,garden,,,Spain",
    "2026-01-02 10:01:00,view,,i2,Spade,garden,,,Spain",
)


@pytest.fixture
def store(stores, write_csv):
    opened = open_store(stores.of(write_csv("log.csv", *ROWS, header=HEADER)))
    assert opened is not None
    return opened


def test_events_come_in_order_with_their_interest_and_weight(store):
    (ann,) = listed(store, Scope(segments=(("country", "France"),)))["user_no"]
    frame = events_of(store, user_no=ann, by="category")
    assert dict(frame.schema) == EVENT_SCHEMA
    assert frame["event_type"].to_list() == ["view", "search", "purchase", "refund", "view"]
    assert frame["id"].to_list() == ["kitchen", "none", "kitchen", "kitchen", "none"]
    assert frame["item"].to_list() == ["Red mug", None, "Red mug", "Red mug", "Thing"]
    assert frame["query"].to_list()[1] == "mugs"
    assert frame["weight"].to_list() == [1, 1, 5, -5, 1]
    assert frame["visit"].to_list() == ["s1", "s1", "2026-01-03", "2026-01-04", "2026-01-05"]


def test_items_are_interests_of_their_own(store):
    (ann,) = listed(store, Scope(segments=(("country", "France"),)))["user_no"]
    frame = events_of(store, user_no=ann, by="item")
    assert frame["id"].to_list() == ["I1", "none", "I1", "I1", "I3"]
    assert frame["name"].to_list() == ["Red mug", "none", "Red mug", "Red mug", "Thing"]


def test_the_most_active_stand_first(store):
    frame = listed(store, Scope())
    assert frame["events"].to_list() == [4, 1]
    assert listed(store, Scope(), most=1).height == 1
    assert frame["country"].to_list() == ["France", "Spain"]


def test_everybodys_mix_leaves_out_what_belongs_to_nothing(store):
    assert dict(base_mix(store, by="category").iter_rows()) == pytest.approx({"kitchen": 0.5, "garden": 0.5})
    assert base_mix(store, by="item")["share"].sum() == pytest.approx(1)


def test_somebody_unknown_is_said_so(store):
    assert known_person(store, user_no=listed(store, Scope())["user_no"][0])["events"] == 4
    with pytest.raises(InputError, match="There is no person of that code in this store"):
        known_person(store, user_no=5)
    assert events_of(store, user_no=5, by="category").is_empty()


def test_an_interest_that_the_log_lacks_is_refused(store):
    with pytest.raises(InputError, match="`by` cannot be 'theme'"):
        events_of(store, user_no=5, by="theme")
