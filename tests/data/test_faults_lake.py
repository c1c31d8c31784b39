"""A file of the lake that is gone or damaged is named with its import and what to do; the rest still works."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data import ledger
from data.errors import StoreError
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.publish import publish
from data.settings import Settings
from data.store import open_store

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
Said = Callable[..., tuple[int, str, str]]
Check = Callable[[Settings], None]

FIRST = [f"2026-03-{day:02d} 10:00:00,purchase,u{day},i1,Lamp,2,1,France" for day in range(1, 9)]
SHARED = [f"2026-03-{day:02d} 12:00:00,purchase,u{day},i2,Vase,3,1,France" for day in range(1, 9)]
SECOND = [f"2026-04-{day:02d} 10:00:00,purchase,v{day},i4,Bowl,4,1,Spain" for day in range(1, 9)]
BAD = "2026-03-01 10:00:00,zoom,u1,i1,Lamp,9.50,1,France"


def gone(path: Path) -> None:
    path.unlink()


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    path.write_bytes(b"not Parquet " * 40)


def of_others(path: Path) -> None:
    """A file that can be read and is another one."""
    shutil.copyfile(next(p for p in path.parent.parent.rglob("*.parquet") if p.parent != path.parent), path)


DAMAGES = [gone, truncated, overwritten, of_others]


@pytest.fixture
def shop(stores: Any, write_csv: Write, settings: Settings) -> tuple[Settings, list[str]]:
    """A store of a.csv, and of b.csv, which holds some events of a.csv as well; and their ids."""
    stores.copy(settings, write_csv("a.csv", *FIRST, *SHARED, BAD), write_csv("b.csv", *SHARED, *SECOND))
    return settings, [row.import_id for row in ledger.imports(settings)]


def path_of(settings: Settings, role: str, import_id: str) -> Path:
    return settings.var / ledger.files(settings, role, import_id=import_id)[0].path


@pytest.mark.parametrize("damage", DAMAGES)
def test_rebuild_names_the_file_the_import_and_the_way_out(
    shop: tuple[Settings, list[str]], said: Said, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    settings, (first, _) = shop
    path = path_of(settings, "events", first)
    damage(path)
    code, _, words = said("rebuild")
    assert code == 1
    assert len(words.splitlines()) == 1
    what = {gone: "is missing", of_others: "holds 8 rows instead of 16"}.get(damage, "is damaged (")
    assert f"{path}, which holds 16 rows of a.csv (import {first}), {what}" in words
    assert "the rebuild stopped. Put the file back from a backup, or take the import back with" in words
    assert f"`python -m data undo {first}` and import a.csv again. Until then pages show what was published" in words
    # Everything that does not need the file goes on.
    status = json.loads(said("status", "--json")[1])
    assert (status["events"], status["problem"]) == (24, None)
    assert said("imports")[0] == 0
    assert said("rejects", first, "--out", str(tmp_path / "refused.csv"))[0] == 0


@pytest.mark.parametrize("damage", [gone, of_others])
def test_the_way_out(
    shop: tuple[Settings, list[str]], write_csv: Write, stores: Any, digest: Digest, damage: Callable[[Path], None]
) -> None:
    settings, (first, _) = shop
    damage(path_of(settings, "events", first))
    third = write_csv("c.csv", "2026-07-01 10:00:00,view,w1,i9,Cup,,,")
    assert import_file(settings, third, ImportOptions())["rows"]["kept"] == 1  # another month needs it not
    undo_import(settings, first)  # b.csv keeps the events it shared with the lost file
    assert digest(settings) == digest(stores.of(write_csv("b.csv", *SHARED, *SECOND), third))
    import_file(settings, write_csv("a.csv", *FIRST, *SHARED, BAD), ImportOptions())
    publish(settings, rebuild=True)
    store = open_store(settings)
    assert store is not None
    assert store.meta.events == 25


@pytest.mark.parametrize("damage", [gone, truncated])
def test_a_file_with_overlaps_that_is_lost_stops_only_what_needs_it(
    shop: tuple[Settings, list[str]], digest: Digest, write_csv: Write, stores: Any, damage: Callable[[Path], None]
) -> None:
    settings, (first, second) = shop
    path = path_of(settings, "overlaps", second)
    damage(path)
    with pytest.raises(
        StoreError, match=rf"{path}, which holds 8 rows of b.csv \(import {second}\), is .* undo of imp"
    ):
        undo_import(settings, first)
    store = open_store(settings)
    assert store is not None
    assert (store.version, store.meta.events) == (2, 24)
    undo_import(settings, second)
    assert digest(settings) == digest(stores.of(write_csv("a.csv", *FIRST, *SHARED, BAD)))


def test_an_import_that_must_be_compared_with_a_lost_file_names_it(
    shop: tuple[Settings, list[str]], write_csv: Write, tidy: Check
) -> None:
    settings, (first, _) = shop
    path = path_of(settings, "events", first)
    whole = path.read_bytes()
    gone(path)
    third = write_csv("c.csv", *SHARED[:3], "2026-03-30 10:00:00,view,w1,i9,Cup,,,")
    with pytest.raises(StoreError, match=rf"{path}, which holds .* is missing, so the import of c.csv stopped"):
        import_file(settings, third, ImportOptions())
    path.write_bytes(whole)  # put back from a backup
    tidy(settings)
    assert import_file(settings, third, ImportOptions())["rows"] == {
        "read": 4, "kept": 1, "duplicate": 3, "rejected": 0,
    }  # fmt: skip


def test_refused_rows_that_are_lost_are_named(shop: tuple[Settings, list[str]], said: Said, tmp_path: Path) -> None:
    settings, (first, _) = shop
    overwritten(path_of(settings, "rejects", first))
    code, _, words = said("rejects", first, "--out", str(tmp_path / "refused.csv"))
    assert code == 1
    assert f"which holds 1 rows of a.csv (import {first}), is damaged (" in words
    assert len(words.splitlines()) == 1


@pytest.mark.parametrize("damage", [gone, lambda path: path.write_bytes(b"")])
def test_a_lost_ledger_costs_no_file_of_the_lake(
    shop: tuple[Settings, list[str]], said: Said, write_csv: Write, digest: Digest, damage: Callable[[Path], None]
) -> None:
    settings, _ = shop
    before, kept = digest(settings), settings.ledger_path.read_bytes()
    lake = sorted(settings.var.rglob("*.parquet"))
    damage(settings.ledger_path)
    for what in (("import", str(write_csv("c.csv", FIRST[0]))), ("rebuild",), ("undo", "imp-1")):
        code, _, words = said(*what)
        assert code == 1, what
        assert f"{settings.ledger_path} names no import, but " in words, what
        assert "the ledger was lost or replaced. Put it back from a backup." in words
    assert sorted(settings.var.rglob("*.parquet")) == lake
    # `make run` goes on to serve what there is.
    code, out, _ = said("sample", "online-retail-ii", "--if-new", "--json")
    assert (code, json.loads(out)) == (0, {"loaded": False})
    settings.ledger_path.write_bytes(kept)
    assert digest(settings) == before
    publish(settings, rebuild=True)
    assert digest(settings) == before


def test_an_older_ledger_put_back_costs_no_file_of_the_lake(
    shop: tuple[Settings, list[str]], write_csv: Write, digest: Digest
) -> None:
    settings, _ = shop
    older = settings.ledger_path.read_bytes()
    third = write_csv("c.csv", "2026-07-01 10:00:00,view,w1,i9,Cup,,,", BAD)
    import_file(settings, third, ImportOptions())
    newer = settings.ledger_path.read_bytes()
    before, lake = digest(settings), sorted(settings.var.rglob("*.parquet"))
    settings.ledger_path.write_bytes(older)
    import_file(settings, write_csv("d.csv", SECOND[0], SECOND[1].replace("v2", "v9")), ImportOptions())
    assert set(lake) <= set(settings.var.rglob("*.parquet"))
    settings.ledger_path.write_bytes(newer)  # the right one is found after all
    publish(settings, rebuild=True)
    assert digest(settings) == before
