"""Writers that come at once take turns; a clock that is set back changes nothing but the times that are shown."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data import jobs, ledger
from data.errors import BusyError
from data.ingest import ImportOptions, ingest
from data.lock import is_writing, writer_lock
from data.pipeline import import_file, undo_import
from data.queue import queue, task
from data.settings import ROOT, Settings
from data.undo import undo

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
Environment = Callable[[Settings], dict[str, str]]
Command = Callable[..., subprocess.CompletedProcess[str]]
Check = Callable[[Settings], None]

FIRST = [f"2026-03-{day:02d} 10:00:00,purchase,u{day},i1,Lamp,2,1,France" for day in range(1, 9)]
SHARED = [f"2026-03-{day:02d} 12:00:00,purchase,u{day},i2,Vase,3,1,France" for day in range(1, 9)]
SECOND = [f"2026-04-{day:02d} 10:00:00,purchase,v{day},i4,Bowl,4,1,Spain" for day in range(1, 9)]


def waits_for_the_lock(process: subprocess.Popen[str], settings: Settings) -> bool:
    lock = settings.var / "writer.lock"
    with suppress(OSError):  # a file that was closed while they were looked through
        return any(each.readlink() == lock for each in Path("/proc", str(process.pid), "fd").iterdir())
    return False


def at_once(settings: Settings, env: dict[str, str], *files: Path) -> list[dict[str, object]]:
    """The receipts of imports that all stand before the lock when it opens."""
    with writer_lock(settings):
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "data", "import", str(file), "--json"],
                cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for file in files
        ]  # fmt: skip
        while not all(waits_for_the_lock(process, settings) for process in started):
            assert all(process.poll() is None for process in started)
            time.sleep(0.02)
    receipts = []
    for process in started:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        receipts.append(json.loads(out))
    return receipts


def test_two_files_at_once_are_as_one_after_the_other(
    settings: Settings, stores: Any, write_csv: Write, environment: Environment, digest: Digest, tidy: Check,
    tmp_path: Path,
) -> None:  # fmt: skip
    files = write_csv("a.csv", *FIRST, *SHARED), write_csv("b.csv", *SHARED, *SECOND)
    receipts = at_once(settings, environment(settings), *files)
    kept = [receipt["rows"]["kept"] for receipt in receipts]  # type: ignore[index]
    assert sorted(kept) == [8, 16]
    assert sum(kept) == len(FIRST) + len(SHARED) + len(SECOND)
    turns = [row.file_name for row in ledger.imports(settings, active_only=True)]
    assert sorted(turns) == ["a.csv", "b.csv"]
    assert digest(settings) == digest(stores.of(*(tmp_path / name for name in turns)))
    tidy(settings)


def test_the_same_file_twice_at_once_comes_in_once(
    settings: Settings, stores: Any, write_csv: Write, environment: Environment, digest: Digest, tidy: Check
) -> None:
    path = write_csv("a.csv", *FIRST)
    receipts = at_once(settings, environment(settings), path, path)
    assert sorted(receipt["rows"]["kept"] for receipt in receipts) == [0, 8]  # type: ignore[index]
    assert sorted(len(receipt["warnings"]) for receipt in receipts) == [0, 1]  # type: ignore[arg-type]
    assert digest(settings) == digest(stores.of(path))
    tidy(settings)


def test_who_waits_too_long_is_told_and_who_reads_never_waits(
    settings: Settings, stores: Any, write_csv: Write, command: Command
) -> None:
    stores.copy(settings, write_csv("a.csv", *FIRST))
    with writer_lock(settings):
        assert is_writing(settings)
        with (
            pytest.raises(BusyError, match=r"Another import, undo or publish has held the store in .* try again"),
            writer_lock(settings, wait=0),
        ):
            pass
        assert json.loads(command(settings, "status", "--json").stdout)["events"] == len(FIRST)
    assert not is_writing(settings)


def test_a_writer_does_not_sweep_away_what_others_work_on(settings: Settings) -> None:
    with subprocess.Popen(["sleep", "300"]) as somebody:
        names = [f"{somebody.pid}-preview", f"{os.getpid()}-spill", "build-1.duckdb.wal", "import"]
        for name in names:
            (settings.tmp / name).mkdir(parents=True)
        with writer_lock(settings):
            assert sorted(path.name for path in settings.tmp.iterdir()) == sorted(names[:2])
        somebody.kill()
    with writer_lock(settings):
        assert [path.name for path in settings.tmp.iterdir()] == [names[1]]


@pytest.fixture
def clock_runs_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock finds it a day earlier than the look before."""
    looks = iter(range(1, 10_000))

    def now() -> str:
        return (datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=next(looks))).isoformat(timespec="seconds")

    monkeypatch.setattr(ledger, "now", now)
    monkeypatch.setattr(jobs, "_now", now)


def steps(settings: Settings, write_csv: Write) -> None:
    """Imports that share events, an undo that hands some over, and a file that comes back; published twice."""
    files = write_csv("a.csv", *FIRST, *SHARED), write_csv("b.csv", *SHARED, *SECOND), write_csv("c.csv", *SHARED)
    ids = [ingest(settings, path, ImportOptions())["import"] for path in files[:2]]
    ids.append(import_file(settings, files[2], ImportOptions())["import"])
    undo(settings, ids[0])  # its events go to b.csv, which came before c.csv
    ingest(settings, files[0], ImportOptions())
    undo_import(settings, ids[2])


def test_order_is_that_of_the_ledger_not_of_the_clock(
    settings: Settings, write_csv: Write, digest: Digest, tmp_path: Path, clock_runs_backwards: None
) -> None:
    steps(settings, write_csv)
    rows = ledger.imports(settings)
    assert [row.file_name for row in rows] == ["a.csv", "b.csv", "c.csv", "a.csv"]
    assert [row.seq for row in rows] == sorted({row.seq for row in rows})
    assert [row.imported_at for row in rows] == sorted((row.imported_at for row in rows), reverse=True)
    active = [row for row in rows if row.status == "active"]
    assert len({row.import_id for row in active}) == len(active) == 2
    assert ledger.data_version(settings) == 6
    with pytest.MonkeyPatch.context() as usual:
        usual.setattr(ledger, "now", lambda: datetime.now(UTC).isoformat(timespec="seconds"))
        expected = Settings(var=tmp_path / "expected", themes=False)
        steps(expected, write_csv)
    assert digest(settings) == digest(expected)


def test_jobs_keep_their_order_and_run_whatever_the_clock_says(settings: Settings, clock_runs_backwards: None) -> None:
    ids = [jobs.submit(settings, "data.tasks.undo_import", {"import_id": f"imp-{n}"}, f"Undo {n}") for n in range(3)]
    assert ids == sorted(set(ids))
    assert [job.id for job in jobs.jobs(settings)] == ids[::-1]
    assert jobs.queued(settings) == ids
    assert jobs.start(settings, ids[0])
    jobs.finish(settings, ids[0], "done", result={})
    ended = jobs.find_job(settings, ids[0])
    assert ended.started is not None
    assert ended.ended is not None
    assert ended.ended < ended.started
    # The queue asks the clock nothing: a task without a set time is ready even in 1970.
    waiting = task(settings.var).s(ids[1])
    assert queue(settings.var).ready_to_run(waiting, datetime(1970, 1, 1))
    assert queue(settings.var).pending_count() == 3
