"""Undo: the store is as if the import had never been, in any order, also where files overlap."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data import ledger
from data.errors import InputError
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.settings import Settings

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]

FIRST = [f"2026-03-{day:02d} 10:00:00,purchase,u{day},i1,Lamp,2,1,France" for day in range(1, 9)]
SHARED = [f"2026-03-{day:02d} 12:00:00,purchase,u{day},i2,Vase,3,1,France" for day in range(1, 9)]
TWICE = ["2026-04-01 10:00:00,view,u1,i3,Cup,,,", "2026-04-01 10:00:00,view,u1,i3,Mug,,,"]
SECOND = [f"2026-04-{day:02d} 10:00:00,purchase,v{day},i4,Bowl,4,1,Spain" for day in range(1, 9)]


@pytest.fixture
def files(write_csv: Write) -> tuple[Path, Path, Path]:
    """Three files: B and C both hold the events SHARED and TWICE that A holds (C only the first of TWICE)."""
    return (
        write_csv("a.csv", *FIRST, *SHARED, *TWICE),
        write_csv("b.csv", *SHARED, *TWICE, *SECOND),
        write_csv("c.csv", *SHARED, TWICE[0]),
    )


def identifier(settings: Settings, path: Path) -> str:
    return next(row.import_id for row in ledger.imports(settings) if row.file_name == path.name)


def test_overlapping_events_count_once(settings: Settings, stores: Any, files: tuple[Path, Path, Path]) -> None:
    first, second, _ = files
    stores.copy(settings, first)
    receipt = import_file(settings, second, ImportOptions())
    assert receipt["rows"] == {"read": 18, "kept": 8, "duplicate": 10, "rejected": 0}
    assert receipt["duplicates"] == {"in_file": 0, "in_store": 10}
    assert receipt["warnings"] == ["10 rows were in the store already, from another file; they count once."]


@pytest.mark.parametrize("undone", [0, 1])
def test_two_overlapping_files_in_both_orders(
    settings: Settings, stores: Any, files: tuple[Path, Path, Path], digest: Digest, undone: int
) -> None:
    pair = files[:2]
    stores.copy(settings, *pair)
    undo_import(settings, identifier(settings, pair[undone]))
    assert digest(settings) == digest(stores.of(pair[1 - undone]))


@pytest.mark.parametrize(
    ("gone", "stays"), [((0,), (1, 2)), ((1,), (0, 2)), ((0, 1), (2,)), ((1, 0), (2,)), ((2, 0), (1,))]
)
def test_three_overlapping_files(
    settings: Settings, stores: Any, files: tuple[Path, Path, Path], digest: Digest,
    gone: tuple[int, ...], stays: tuple[int, ...],
) -> None:  # fmt: skip
    stores.copy(settings, *files)
    for index in gone:
        undo_import(settings, identifier(settings, files[index]))
    assert digest(settings) == digest(stores.of(*(files[index] for index in stays)))


def test_import_undo_import_is_import(
    tmp_path: Path, settings: Settings, stores: Any, files: tuple[Path, Path, Path], digest: Digest
) -> None:
    stores.copy(settings, files[0])
    before = digest(settings)
    undo_import(settings, identifier(settings, files[0]))
    assert digest(settings)["events"] == digest(Settings(var=tmp_path / "never"))["events"]
    receipt = import_file(settings, files[0], ImportOptions())
    assert receipt["rows"]["kept"] == 18
    assert digest(settings) == before


def test_undo_of_what_is_not_there(settings: Settings, stores: Any, files: tuple[Path, Path, Path]) -> None:
    with pytest.raises(InputError, match="There is no import 'imp-nope' in this store. Imports known: none"):
        undo_import(Settings(var=settings.var.parent / "never"), "imp-nope")
    stores.copy(settings, files[0])
    import_id = identifier(settings, files[0])
    undo_import(settings, import_id)
    with pytest.raises(InputError, match="was undone already"):
        undo_import(settings, import_id)
