"""A disk that takes no more: one clear sentence, the store as it was, nothing left lying about, and on it goes."""

import errno
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data import jobs, ledger
from data.disk import disk_trouble
from data.errors import BusyError, InputError, StoreError
from data.inbox import save_upload
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.serving import current_file
from data.settings import ROOT, Settings
from data.store import open_store

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
Command = Callable[..., subprocess.CompletedProcess[str]]
Said = Callable[..., tuple[int, str, str]]
Check = Callable[[Settings], None]

SMALL = [f"2026-03-{day:02d} 10:00:00,purchase,u{day},i{day},Lamp,2,1,France" for day in range(1, 9)]
MORE = [f"2026-04-{day:02d} 10:00:00,purchase,u{day},i{day},Lamp,2,1,Spain" for day in range(1, 9)]


def many(rows: int) -> list[str]:
    """Rows that no compression makes small."""
    draw = random.Random(5)
    return [f"2026-05-01 10:00:00,view,{draw.randbytes(12).hex()},{draw.randbytes(12).hex()},,,," for _ in range(rows)]


def at_most(size: int) -> Callable[[], None]:
    """No file that the process writes may grow beyond `size`."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_import_that_finds_no_room(
    settings: Settings, stores: Any, write_csv: Write, digest: Digest, command: Command, tidy: Check
) -> None:
    stores.copy(settings, write_csv("a.csv", *SMALL))
    before = digest(settings)
    large = write_csv("large.csv", *many(20_000))
    done = command(settings, "import", str(large), preexec_fn=at_most(300_000))
    assert done.returncode == 1
    assert done.stdout == ""
    said = done.stderr.splitlines()
    assert len(said) == 1
    assert f"The disk of {settings.var} takes no larger files, so the import of large.csv stopped" in said[0]
    assert "the store is as it was before. It needs about 69 MB, and" in said[0]
    assert "Make room, or move the folder to a larger disk and set TIDELINE_VAR to it" in said[0]
    assert digest(settings) == before
    tidy(settings)
    import_file(settings, large, ImportOptions())


@pytest.mark.parametrize("what", ["import", "undo"])
def test_publish_that_finds_no_room(
    settings: Settings, stores: Any, write_csv: Write, digest: Digest, command: Command, said: Said, tidy: Check,
    what: str,
) -> None:  # fmt: skip
    first, second = write_csv("a.csv", *SMALL), write_csv("b.csv", *MORE)
    stores.copy(settings, *((first,) if what == "import" else (first, second)))
    import_id = ledger.imports(settings)[0].import_id
    served = current_file(settings)
    assert served is not None
    shown = open_store(settings).meta  # type: ignore[union-attr]
    arguments = ("import", str(second)) if what == "import" else ("undo", import_id)
    done = command(settings, *arguments, preexec_fn=at_most(served.stat().st_size // 2))
    assert done.returncode == 1
    words = done.stderr.splitlines()
    assert len(words) == 1
    assert ("b.csv was imported as imp-" if what == "import" else f"{import_id} was taken back") in words[0]
    assert ", but pages do not show it yet: The disk of" in words[0]
    assert words[0].endswith("then try again. Then publish with `python -m data rebuild`.")
    # Pages show what they showed, and both they and the command line say that something is missing.
    store = open_store(settings)
    assert store is not None
    assert store.meta == shown
    status = json.loads(said("status", "--json")[1])
    assert (status["stale"], status["served_version"]) == (True, store.version)
    assert "What was imported or undone last is not shown yet" in status["problem"]
    assert f"You see version {store.version}, published " in status["problem"]
    tidy(settings)
    assert said("rebuild")[0] == 0
    assert json.loads(said("status", "--json")[1])["problem"] is None
    assert digest(settings) == digest(stores.of(*((first, second) if what == "import" else (second,))))


def test_ledger_that_finds_no_room(
    settings: Settings, stores: Any, write_csv: Write, digest: Digest, tidy: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.copy(settings, write_csv("a.csv", *SMALL))
    before, second = digest(settings), write_csv("b.csv", *MORE)
    with sqlite3.connect(settings.ledger_path) as connection:
        pages = connection.execute("pragma page_count").fetchone()[0]
    with monkeypatch.context() as full:
        # SQLite says the same of a database that may not grow as of a disk that is full.
        full.setattr(ledger, "SCHEMA", f"{ledger.SCHEMA} pragma max_page_count = {pages};")
        with pytest.raises(StoreError, match=r"The disk of .* is full, so writing the ledger stopped; the store is as"):
            import_file(settings, second, ImportOptions(constants={"platform": "x" * 40_000}))
    assert digest(settings) == before
    tidy(settings)
    import_file(settings, second, ImportOptions())


@pytest.mark.parametrize(
    ("what", "name", "count"),
    [("import", "replace", 2), ("import", "fsync", 1), ("undo", "replace", 1), ("undo", "fsync", 4)],
)
def test_any_rename_or_flush_that_fails(
    settings: Settings, stores: Any, write_csv: Write, digest: Digest, tidy: Check, monkeypatch: pytest.MonkeyPatch,
    what: str, name: str, count: int,
) -> None:  # fmt: skip
    first, second = write_csv("a.csv", *SMALL, *MORE[:4]), write_csv("b.csv", *SMALL[4:], *MORE)
    stores.copy(settings, *((first,) if what == "import" else (first, second)))
    import_id = ledger.imports(settings)[0].import_id
    before = digest(settings)
    plain, calls = getattr(os, name), []

    def full(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return plain(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(f"data.engine.os.{name}", full)
        with pytest.raises(
            StoreError, match=r"The disk of .* is full, so the (import of b.csv|undo of imp-.*) stopped"
        ):
            import_file(settings, second, ImportOptions()) if what == "import" else undo_import(settings, import_id)
    assert digest(settings) == before
    tidy(settings)


def room(*commands: str) -> list[str] | None:
    """The command in a mount namespace of its own, where a small disk can be put anywhere; None where that is not
    allowed."""
    for way in (["unshare", "-m"], ["unshare", "-Urm"]):
        if (
            shutil.which(way[0])
            and not subprocess.run(
                [*way, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
            ).returncode
        ):
            return [*way, *commands]
    return None


FILLED = """
import pathlib, shutil, subprocess, sys
var, log, filler = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[1], "filler")
copy = var.with_name("copy")
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(var)], check=True)
shutil.copytree(var.with_name("store"), var, dirs_exist_ok=True)
filler.write_bytes(bytes(shutil.disk_usage(var).free - int(sys.argv[3])))
done = subprocess.run([sys.executable, "-m", "data", "import", log], capture_output=True, text=True)
filler.unlink()
shutil.copytree(var, copy)
print(done.returncode, done.stderr)
"""


@pytest.mark.skipif(room() is None, reason="this system lets nobody mount a small disk")
@pytest.mark.parametrize(("free", "stopped"), [(400_000, "the import of b.csv"), (3_000_000, "publishing")])
def test_a_disk_that_is_really_full(
    tmp_path: Path, stores: Any, write_csv: Write, digest: Digest, tidy: Check, free: int, stopped: str
) -> None:
    store = stores.copy(tmp_path / "store", write_csv("a.csv", *SMALL))
    before, log = digest(store), write_csv("b.csv", *many(20_000))
    small = tmp_path / "var"
    small.mkdir()
    way = room(sys.executable, "-c", FILLED, str(small), str(log), str(free))
    assert way is not None
    environment = {**os.environ, "TIDELINE_VAR": str(small), "TIDELINE_THEMES": "0"}
    done = subprocess.run(way, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1 ")
    assert f"The disk of {small} is full, so {stopped} stopped; the store is as it was before." in done.stdout
    left = Settings(var=tmp_path / "copy", themes=False)
    tidy(left)
    if stopped != "publishing":
        assert digest(left) == before
    assert open_store(left).meta.events == len(SMALL)  # type: ignore[union-attr]
    import_file(left, log, ImportOptions())
    assert open_store(left).meta.events == len(SMALL) + 20_000  # type: ignore[union-attr]


def test_an_upload_that_finds_no_room(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match=r"is full, so keeping the upload log.csv stopped"):
        save_upload(settings, "log.csv", b"x")
    assert list(settings.inbox.iterdir()) == []


def test_a_job_that_cannot_be_queued_is_not_left_waiting(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("data.queue.enqueue", full)
    with pytest.raises(StoreError, match="is full, so queueing the job stopped"):
        jobs.submit(settings, "data.tasks.undo_import", {"import_id": "imp-1"}, "Undo")
    assert [job.status for job in jobs.jobs(settings)] == ["cancelled"]


def test_a_ledger_that_somebody_holds_is_busy_not_broken(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with ledger.connect(settings):
        pass
    plain = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: plain(*a, **{**k, "timeout": 0}))
    held = plain(settings.ledger_path, isolation_level=None)
    held.execute("begin immediate")
    with (
        pytest.raises(BusyError, match="Somebody else kept writing the ledger waiting for too long"),
        ledger.connect(settings),
    ):
        pass
    held.close()


def test_a_log_that_may_not_be_read_is_not_the_stores_fault(
    settings: Settings, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv("a.csv", *SMALL)
    plain = Path.open

    def closed(self: Path, *arguments: object, **options: object) -> object:
        if self == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return plain(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(InputError, match=r"a.csv may not be read by this user. Change its rights, or copy it."):
        import_file(settings, path, ImportOptions())


def test_a_log_that_changes_while_it_is_read_is_not_imported(
    settings: Settings, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv("a.csv", *SMALL)
    from data import ingest

    plain = ingest.load_events

    def meanwhile(*arguments: object) -> object:
        write_csv("a.csv", *SMALL, *MORE)
        return plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ingest, "load_events", meanwhile)
    with pytest.raises(InputError, match=r"a.csv was changed while it was read. Nothing was imported"):
        import_file(settings, path, ImportOptions())
    assert ledger.imports(settings) == []


@pytest.mark.parametrize(
    "text",
    [
        'IO Error: Could not write file "x": No space left on device',
        "Out of Memory Error: failed to offload. This limit was set by the 'max_temp_directory_size' setting.",
        "database or disk is full",
    ],
)
def test_every_engine_says_it_in_its_own_words(text: str) -> None:
    assert disk_trouble(Exception(text)) == errno.ENOSPC
    assert disk_trouble(Exception("Binder Error: column x")) is None
