"""Blocks of a published store against the same visits counted by hand."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import analytics.drift.counted as module
from analytics.drift.counted import Question, block_of, blocks
from analytics.drift.people import drift_of, evidence
from analytics.drift.sums import sums_of
from analytics.windows import Window
from data.errors import InputError
from data.ingest import ImportOptions
from data.lists import save_list
from data.pipeline import import_file
from data.scope import Scope
from data.settings import Settings
from data.store import Store, open_store

HEADER = "event_time,event_type,user_id,item_id,category,session_id,country"
BEFORE = Window(date(2026, 3, 2), date(2026, 3, 29))
AFTER = Window(date(2026, 3, 30), date(2026, 4, 26))
CATEGORY = {"i1": "lamps", "i2": "tea", "i3": "toys", "i4": ""}


def row(when: str, user: str, item: str, session: str = "", country: str = "France", kind: str = "view") -> str:
    return f"{when},{kind},{user},{item},{CATEGORY[item]},{session},{country}"


def turning(user: str, country: str, items: tuple[str, str], sessions: bool) -> Iterator[str]:
    """Seven visits of three events and a fourth of tea before and after, of one item and then of another."""
    for window, item in zip((BEFORE, AFTER), items, strict=True):
        for visit in range(7):
            begin = datetime(window.start.year, window.start.month, window.start.day, 10) + timedelta(days=3 * visit)
            name = f"{user}-{window.start}-{visit}" if sessions else ""
            for minute in range(3):
                yield row(f"{begin + timedelta(minutes=minute)}", user, item, name, country)
            yield row(f"{begin + timedelta(minutes=9)}", user, "i2", name, country)


ROWS = [
    *turning("u1", "France", ("i1", "i3"), True),
    *turning("u2", "Spain", ("i1", "i1"), True),
    *turning("u3", "France", ("i1", "i3"), False),
    # Over midnight: one visit of the 10th; the same session again weeks later is another one.
    row("2026-03-10 23:50:00", "u4", "i1", "s1"), row("2026-03-11 00:05:00", "u4", "i1", "s1"),
    row("2026-03-11 00:06:00", "u4", "i2", "s1"), row("2026-03-20 10:00:00", "u4", "i1", "s1"),
    # Over the border of the windows: of the window in which it began. Begun before both: of none.
    row("2026-03-29 23:59:00", "u4", "i3", "s2"), row("2026-03-30 00:01:00", "u4", "i3", "s2"),
    row("2026-03-01 23:59:00", "u4", "i3", "s3"), row("2026-03-02 00:01:00", "u4", "i3", "s3"),
    row("2026-04-26 23:59:00", "u4", "i3", "s4"), row("2026-04-27 00:01:00", "u4", "i3", "s4"),
    # Without a session the day is the visit, whatever the hour.
    row("2026-04-10 01:00:00", "u4", "i2"), row("2026-04-10 23:00:00", "u4", "i2"),
    row("2026-04-11 00:30:00", "u4", "i2"),
    # Nobody, nothing, a refund, and days outside.
    row("2026-03-12 10:00:00", "", "i1"), row("2026-03-12 10:00:00", "u4", "i4", "s9"),
    row("2026-04-12 10:00:00", "u4", "i1", "s9", kind="refund"), row("2026-06-30 10:00:00", "u1", "i1", "x"),
    row("2026-01-01 10:00:00", "u5", "i1", "x"),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("counted")
    settings = Settings(var=folder / "var", themes=False)
    path = folder / "log.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n")
    import_file(settings, path, ImportOptions())
    opened = open_store(settings)
    assert opened is not None
    yield opened
    opened.close()


Numbers = Callable[[str], int]


@pytest.fixture
def number(store: Store) -> Numbers:
    """The store's u of a shop's own user id, told by country and events."""
    people = {"u1": "France 57", "u2": "Spain 56", "u3": "France 56", "u4": "France 14", "u5": "France 1"}
    found = dict(store.query("select concat(country, ' ', events), u from users").iter_rows())
    return lambda user: found[people[user]]


def question(store: Store, scope: Scope | None = None, **changes: int) -> Question:
    return Question(store, scope or Scope(), "category", BEFORE, AFTER, **changes)


def people_of(store: Store, scope: Scope | None = None) -> pl.DataFrame:
    return pl.concat(block.people for block in blocks(question(store, scope))).sort("user")


def test_visits_are_told_apart_as_the_contract_says(store: Store, number: Numbers) -> None:
    block = block_of(question(store), number("u4"))
    sizes = ("visits", "events", "squares")
    found = block.people.select(f"{name}_{side}" for side in ("before", "after") for name in sizes).row(0)
    # Before: s1 of three events, s1 again of one, s2 of two. After: s4 of two, and two days of tea, of two and one.
    assert found == (3, 6, 14, 3, 5, 9)
    assert block.lines.drop("user").sort("interest").rows() == [
        ("lamps", 3, 0, 5, 0), ("tea", 1, 3, 1, 5), ("toys", 2, 2, 4, 4),
    ]  # fmt: skip


def test_lines_are_made_for_those_with_enough_only(store: Store, number: Numbers) -> None:
    (block,) = blocks(question(store))
    assert set(block.people["user"]) == {number(user) for user in ("u1", "u2", "u3", "u4")}
    assert set(block.lines["user"]) == {number(user) for user in ("u1", "u2", "u3")}


def test_sums_are_those_of_the_visits(store: Store) -> None:
    (block,) = blocks(question(store, least_events=1, least_visits=1))
    assert block.visits is not None
    people, lines = sums_of(block.visits(block.people["user"]))
    for frame, same in ((people, block.people), (lines, block.lines)):
        kinds = dict(frame.schema)
        assert frame.sort(frame.columns[:2]).equals(same.cast(kinds).sort(frame.columns[:2]))


def test_who_changed_in_the_store(store: Store, number: Numbers) -> None:
    frame = drift_of(blocks(question(store)))
    found = {row["user"]: row for row in frame.iter_rows(named=True)}
    for user in ("u1", "u3"):
        row = found[number(user)]
        assert (row["verdict"], row["from"], row["to"], row["strength"]) == ("changed", "lamps", "toys", 0.75)
        assert (row["events_before"], row["visits_after"]) == (28, 7)
    assert found[number("u2")]["verdict"] == "no clear change"
    assert found[number("u4")]["verdict"] == "not enough data"
    rows = evidence(block_of(question(store), number("u1")), number("u1"))
    assert rows["interest"].to_list() == ["toys", "tea", "lamps"]
    few = evidence(block_of(question(store), number("u4")), number("u4"))
    assert few.select("interest", "before", "after").sort("interest").rows() == [
        ("lamps", 3, 0), ("tea", 1, 3), ("toys", 2, 2),
    ]  # fmt: skip


def test_segments_and_lists_choose_people(store: Store, number: Numbers) -> None:
    french = people_of(store, Scope(segments=(("country", "France"),)))
    assert french["user"].to_list() == sorted(number(user) for user in ("u1", "u3", "u4"))
    numbers = store.query("select user_no from users where u = ?", [number("u2")])["user_no"].to_list()
    saved = save_list(store.settings, "two", numbers, {})
    assert people_of(store, Scope(segments=(("list", saved),)))["user"].to_list() == [number("u2")]
    everybody = people_of(store)
    assert people_of(store, Scope(interests=("tea",))).equals(everybody)
    cohort = people_of(store, Scope(segments=(("cohort", "2026-03"), ("country", "Spain"))))
    assert cohort["user"].to_list() == [number("u2")]


def test_blocks_of_few_people_hold_everybody_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = people_of(store)
    monkeypatch.setattr(module, "PEOPLE_AT_ONCE", 2)
    assert len(list(blocks(question(store)))) == 3
    assert people_of(store).equals(whole)
    assert drift_of(blocks(question(store)))["verdict"].to_list().count("changed") == 2


def test_what_the_log_does_not_have_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match=r"`by` cannot be 'theme'. Choose one of: category."):
        next(blocks(Question(store, Scope(), "theme", BEFORE, AFTER)))
    with pytest.raises(InputError, match=r"The windows overlap or are swapped: 2026-03-30 to 2026-04-26 and"):
        next(blocks(Question(store, Scope(), "category", AFTER, BEFORE)))


def test_the_log_is_read_from_its_path(store: Store) -> None:
    assert isinstance(store.path, Path)
