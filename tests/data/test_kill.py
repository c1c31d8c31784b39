"""kill -9 at every step that matters: the store is as before or as after, and the next command goes on."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data import ledger
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.publish import is_stale, publish
from data.serving import published_version
from data.settings import ROOT, Settings

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]

KILL = """
import os, signal, sys
from pathlib import Path
import data.engine, data.ingest, data.ledger, data.monthly, data.pipeline, data.publish, data.rollups.statements, data.undo
from data.ingest import ImportOptions
from data.settings import Settings
module, name, count = sys.argv[1].rsplit(".", 1)[0], sys.argv[1].rsplit(".", 1)[1], int(sys.argv[2])
owner = eval(module)
plain = getattr(owner, name)
calls = 0
def killing(*args, **kwargs):
    global calls
    calls += 1
    if calls == count:
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(*args, **kwargs)
setattr(owner, name, killing)
settings = Settings(var=Path(sys.argv[3]), themes=False)
if sys.argv[4] == "import":
    data.pipeline.import_file(settings, Path(sys.argv[5]), ImportOptions())
else:
    data.pipeline.undo_import(settings, sys.argv[5])
"""
IMPORT_POINTS = [
    ("data.monthly.MonthWriter.add_month", 2),
    ("data.ingest.move_into_place", 1),
    ("data.ingest.move_into_place", 3),
    ("data.ledger.record_import", 1),
    ("data.ledger.bump_version", 1),
    ("data.rollups.statements.run", 5),
    ("data.publish.move_into_place", 1),
    ("data.publish.fsync", 1),
]
UNDO_POINTS = [
    ("data.undo.move_into_place", 1),
    ("data.ledger.remove_files", 1),
    ("data.ledger.bump_version", 1),
    ("data.rollups.statements.run", 5),
    ("data.publish.move_into_place", 1),
]
ROWS = [
    f"2026-0{month}-{day:02d} 10:00:00,purchase,u{day},i{day},Lamp,2,1,France"
    for month in (3, 4)
    for day in range(1, 20)
]


def killed(settings: Settings, point: tuple[str, int], *what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILL, point[0], str(point[1]), str(settings.var), *what],
        cwd=ROOT,
        check=False,
        timeout=120,
    )
    assert done.returncode == -9


@pytest.mark.parametrize("point", IMPORT_POINTS)
def test_killed_import(tmp_path: Path, write_csv: Write, digest: Digest, point: tuple[str, int]) -> None:
    first, second = write_csv("a.csv", *ROWS[:25]), write_csv("b.csv", *ROWS[15:])
    settings, before, after = (Settings(var=tmp_path / name, themes=False) for name in ("killed", "before", "after"))
    for each in (settings, before, after):
        import_file(each, first, ImportOptions())
    import_file(after, second, ImportOptions())
    killed(settings, point, "import", str(second))
    # What is served stays whole, whatever the ledger says.
    assert published_version(settings) in (1, 2)
    publish(settings)
    assert not is_stale(settings)
    assert digest(settings) in (digest(before), digest(after))
    # The same command again ends where it would have ended, and leaves nothing lying about.
    receipt = import_file(settings, second, ImportOptions())
    assert receipt["rows"]["read"] == receipt["rows"]["kept"] + receipt["rows"]["duplicate"]
    assert digest(settings) == digest(after)
    named = {file.path for file in ledger.files(settings)}
    assert {str(p.relative_to(settings.var)) for p in (settings.var / "lake").rglob("*.parquet")} <= named
    assert list(settings.tmp.iterdir()) == []


@pytest.mark.parametrize("point", UNDO_POINTS)
def test_killed_undo(tmp_path: Path, write_csv: Write, digest: Digest, point: tuple[str, int]) -> None:
    first, second = write_csv("a.csv", *ROWS[:25]), write_csv("b.csv", *ROWS[15:])
    settings, before, after = (Settings(var=tmp_path / name, themes=False) for name in ("killed", "before", "after"))
    for each in (settings, before):
        import_file(each, first, ImportOptions())
        import_file(each, second, ImportOptions())
    import_file(after, second, ImportOptions())
    undone = ledger.imports(settings)[0].import_id
    killed(settings, point, "undo", undone)
    publish(settings)
    assert digest(settings) in (digest(before), digest(after))
    if ledger.find_import(settings, undone).status == "active":
        undo_import(settings, undone)
    assert digest(settings) == digest(after)
