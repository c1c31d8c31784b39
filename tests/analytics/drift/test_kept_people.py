"""People kept over an import: who did something else is counted, and the answer is that of a fresh count."""

import random
import shutil
from datetime import date, timedelta

import polars as pl
import pytest

import analytics.drift.kept_people as module
from analytics.drift.counted import Question
from analytics.drift.counted import blocks as counted
from analytics.drift.kept_people import people_drift, prints
from analytics.drift.last_year import last_year
from analytics.windows import Window
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.scope import Scope
from data.store import open_store

BEFORE = Window(date(2025, 1, 6), date(2025, 2, 2))
AFTER = Window(date(2025, 2, 3), date(2025, 3, 2))
YEAR = timedelta(days=364)
HEADER = "event_time,event_type,user_id,item_id,item_name,category,session_id"
KINDS = ("toys", "books", "games", "cups", "tea")


def look(day, minute, person, kind, session=""):
    return f"{day} {10 + minute // 60}:{minute % 60:02}:00,view,{person},i-{kind},Thing,{kind},{session}"


def log():
    """Forty people in both windows and a year earlier, when games went up; b0 came only on the day before them."""
    draw = random.Random(5)
    rows = [look(BEFORE.start - YEAR - timedelta(days=9), 1, "u0", "toys"), look(AFTER.end + YEAR / 7, 1, "u0", "toys")]
    rows.append(look(BEFORE.start - timedelta(days=1), 5, "b0", "toys"))
    rows += [look(AFTER.end, 830, f"u{number}", "toys", f"late{number}") for number in (1, 5)]
    for number in range(40):
        taste = [draw.random() ** 2 + 0.02 for _ in KINDS]
        for window in (BEFORE, AFTER, BEFORE.moved(-YEAR), AFTER.moved(-YEAR)):
            weights = list(reversed(taste)) if window is AFTER and number < 6 else taste[:]
            weights[2] *= 2 if window.start in (AFTER.start, AFTER.start - YEAR) else 1
            for visit in range(7 + number % 5):
                day = window.start + timedelta(days=2 * visit)
                session = f"s{number}-{day}" if number % 2 else ""
                for minute in range(3 + draw.randrange(3)):
                    rows.append(look(day, 7 * minute + number, f"u{number}", *draw.choices(KINDS, weights), session))
    return rows


MORE = [
    *(look(AFTER.start + timedelta(days=3), minute, "u3", "tea") for minute in range(400, 405)),
    look(BEFORE.start + timedelta(days=1), 300, "n0", "toys"),
    look(AFTER.end + timedelta(days=1), 300, "u9", "toys"),
    look(AFTER.end + timedelta(days=1), 300, "u5", "toys", "another"),
    f"{AFTER.end + timedelta(days=1)} 00:05:00,view,u1,i-tea,Thing,tea,late1",
    look(BEFORE.end + timedelta(days=40), 300, "u10", "cups"),
]
"""u3 did more after, u1 went on over midnight, n0 is new; u5, u9 and u10 did more when nobody asks."""


def write(path, rows):
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


@pytest.fixture
def shop(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LEAST_PEOPLE", 0)
    monkeypatch.setattr("analytics.drift.last_year.NOTABLE", 2.0)
    import_file(settings, write(tmp_path / "log.csv", log()), ImportOptions())
    return settings


@pytest.fixture
def asked(monkeypatch):
    """Whom each count is about: None for everybody."""
    seen = []

    def blocks(question, only=None):
        seen.append(None if only is None else only.to_list())
        return counted(question, only)

    monkeypatch.setattr(module, "blocks", blocks)
    return seen


def drift(settings, scope=None, *, seasonal=True):
    store = open_store(settings)
    question = Question(store, scope or Scope(), "category", BEFORE, AFTER)
    try:
        return people_drift(question, last_year(question) if seasonal else None), prints(question)
    finally:
        store.close()


def fresh(settings, **knobs):
    shutil.rmtree(settings.var / "kept")
    return drift(settings, **knobs)[0]


@pytest.mark.parametrize("seasonal", [True, False])
def test_an_import_counts_those_who_did_something_else(shop, tmp_path, asked, seasonal):
    first, _ = drift(shop, seasonal=seasonal)
    assert asked == [None]
    assert drift(shop, seasonal=seasonal)[0].equals(first) and asked == [None]
    import_file(shop, write(tmp_path / "more.csv", MORE), ImportOptions())
    found, now = drift(shop, seasonal=seasonal)
    assert len(asked) == 2 and len(asked[1]) == 3
    assert set(asked[1]) < set(now["user"])
    assert not found.equals(first)
    assert found.equals(fresh(shop, seasonal=seasonal))
    assert found.filter(verdict="changed").height > 0


def test_an_undo_and_a_rebuild_are_seen_too(shop, tmp_path, asked):
    first, _ = drift(shop)
    done = import_file(shop, write(tmp_path / "more.csv", MORE), ImportOptions())
    drift(shop)
    undo_import(shop, done["import"])
    again, _ = drift(shop)
    assert [None if each is None else len(each) for each in asked] == [None, 3, 2]
    told = first.columns[1:]
    assert again.select(told).equals(fresh(shop).select(told)) and again.select(told).equals(first.select(told))


def test_an_item_that_moves_to_another_interest_counts_for_all_who_saw_it(shop, tmp_path, asked):
    drift(shop)
    moved = [
        look(AFTER.end + timedelta(days=20), number, "x1", "tea").replace(",tea,", ",soap,") for number in range(9)
    ]
    more = [row for number in range(90) for row in (each.replace("10:", f"{10 + number % 9}:") for each in moved)]
    many = [
        row.replace("2025-03-22", str(date(2025, 3, 22) + timedelta(days=n))) for n in range(30) for row in more[:81]
    ]
    import_file(shop, write(tmp_path / "moved.csv", sorted(set(many))), ImportOptions())
    found, _ = drift(shop)
    assert asked[1] is None or len(asked[1]) > 20
    assert found.equals(fresh(shop))


def test_another_season_counts_everybody_anew(shop, tmp_path, asked):
    drift(shop)
    late = [look(AFTER.start - YEAR + timedelta(days=2), 500 + n, f"u{n}", "tea") for n in range(20)]
    import_file(shop, write(tmp_path / "late.csv", late), ImportOptions())
    found, _ = drift(shop)
    assert asked == [None, None]
    assert found.equals(fresh(shop))


def test_whoever_has_a_season_of_their_own_is_counted_again(shop, asked, monkeypatch):
    monkeypatch.setattr("analytics.drift.last_year.NOTABLE", 0.06)
    first, now = drift(shop)
    again, _ = drift(shop)
    assert 0 < len(asked[1]) < now.height and again.equals(first)
    assert again.equals(fresh(shop))


def test_a_segment_and_a_small_shop_keep_nothing(shop, asked, monkeypatch):
    monkeypatch.setattr(module, "LEAST_PEOPLE", 1_000)
    drift(shop)
    assert asked == [None] and not (shop.var / "kept" / "people").exists()
    assert isinstance(drift(shop)[0], pl.DataFrame)
