import json
import random
from datetime import date, timedelta

import polars as pl
import pytest

import analytics.drift.kept as kept_module
import analytics.drift.windows as module
from analytics.drift.found import answer
from analytics.drift.interests import INTEREST_SCHEMA
from analytics.drift.parts import PARTS
from analytics.drift.windows import _season, _sides, default_windows, interest_drift
from analytics.windows import Window
from data.errors import InputError
from data.ingest import ImportOptions
from data.lists import save_list
from data.pipeline import import_file
from data.scope import Scope
from data.settings import Settings
from data.store import open_store

FIRST = date(2024, 1, 1)
HEADER = "event_time,event_type,user_id,item_id,item_name,category,price,order_id,country,query"
BEFORE = Window(date(2024, 12, 30), date(2025, 1, 26))
AFTER = Window(date(2025, 1, 27), date(2025, 2, 23))
ITEMS = {"a": "toys", "b": "toys", "c": "books", "d": "games", "e": "books", "n": "toys"}


def log():
    """Two times four weeks, a year ago and now; in the last of them looks at books turn to toys, and n is new."""
    draw, lines = random.Random(3), []
    for start in (FIRST, date(2024, 1, 29), BEFORE.start, AFTER.start):
        for person in range(60):
            taste = random.Random(person).choice(["aabcd", "abccce", "ddabc"])
            country = "FR" if person % 3 else "UK"
            for _ in range(40):
                item = draw.choice(taste)
                if start == AFTER.start and item in "ce" and draw.random() < 0.7:
                    item = "n" if draw.random() < 0.5 else "a"
                kind = draw.choice(["view", "view", "purchase", "refund"])
                lines.append((start + timedelta(days=draw.randrange(28)), kind, f"u{person:02}", item, "", country))
        for order in range(10):
            for item in draw.sample("abcd", 2):
                lines.append((start + timedelta(days=order), "purchase", "", item, f"{start}-{order}", "UK"))
        lines.append((start + timedelta(days=3), "search", "u01", "", "", "UK"))
    return lines


def line(number, day, kind, person, item, order, country):
    """A line of the file; every one has a second of its own, so that none is taken for another."""
    thing = [item, f"Thing {item}", ITEMS[item], "1.00"] if item else [""] * 4
    time = f"{day} {8 + number % 12:02}:{number // 12 % 60:02}:{number // 720 % 60:02}"
    return ",".join([time, kind, person, *thing, order, country, "red" if kind == "search" else ""])


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("windows")
    settings = Settings(var=folder / "var", themes=False)
    edges = [(day, "view", "u00", "a", "", "UK") for day in (date(2023, 12, 31), date(2025, 2, 24))]
    lines = [line(number, *row) for number, row in enumerate(edges + log())]
    (folder / "log.csv").write_text("\n".join([HEADER, *lines]))
    import_file(settings, folder / "log.csv", ImportOptions())
    opened = open_store(settings)
    yield opened
    opened.close()


def counted(window, keep=lambda row: True):
    """Interest -> events, from the log itself."""
    found = {}
    for row in log():
        day, kind, _, item, _, _ = row
        if kind != "refund" and window.start <= day <= window.end and keep(row):
            interest = ITEMS.get(item, "none")
            found[interest] = found.get(interest, 0) + 1
    return found


def test_shares_are_of_all_events_of_the_windows(store):
    found = interest_drift(store, Scope(), by="category", before=BEFORE, after=AFTER, with_season=False)
    frame = found.drift.interests
    assert frame.columns == ["interest", "name", *[name for name in INTEREST_SCHEMA if name != "interest"]]
    assert sorted(frame["interest"]) == ["books", "games", "toys"]
    for window, column in ((BEFORE, "share_before"), (AFTER, "share_after")):
        events = counted(window)
        assert events["none"] == 1
        assert dict(frame.select("interest", column).rows()) == pytest.approx(
            {name: events[name] / sum(events.values()) for name in ("books", "games", "toys")}
        )
    assert found.drift.events == (sum(counted(BEFORE).values()), sum(counted(AFTER).values()))
    assert found.drift.users == (70, 70)  # 60 people and 10 orders of nobody known


def test_what_turned_is_found_and_the_new_item_is_catalogue(store):
    found = interest_drift(store, Scope(), by="category", before=BEFORE, after=AFTER)
    rows = {row["interest"]: row for row in found.drift.interests.rows(named=True)}
    assert (rows["toys"]["verdict"], rows["books"]["verdict"]) == ("up", "down")
    assert rows["games"]["verdict"] == "no clear change"
    assert rows["toys"]["catalogue"] > 0.02
    assert rows["books"]["behaviour"] < -0.05
    assert all(sum(row[part] for part in PARTS) == pytest.approx(row["change"], abs=1e-9) for row in rows.values())


def test_common_events_leave_out_what_came_or_went(store):
    _, after = _sides(store, Scope(), "category", BEFORE, AFTER, catalogue=True)
    new = sum(row[3] == "n" and row[1] != "refund" and AFTER.start <= row[0] <= AFTER.end for row in log())
    assert after["n"].sum() - after["common"].sum() == pytest.approx(new)
    assert after.filter(pl.col("interest") == "books").select((pl.col("n") == pl.col("common")).all()).item()


