"""kill -9 while a companion file comes in or goes: the store is as before or as after, and the same command goes on."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data import ledger
from data.ingest import ImportOptions, ingest
from data.settings import ROOT, Settings
from data.undo import undo

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
HEADER = "user_id,email,consent_email"
KILL = """
import os, signal, sys
from pathlib import Path
import data.companions.load, data.ingest, data.ledger, data.undo
from data.ingest import ImportOptions, ingest
from data.settings import Settings
point, count, var, what, about = sys.argv[1:]
module, _, name = point.rpartition(".")
owner = eval(module)
plain, calls = getattr(owner, name), 0
def killing(*args, **kwargs):
    global calls
    calls += 1
    if calls == int(count):
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(*args, **kwargs)
setattr(owner, name, killing)
settings = Settings(var=Path(var), themes=False)
if what == "import":
    ingest(settings, Path(about), ImportOptions(kind="customers"))
else:
    data.undo.undo(settings, about)
"""


def killed(settings: Settings, point: str, count: int, what: str, about: str) -> None:
    command = [sys.executable, "-c", KILL, point, str(count), str(settings.var), what, about]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=120).returncode == -9


@pytest.mark.parametrize(
    ("point", "count"),
    [("data.companions.load.make_receipt", 1), ("data.ingest.move_into_place", 2), ("data.ledger.bump_version", 1)],
)
def test_killed_import(
    settings: Settings, stores: Any, write_csv: Write, digest: Digest, point: str, count: int
) -> None:
    first = write_csv("a.csv", "u1,a@example.com,yes", "u2,bad,no", "u3,,", header=HEADER)
    second = write_csv("b.csv", "u1,b@example.com,no", "u4,worse,no", "u5,,", header=HEADER)
    options = ImportOptions(kind="customers")
    before, after = (
        stores.of(*((path, options) for path in paths), published=False) for paths in ((first,), (first, second))
    )
    store = stores.copy(settings, (first, options), published=False)
    killed(store, point, count, "import", str(second))
    assert digest(store) == digest(before)
    ingest(store, second, ImportOptions(kind="customers"))
    assert digest(store) == digest(after)
    assert_nothing_lies_about(store)


@pytest.mark.parametrize("point", ["data.ledger.remove_files", "data.ledger.bump_version"])
def test_killed_undo(
    tmp_path: Path, settings: Settings, stores: Any, write_csv: Write, digest: Digest, point: str
) -> None:
    path = write_csv("a.csv", "u1,a@example.com,yes", "u2,bad,no", "u3,,", header=HEADER)
    file = (path, ImportOptions(kind="customers"))
    before, store = stores.of(file, published=False), stores.copy(settings, file, published=False)
    import_id = ledger.imports(store)[0].import_id
    killed(store, point, 1, "undo", import_id)
    assert digest(store) == digest(before)
    undo(store, import_id)
    assert digest(store) == digest(Settings(var=tmp_path / "never"))
    assert_nothing_lies_about(store)


def assert_nothing_lies_about(store: Settings) -> None:
    named = {file.path for file in ledger.files(store)}
    assert {str(path.relative_to(store.var)) for path in store.var.rglob("*.parquet")} == named
    assert list(store.tmp.iterdir()) == []
