"""Planted movers are found in a published store, with names, by their lasting numbers."""

import json
import random
from datetime import date, timedelta

import polars as pl
import pytest

import analytics.drift.kept as kept_module
import analytics.drift.movers as module
from analytics.__main__ import main
from analytics.drift.movers import MOVER_SCHEMA, mover, movers
from analytics.sentences import drift as sentences
from analytics.windows import Window
from data.errors import InputError
from data.ingest import ImportOptions
from data.lists import members, user_ids
from data.pipeline import import_file
from data.scope import Scope
from data.settings import Settings
from data.store import open_store

BEFORE = Window(date(2025, 1, 6), date(2025, 2, 2))
AFTER = Window(date(2025, 2, 3), date(2025, 3, 2))
KNOBS = {"by": "category", "before": BEFORE, "after": AFTER}
KINDS = ("toys", "books", "games")


def lines():
    """Thirty people who come every other day; m0 to m5 turn from toys to books in the second window. s0 came twice."""
    draw, rows = random.Random(5), []
    for number in range(30):
        person, moves = (f"m{number}" if number < 6 else f"u{number}"), number < 6
        for window in (BEFORE, AFTER):
            weights = (1, 9, 1) if moves and window is AFTER else (9, 1, 1) if moves else (4, 3, 3)
            for visit in range(14):
                day = window.start + timedelta(days=2 * visit)
                for look in range(3):
                    kind = draw.choices(KINDS, weights)[0]
                    rows.append(f"{day} {8 + look}:{number:02d}:00,view,{person},i-{kind},Thing,{kind}")
    rows += [f"{window.start} 23:00:00,view,s0,i-toys,Thing,toys" for window in (BEFORE, AFTER)]
    rows += [f"{day} 12:00:00,view,u7,i-toys,Thing,toys" for day in (date(2025, 1, 5), date(2025, 3, 3))]
    return rows


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("movers")
    found = Settings(var=folder / "var", themes=False)
    header = "event_time,event_type,user_id,item_id,item_name,category"
    (folder / "log.csv").write_text("\n".join([header, *lines()]) + "\n")
    import_file(found, folder / "log.csv", ImportOptions())
    return found


@pytest.fixture
def store(settings):
    return open_store(settings)


def ids_of(settings, people):
    known = dict(user_ids(settings, people).iter_rows())
    return [known[number] for number in people]


def test_the_movers_are_named_with_from_and_to(store, settings):
    found = movers(store, Scope(), **KNOBS)
    assert dict(found.people.schema) == MOVER_SCHEMA
    named = ids_of(settings, found.people["user_no"].to_list())
    assert {f"m{number}" for number in range(6)} <= set(named) and len(named) <= 8
    moved = found.people.filter(pl.Series([name.startswith("m") for name in named]))
    assert set(moved["from"]) == {"toys"} and set(moved["to"]) == {"books"} and moved["strength"].min() > 0.3
    assert (found.tested, found.not_enough, found.drifted) == (30, 1, len(named))
    assert found.people["p"].max() == found.cut and found.people["q"].max() <= found.level == 0.1
    assert found.season is None and found.share is not None and found.share.share > 0


def test_an_interest_keeps_those_who_left_it_or_took_it_up(store):
    everybody = movers(store, Scope(), **KNOBS)
    books = movers(store, Scope(interests=("books",)), **KNOBS)
    touched = everybody.people.filter((pl.col("from") == "books") | (pl.col("to") == "books"))
    assert books.people.equals(touched) and books.tested == everybody.tested
    assert movers(store, Scope(interests=("nothing",)), **KNOBS).drifted == 0


def test_one_person_is_explained(store, settings):
    person = next(n for n in movers(store, Scope(), **KNOBS).people["user_no"] if ids_of(settings, [n]) == ["m0"])
    found = mover(store, Scope(), user_no=person, **KNOBS)
    assert (found["name"][0], found["name"][-1]) == ("books", "toys")
    assert found["residual"][0] > 2 > -2 > found["residual"][-1]
    assert found["before"].sum() == found["after"].sum() == 42