def test_a_segment_counts_its_own(store):
    scope = Scope(segments=(("country", "FR"),))
    found = interest_drift(store, scope, by="category", before=BEFORE, after=AFTER, with_season=False)
    events = counted(BEFORE, lambda row: row[5] == "FR")
    assert found.drift.events[0] == sum(events.values())
    toys = found.drift.interests.filter(interest="toys")
    assert toys["share_before"].item() == pytest.approx(events["toys"] / sum(events.values()))


def test_a_list_counts_its_own(store):
    numbers = store.query("SELECT user_no FROM users ORDER BY user_no LIMIT 30")["user_no"].to_list()
    scope = Scope(segments=(("list", save_list(store.settings, "half", numbers, {})),))
    found = interest_drift(store, scope, by="category", before=BEFORE, after=AFTER)
    assert found.drift.users == (30, 30)


def test_the_season_is_that_of_a_year_earlier(store):
    with_one = interest_drift(store, Scope(), by="category", before=BEFORE, after=AFTER)
    assert with_one.season == Window(FIRST, date(2024, 1, 28))
    assert with_one.drift.seasonal
    early = interest_drift(
        store,
        Scope(),
        by="category",
        before=Window(FIRST, date(2024, 1, 28)),
        after=Window(date(2024, 1, 29), date(2024, 2, 25)),
    )
    assert early.season is None
    assert not early.drift.seasonal
    assert early.drift.verdict == "no clear change"


def test_the_season_of_a_segment_is_that_of_everybody_else(store, monkeypatch):
    asked = []
    monkeypatch.setattr("analytics.drift.windows.year_ratios", lambda *sides: asked.extend(sides) or pl.DataFrame())
    _season(store, Scope(segments=(("country", "FR"),)), "category", BEFORE, AFTER)
    others = counted(Window(FIRST, date(2024, 1, 28)), lambda row: row[5] == "UK")
    assert asked[0]["n"].sum() == sum(others.values())
    assert asked[0]["n"].min() >= 0


def test_windows_that_overlap_and_unknown_kinds_are_refused(store):
    with pytest.raises(InputError, match=r"The windows overlap or are swapped: "):
        interest_drift(store, Scope(), by="category", before=AFTER, after=BEFORE)
    with pytest.raises(InputError, match=r"`by` cannot be 'theme'."):
        interest_drift(store, Scope(), by="theme", before=BEFORE, after=AFTER)


def test_default_windows_let_a_tenth_be_judged(store):
    before, after, span = default_windows(store, Scope(), by="category")
    assert (before, after) == (BEFORE, AFTER)
    assert (span.days, span.active) == (28, 60)
    assert span.judged > 6
    assert span.why.startswith("Windows of 28 days, the shortest there is: ")


def test_the_answer_as_json(store):
    told = json.loads(json.dumps(answer(interest_drift(store, Scope(), by="category", before=BEFORE, after=AFTER))))
    assert told["windows"] == {"before": ["2024-12-30", "2025-01-26"], "after": ["2025-01-27", "2025-02-23"]}
    assert told["season"] == {"before": ["2024-01-01", "2024-01-28"], "after": ["2024-01-29", "2024-02-25"]}
    assert told["population"]["verdict"] == "changed"
    assert told["population"]["interval"][0] <= told["population"]["effect"] <= told["population"]["interval"][1]
    assert list(told["interests"][0]) == [
        "interest", "name", "share_before", "share_after", "change", "interval", "p", "q", "verdict", "parts",
    ]  # fmt: skip
    assert sum(told["interests"][0]["parts"].values()) == pytest.approx(told["interests"][0]["change"], abs=1e-9)
    plain = answer(interest_drift(store, Scope(), by="category", before=BEFORE, after=AFTER, with_season=False))
    assert plain["season"] is None
    assert plain["interests"][0]["parts"]["season"] is None


def test_the_second_who_asks_gets_the_answer_that_was_kept(store, monkeypatch):
    monkeypatch.setattr(kept_module, "LEAST_SECONDS", 0.0)
    about = {"by": "category", "before": BEFORE, "after": AFTER}
    british = Scope(segments=(("country", "UK"),))
    first = [interest_drift(store, scope, **about) for scope in (Scope(), british)]
    chosen = default_windows(store, Scope(), by="category")
    with monkeypatch.context() as patched:
        for name in ("_counted", "default_span"):
            patched.setattr(module, name, lambda *some, **knobs: pytest.fail("counted again"))
        again = [interest_drift(store, scope, **about) for scope in (Scope(), british)]
        assert default_windows(store, Scope(), by="category") == chosen
    for one, other in zip(first, again, strict=True):
        assert answer(one) == answer(other) and one.season == other.season
        assert one.drift.interests.equals(other.drift.interests)
        assert (one.drift.users, one.drift.events, one.drift.interval) == (
            other.drift.users, other.drift.events, other.drift.interval
        )  # fmt: skip
    assert answer(first[0]) != answer(first[1])


def test_what_an_older_version_kept_in_another_form_is_counted_anew(store, monkeypatch):
    monkeypatch.setattr(kept_module, "LEAST_SECONDS", 0.0)
    about = {"by": "category", "before": BEFORE, "after": AFTER, "seed": 5}
    found = interest_drift(store, Scope(), **about)
    (path,) = [
        path for path in (store.settings.var / "kept").glob("*/*.parquet")
        if kept_module.read(path)[0].equals(found.drift.interests)
    ]  # fmt: skip
    kept_module.write(path, pl.DataFrame({"a": [1]}), {"facts": "{}"})
    assert answer(interest_drift(store, Scope(), **about)) == answer(found)
