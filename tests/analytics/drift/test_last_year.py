"""The season a year earlier, from a published store."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from analytics.drift.counted import Question
from analytics.drift.last_year import last_year
from analytics.windows import Window
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.scope import Scope
from data.settings import Settings
from data.store import Store, open_store

BEFORE, AFTER = Window(date(2026, 3, 2), date(2026, 3, 29)), Window(date(2026, 3, 30), date(2026, 4, 26))
YEAR = timedelta(days=364)


def rows() -> Iterator[str]:
    """150 people look at lamps and tea, a year earlier at four times the tea; u1 alone bought all the wax then."""
    yield "2025-02-01 10:00:00,view,u1,i1,lamps"
    for person in range(1, 151):
        for window, tea in ((BEFORE, 4), (AFTER, 16)):
            for number in range(20 + tea):
                day = window.start - YEAR + timedelta(days=(person + number) % 28)
                yield f"{day} 10:{number:02}:00,view,u{person},{'i1,lamps' if number < 20 else 'i2,tea'}"
    for number in range(40):
        yield f"{AFTER.start - YEAR} 11:{number:02}:00,view,u1,i3,wax"
    yield f"{AFTER.end + timedelta(days=1)} 10:00:00,view,u1,i1,lamps"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("last_year")
    settings = Settings(var=folder / "var", themes=False)
    path = folder / "log.csv"
    path.write_text("\n".join(["event_time,event_type,user_id,item_id,category", *rows()]) + "\n")
    import_file(settings, path, ImportOptions())
    opened = open_store(settings)
    assert opened is not None
    yield opened
    opened.close()


def test_ratios_are_those_of_the_year_before(store: Store) -> None:
    found = last_year(Question(store, Scope(), "category", BEFORE, AFTER))
    assert found is not None
    ratio = {row[:2]: row[2] for row in found.iter_rows()}
    # Shares of tea: 600 of 3,600 before, 2,400 of 5,440 after; of lamps 3,000 of each.
    assert ratio[(None, "tea")] / ratio[(None, "lamps")] == pytest.approx(4, rel=0.05)
    # Who made all the wax has no season of wax; who made a hundred and fiftieth of the tea has everybody's.
    (own,) = [key for key in ratio if key[0] is not None]
    assert own[1] == "wax" and ratio[own] == 1


def test_without_a_year_there_is_no_season(store: Store) -> None:
    early = Question(store, Scope(), "category", BEFORE.moved(-YEAR), AFTER.moved(-YEAR))
    assert last_year(early) is None