def test_a_person_that_is_not_there_is_refused(store):
    with pytest.raises(InputError, match="There is no person 5 in this store. Choose one from the list of movers."):
        mover(store, Scope(), user_no=5, **KNOBS)


def test_the_sentence_says_how_many_and_what_most_did(store):
    found = movers(store, Scope(), **KNOBS)
    said = sentences.people(found)
    assert said.startswith("30 people can be judged (1 have too few events or visits): of ")
    assert "Most often from 'toys' to 'books'" in said


def test_nobody_to_judge_is_said(store):
    week = {
        "before": Window(date(2025, 1, 6), date(2025, 1, 12)),
        "after": Window(date(2025, 1, 13), date(2025, 1, 19)),
    }
    found = movers(store, Scope(), by="category", **week)
    assert (found.tested, found.drifted, found.share) == (0, 0, None)
    assert sentences.people(found).startswith("Nobody can be judged: 31 people came, none with 20 events and 6 visits")


def command(capsys, settings, monkeypatch, *arguments):
    monkeypatch.setenv("TIDELINE_VAR", str(settings.var))
    code = main([*arguments])
    out, err = capsys.readouterr()
    return code, out, err


WINDOWS = ("--before", "2025-01-06:2025-02-02", "--after", "2025-02-03:2025-03-02")


def test_drift_answers_as_the_contract_says(settings, capsys, monkeypatch):
    code, out, err = command(capsys, settings, monkeypatch, "drift", *WINDOWS, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["windows"] == {"before": ["2025-01-06", "2025-02-02"], "after": ["2025-02-03", "2025-03-02"]}
    assert set(found["population"]) == {"p", "effect", "interval", "verdict"} and found["season"] is None
    books = next(row for row in found["interests"] if row["interest"] == "books")
    assert set(books) == {
        "interest", "name", "share_before", "share_after", "change", "interval", "p", "q", "verdict", "parts",
    }  # fmt: skip
    assert books["parts"]["season"] is None
    assert sum(value or 0 for value in books["parts"].values()) == pytest.approx(books["change"], abs=1e-9)
    assert found["users"]["tested"] == 30 and found["users"]["not_enough_data"] == 1 and found["users"]["drifted"] >= 6


def test_who_moved_writes_the_shops_own_ids(settings, capsys, monkeypatch, tmp_path):
    file = tmp_path / "movers.csv"
    code, _, err = command(capsys, settings, monkeypatch, "who-moved", *WINDOWS, "--out", str(file), "--save", "Movers")
    assert code == 0 and "it is clear that interest moved" in err
    frame = pl.read_csv(file)
    assert frame.columns == [
        "user_id", "from", "to", "strength", "p", "q", "events_before", "events_after", "visits_before", "visits_after",
    ]  # fmt: skip
    assert {f"m{number}" for number in range(6)} <= set(frame["user_id"])
    assert sorted(ids_of(settings, members(settings, "1"))) == sorted(frame["user_id"])


def test_windows_nobody_chose_are_explained(settings, capsys, monkeypatch):
    code, out, _ = command(capsys, settings, monkeypatch, "drift", "--json")
    assert code == 0 and json.loads(out)["chosen"].startswith("Windows of 28 days, the shortest there is: 30 of the 31")


def test_drift_by_item_is_refused(settings, capsys, monkeypatch):
    code, _, err = command(capsys, settings, monkeypatch, "drift", "--by", "item")
    assert (code, err) == (1, "Drift is told by category, found 'item'. Choose --by category.\n")


def test_the_second_who_asks_gets_the_answer_that_was_kept(store, monkeypatch):
    monkeypatch.setattr(kept_module, "LEAST_SECONDS", 0.0)
    first = movers(store, Scope(), **KNOBS)
    monkeypatch.setattr(module, "people_drift", lambda *about: pytest.fail("counted again"))
    again = movers(store, Scope(), **KNOBS)
    assert again.people.equals(first.people) and dict(again.people.schema) == MOVER_SCHEMA
    assert (again.tested, again.not_enough, again.level, again.cut, again.share, again.season) == (
        first.tested, first.not_enough, first.level, first.cut, first.share, first.season
    )  # fmt: skip
    assert again.share.share == first.share.share
