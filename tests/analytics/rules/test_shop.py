import random
from datetime import date, timedelta

import polars as pl
import pytest

from analytics.rules import association_rules, lift_changes, rule_changes, rules
from data.errors import InputError
from data.lists import save_list
from data.scope import Scope

FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=74)


@pytest.fixture
def log(event):
    """Twelve weeks, forty people: p and q are bought alone at first, in the last six weeks always together."""
    draw, rows = random.Random(4), []
    for number in range(600):
        day, person = FIRST + timedelta(days=number // 8), draw.randrange(40)
        late, kind = number >= 336, draw.randrange(6)
        pairs = {0: "pq" if late else "pa", 1: "ab" if late else "qb"}
        for item in pairs.get(kind, draw.sample("abcdefgh", 2)):
            rows.append(event(day, person, item, "toys" if item in "abp" else f"c{item}",
                              country="UK" if person % 2 else "FR"))  # fmt: skip
        rows.append(event(day, person, draw.choice("ab"), type="view", revenue=0.0))
    return [*rows, event(LAST, None, "a"), event(LAST, None, "b")]


@pytest.fixture
def store(make_store, log):
    return make_store(log)


def frame_of(store, where="purchases > 0", by="item"):
    sql = f'SELECT u AS "user", day AS basket, id AS item FROM user_day WHERE u IS NOT NULL AND {where} AND "by" = ?'
    return store.query(sql, [by])


def test_orders_of_a_store_are_the_baskets_of_a_frame(store):
    found = association_rules(store, Scope(), by="item", shown=None)
    plain = rules(frame_of(store)).drop("name_a", "name_b")
    assert found.frame.drop("name_a", "name_b").equals(plain)
    best = found.frame.row(0, named=True)
    assert {best["a"], best["b"]} == {"p", "q"} and best["q"] < 0.05
    assert {best["name_a"], best["name_b"]} == {"Item p", "Item q"}
    orders = frame_of(store).select("user", "basket").n_unique()
    assert found.about == f"{orders} orders of 40 people, {FIRST} to {LAST}."


def test_visits_are_what_people_did_anything_with(store):
    found = association_rules(store, Scope(), by="item", of="visits", shown=None)
    assert found.frame.drop("name_a", "name_b").equals(rules(frame_of(store, "events > 0")).drop("name_a", "name_b"))
    assert " visits of " in found.about


def test_a_log_without_purchases_has_visits(make_store, event):
    log = [event(FIRST, person, item, type="view") for person in range(9) for item in "ab"]
    found = association_rules(make_store(log), Scope(), by="item")
    assert found.about.startswith("9 visits of 9 people")


def test_interests_are_what_a_pair_has_to_hold(store):
    found = association_rules(store, Scope(interests=("a",)), by="item", shown=None).frame
    assert len(found) > 3
    assert all("a" in pair for pair in found.select("a", "b").rows())


def test_a_category_is_one_line_of_a_basket(store):
    found = association_rules(store, Scope(), by="category", shown=None).frame
    plain = rules(frame_of(store, by="category"))
    assert found.equals(plain)


def test_a_segment_and_the_list_of_its_people_are_the_same_baskets(store):
    members = [number for number in range(40) if number % 2]
    number = save_list(store.settings, "odd", members, {})
    of_country = association_rules(store, Scope(segments=(("country", "UK"),)), by="item", shown=None)
    of_list = association_rules(store, Scope(segments=(("list", number),)), by="item", shown=None)
    assert of_country.frame.equals(of_list.frame)
    assert "of 20 people" in of_country.about


def test_windows_are_the_days_they_say(store):
    half = FIRST + timedelta(days=41)
    early, late = (
        frame_of(store, f"day <= DATE '{half}' AND purchases > 0"),
        frame_of(store, f"day > DATE '{half}' AND purchases > 0"),
    )
    one = association_rules(store, Scope(), by="item", window=(half + timedelta(days=1), LAST), shown=None)
    assert one.frame.drop("name_a", "name_b").equals(rules(late).drop("name_a", "name_b"))
    assert association_rules(store, Scope(start=half + timedelta(days=1)), by="item", shown=None).frame.equals(
        one.frame
    )
    both = rule_changes(
        store, Scope(), by="item", before=(FIRST, half), after=(half + timedelta(days=1), LAST), shown=None
    )
    assert both.frame.drop("name_a", "name_b").equals(lift_changes(early, late).drop("name_a", "name_b"))
    first = both.frame.row(0, named=True)
    together = both.frame.filter(pl.col("a").is_in(["p", "q"]) & pl.col("b").is_in(["p", "q"])).row(0, named=True)
    assert together["together_before"] < 10
    assert together["verdict"] == "up"
    assert first["p"] == both.frame["p"].min()
    assert f"{FIRST} to {half} and" in both.about


def test_a_large_log_is_counted_by_a_part_of_its_people(store, monkeypatch):
    monkeypatch.setattr("analytics.rules.shop.LARGEST", 500)
    found = association_rules(store, Scope(), by="item", shown=None)
    assert "One person of 3 was counted." in found.about
    assert found.frame.drop("name_a", "name_b").equals(
        rules(frame_of(store, "purchases > 0 AND u % 3 = 0")).drop("name_a", "name_b")
    )


def test_cut_baskets_are_told(make_store, event):
    log = [event(FIRST, person, f"i{n}") for person in range(6) for n in range(120 if person < 2 else 5)]
    about = association_rules(make_store(log), Scope(), by="item").about
    assert about.endswith("Of 2 with more than 100 lines, 100 lines were taken by lot.")


def test_wrong_questions_are_refused(store, make_store):
    with pytest.raises(InputError, match=r"This log has no brand. Choose one of: category, item."):
        association_rules(store, Scope(), by="brand")
    with pytest.raises(InputError, match=r"`of` cannot be 'carts'. Choose one of: orders, visits."):
        association_rules(store, Scope(), by="item", of="carts")
    with pytest.raises(InputError, match=r"`items` has to be from 2 to 1000, found 5000."):
        association_rules(store, Scope(), by="item", items=5000)
    with pytest.raises(
        InputError, match=r"The window 2020-01-01 to 2020-02-01 lies outside the complete days of the log"
    ):
        association_rules(store, Scope(), by="item", window=(date(2020, 1, 1), date(2020, 2, 1)))
