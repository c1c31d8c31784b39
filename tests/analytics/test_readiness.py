from datetime import date, timedelta

import polars as pl
import pytest

from analytics.readiness import readiness

FIRST = date(2022, 1, 3)


def rows(store):
    return {row["page"]: row for row in readiness(store).iter_rows(named=True)}


def log(event, weeks, **about):
    return [event(FIRST, **about), event(FIRST + timedelta(days=7 * weeks - 1), **about)]


def test_columns_are_the_contract(make_store, event):
    frame = readiness(make_store(log(event, 2)))
    assert frame.schema == dict.fromkeys(["page", "state", "reason", "unlock"], pl.String)
    assert set(frame["state"]) <= {"ready", "partial", "needs"}
    assert frame.filter((pl.col("state") == "ready") != (pl.col("unlock") == "")).is_empty()


@pytest.mark.parametrize(
    ("weeks", "trends", "cohorts", "last_year", "season"),
    [
        (3, "needs", "partial", "needs", "needs"), (8, "partial", "partial", "needs", "needs"),
        (55, "ready", "ready", "needs", "needs"), (56, "ready", "ready", "ready", "needs"),
        (104, "ready", "ready", "ready", "partial"), (156, "ready", "ready", "ready", "ready"),
    ],
)  # fmt: skip
def test_length_unlocks_pages_and_questions(make_store, event, weeks, trends, cohorts, last_year, season):
    found = rows(make_store(log(event, weeks)))
    states = [row["state"] for row in found.values()][:4]
    assert states == [trends, cohorts, last_year, season]


def test_what_is_lacking_is_said_in_numbers(make_store, event):
    found = rows(make_store(log(event, 104)))
    assert found["Compare with last year"]["reason"] == "104 complete weeks reach back over a year."
    season = found["Take the season of the year out"]
    assert (
        season["reason"]
        == "2.0 years of complete weeks: each season was seen twice, enough to compare, not enough to know it."
    )
    assert season["unlock"] == "52 more weeks of the log."


def test_people_are_needed_for_cohorts(make_store, event):
    nobody = rows(make_store(log(event, 30, user=None)))["Cohort evolution"]
    assert (nobody["state"], nobody["reason"]) == ("needs", "No event names its person.")
    some = rows(make_store([*log(event, 30), *log(event, 30, user=None), event(FIRST, None)]))["Cohort evolution"]
    assert (some["state"], some["reason"]) == (
        "partial",
        "1 people; 40% of events name theirs: the rest is invisible here.",
    )


def test_where_interests_come_from_is_told(make_store, event):
    name = "Interests of the shop's own making"
    assert rows(make_store(log(event, 30)))[name]["state"] == "ready"
    themes = rows(make_store(log(event, 30, category=None, theme="t1")))[name]
    assert (themes["state"], themes["reason"]) == ("partial", "No category in the log; themes stand in.")
    assert rows(make_store(log(event, 30, category=None)))[name]["state"] == "needs"


def test_searches_and_reviews_are_looked_up_in_the_receipts(make_store, event, monkeypatch):
    class Row:
        def __init__(self, types):
            self.receipt = {"events_by_type": types}

    store, name = make_store(log(event, 30)), "Searches and reviews"
    assert rows(store)[name]["state"] == "needs"
    monkeypatch.setattr("data.ledger.imports", lambda *_, **__: [Row({"search": 5}), Row({"search": 7, "view": 1})])
    assert (rows(store)[name]["state"], rows(store)[name]["reason"]) == ("partial", "12 searches in the log.")
    monkeypatch.setattr("data.ledger.imports", lambda *_, **__: [Row({"search": 5, "review": 3})])
    assert rows(store)[name]["reason"] == "5 searches and 3 reviews in the log."


def test_an_empty_store_needs_everything(make_store):
    assert set(readiness(make_store([]))["state"]) == {"needs"}
