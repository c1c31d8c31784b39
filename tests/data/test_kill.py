"""kill -9 at every step that matters: the store is as before or as after, and the next command goes on."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data import ledger
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.publish import is_stale, publish
from data.settings import Settings
from data.store import open_store

Point = tuple[str, int, str]
Digest = Callable[[Settings], dict[str, str]]
Killed = Callable[..., None]
Check = Callable[[Settings], None]

ROWS = [
    f"2026-0{month}-{day:02d} 10:00:00,purchase,u{day},i{day},Lamp,2,1,France"
    for month in (3, 4)
    for day in range(1, 20)
]
BEFORE_COMMIT: list[Point] = [
    ("data.monthly.MonthWriter.add_month", 2, "before"),  # while the rows are judged
    ("data.ingest.move_into_place", 2, "before"),  # between the lake's files
    ("data.ledger.record_import", 1, "after"),  # inside the ledger's transaction
    ("data.ledger.bump_version", 1, "after"),  # at its very end
]
PUBLISHING: list[Point] = [
    ("data.pipeline.publish", 1, "before"),  # between the ledger's commit and the publish
    ("shutil.copyfile", 1, "half"),  # while the served file is copied
    ("data.rollups.statements.run", 3, "after"),  # inside the rollup, early
    ("data.rollups.statements.run", 15, "after"),  # and later
    ("data.publish.describe", 1, "after"),  # a build that is whole but for its checkpoint
    ("data.publish.move_into_place", 1, "before"),
    ("data.publish.move_into_place", 1, "after"),  # between the rename of the served file and CURRENT
    ("data.publish.fsync", 1, "after"),  # CURRENT is written but not renamed
    ("data.publish.fsync", 2, "before"),  # before old versions go
]
UNDO_BEFORE_COMMIT: list[Point] = [
    ("data.undo.move_into_place", 1, "after"),
    ("data.ledger.bump_version", 1, "after"),
]
ROLLUP, SERVED = PUBLISHING[2], PUBLISHING[6]


def ids(point: Point) -> str:
    return f"{point[0].removeprefix('data.')}-{point[1]}-{point[2]}"


class Shop:
    """Two files, and the stores with the first, both and the second alone."""

    def __init__(self, stores: Any, first: Path, second: Path) -> None:
        self.first, self.second = first, second
        self.one, self.both, self.other = stores.of(first), stores.of(first, second), stores.of(second)

    def copy(self, store: Settings, to: Settings) -> None:
        shutil.copytree(store.var, to.var)


@pytest.fixture
def shop(stores: Any, write_csv: Callable[..., Path]) -> Shop:
    return Shop(stores, write_csv("a.csv", *ROWS[:25]), write_csv("b.csv", *ROWS[15:]))


def events(settings: Settings) -> int:
    """What a page shows at once, whatever was left behind."""
    store = open_store(settings)
    assert store is not None
    assert store.query("select sum(events) from segments where segment = 'country'").item() == store.meta.events
    return store.meta.events


@pytest.mark.parametrize("point", BEFORE_COMMIT + PUBLISHING, ids=ids)
def test_killed_import(
    shop: Shop, settings: Settings, digest: Digest, killed: Killed, tidy: Check, point: Point
) -> None:
    shop.copy(shop.one, settings)
    killed(settings, point, "import", str(shop.second))
    assert events(settings) in (events(shop.one), events(shop.both))
    publish(settings)
    assert not is_stale(settings)
    expected = shop.one if point in BEFORE_COMMIT else shop.both
    assert digest(settings) == digest(expected)
    # The same command again ends where it would have ended, and leaves nothing lying about.
    receipt = import_file(settings, shop.second, ImportOptions())
    assert receipt["rows"]["read"] == receipt["rows"]["kept"] + receipt["rows"]["duplicate"]
    assert digest(settings) == digest(shop.both)
    tidy(settings)


@pytest.mark.parametrize("point", [BEFORE_COMMIT[3], SERVED], ids=ids)
def test_killed_first_import(
    shop: Shop, settings: Settings, digest: Digest, killed: Killed, tidy: Check, point: Point
) -> None:
    killed(settings, point, "import", str(shop.first))
    assert [row.status for row in ledger.imports(settings)] == ([] if point in BEFORE_COMMIT else ["active"])
    import_file(settings, shop.first, ImportOptions())
    assert digest(settings) == digest(shop.one)
    tidy(settings)


@pytest.mark.parametrize("point", [*UNDO_BEFORE_COMMIT, PUBLISHING[0], SERVED], ids=ids)
def test_killed_undo(shop: Shop, settings: Settings, digest: Digest, killed: Killed, tidy: Check, point: Point) -> None:
    shop.copy(shop.both, settings)
    undone = ledger.imports(settings)[0].import_id
    killed(settings, point, "undo", undone)
    assert events(settings) in (events(shop.both), events(shop.other))
    publish(settings)
    expected = shop.both if point in UNDO_BEFORE_COMMIT else shop.other
    assert digest(settings) == digest(expected)
    if ledger.find_import(settings, undone).status == "active":
        undo_import(settings, undone)
    assert digest(settings) == digest(shop.other)
    tidy(settings)


@pytest.mark.parametrize("point", [ROLLUP, SERVED], ids=ids)
def test_killed_rebuild(
    shop: Shop, settings: Settings, digest: Digest, killed: Killed, tidy: Check, point: Point
) -> None:
    shop.copy(shop.both, settings)
    killed(settings, point, "rebuild")
    assert events(settings) == events(shop.both)
    assert digest(settings) == digest(shop.both)
    publish(settings, rebuild=True)
    assert digest(settings) == digest(shop.both)
    tidy(settings)


def test_killed_while_sweeping_what_another_kill_left(
    shop: Shop, settings: Settings, digest: Digest, killed: Killed, tidy: Check
) -> None:
    shop.copy(shop.one, settings)
    killed(settings, ("data.ledger.record_import", 1, "after"), "import", str(shop.second))
    killed(settings, ("pathlib.Path.unlink", 1, "after"), "rebuild")
    assert digest(settings) == digest(shop.one)
    import_file(settings, shop.second, ImportOptions())
    assert digest(settings) == digest(shop.both)
    tidy(settings)


def test_a_file_imported_again_otherwise_is_counted_anew_though_its_undo_was_never_published(
    shop: Shop, settings: Settings, digest: Digest, killed: Killed
) -> None:
    shop.copy(shop.one, settings)
    killed(settings, ("data.pipeline.publish", 1, "before"), "undo", ledger.imports(settings)[0].import_id)
    views = ImportOptions(values={"purchase": "view"})
    import_file(settings, shop.first, views)
    fresh = Settings(var=settings.var.parent / "fresh", themes=False)
    import_file(fresh, shop.first, views)
    assert digest(settings) == digest(fresh)
