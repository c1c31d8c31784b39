"""The worker or its child dies: the job says why, nothing half-done stays, the app goes on and a new worker comes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from data import jobs, launcher, ledger, worker
from data.lock import has_worker
from data.publish import is_stale
from data.settings import ROOT, Settings
from data.store import open_store

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
Environment = Callable[[Settings], dict[str, str]]
Killing = Callable[[Settings, tuple[str, int, str], str], dict[str, str]]
Check = Callable[[Settings], None]

FIRST = [f"2026-03-{day:02d} 10:00:00,purchase,u{day},i1,Lamp,2,1,France" for day in range(1, 9)]
SECOND = [f"2026-04-{day:02d} 10:00:00,purchase,v{day},i4,Bowl,4,1,Spain" for day in range(1, 9)]


def until(what: Callable[[], object], about: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, about
        time.sleep(0.05)


@contextmanager
def working(env: dict[str, str], **options: object) -> Iterator[subprocess.Popen[str]]:
    """A worker, killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", "data", "worker"], cwd=ROOT, env=env, text=True, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ended(settings: Settings, job_id: int) -> jobs.Job:
    until(lambda: jobs.find_job(settings, job_id).status in jobs.DONE, f"job {job_id} does not end")
    return jobs.find_job(settings, job_id)


def importing(settings: Settings, path: Path) -> int:
    return jobs.submit(settings, "data.tasks.import_file", {"path": str(path)}, f"Import {path.name}")


@pytest.mark.parametrize(
    ("point", "committed"),
    [
        (("data.ledger.record_import", 1, "after"), False),
        (("data.publish.move_into_place", 1, "before"), True),
    ],
    ids=["before the commit", "before the publish"],
)
def test_a_child_that_is_killed(
    settings: Settings, stores: Any, write_csv: Write, killing: Killing, environment: Environment, digest: Digest,
    tidy: Check, point: tuple[str, int, str], committed: bool,
) -> None:  # fmt: skip
    first, second = write_csv("a.csv", *FIRST), write_csv("b.csv", *SECOND)
    before, after = stores.of(first), stores.of(first, second)
    stores.copy(settings, first)
    with working(killing(settings, point, "run-job")) as process:
        job = ended(settings, importing(settings, second))
        assert job.status == "interrupted"
        assert job.message == (
            "Its process was killed (SIGKILL), often for want of memory. Nothing half-done was kept; start it again."
        )
        store = open_store(settings)
        assert store is not None
        assert store.problem is None
        store.close()
        if committed:  # the worker publishes what the job left; that job dies as well here, and is not tried for ever
            again = ended(settings, job.id + 1)
            assert (again.title, again.status) == ("Publish what was interrupted", "interrupted")
        else:
            assert digest(settings) == digest(before)
        assert process.poll() is None
    assert len(jobs.jobs(settings)) == (2 if committed else 1)
    assert list(settings.tmp.iterdir()) == []
    with working(environment(settings)):
        assert ended(settings, importing(settings, second)).status == "done"
    assert digest(settings) == digest(after)
    tidy(settings)


def test_a_worker_that_is_killed(
    settings: Settings, stores: Any, write_csv: Write, killing: Killing, environment: Environment, digest: Digest,
    tidy: Check,
) -> None:  # fmt: skip
    first, second = write_csv("a.csv", *FIRST), write_csv("b.csv", *SECOND)
    after = stores.of(first, second)
    stores.copy(settings, first)
    held = killing(settings, ("data.publish.move_into_place", 1, "hold"), "run-job")
    with working(held) as process:
        job_id = importing(settings, second)
        build = settings.tmp / "build-2.duckdb"
        until(lambda: build.exists() and not build.with_name("build-2.duckdb.wal").exists(), "the job does not get on")
        with working(environment(settings), stderr=subprocess.PIPE) as other:
            assert other.stderr is not None
            assert "Another worker runs the jobs of" in other.stderr.readline()
            child = psutil.Process(process.pid).children()[0]
            assert jobs.find_job(settings, job_id).status == "running"  # a second worker leaves it alone
            process.send_signal(signal.SIGKILL)
            process.wait()
            until(lambda: not psutil.pid_exists(child.pid), "the child outlives its worker")
            # The other worker takes over, says what became of the job, and publishes what it had committed.
            job = ended(settings, job_id)
            assert job.status == "interrupted"
            assert job.message.startswith("The worker was stopped before the job ended. Nothing half-done was kept")
            assert ended(settings, job_id + 1).status == "done"
            assert has_worker(settings)
    until(lambda: not has_worker(settings), "a killed worker keeps its lock")
    assert not is_stale(settings)
    assert digest(settings) == digest(after)
    tidy(settings)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_the_launcher_starts_another_worker_and_the_app_keeps_serving(
    settings: Settings, stores: Any, write_csv: Write, environment: Environment, tmp_path: Path
) -> None:
    stores.copy(settings, write_csv("a.csv", *FIRST))
    port, log = free_port(), tmp_path / "log.txt"
    env = {**environment(settings), "STREAMLIT_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "data", "serve"], cwd=ROOT, env=env, stdout=log.open("w"), stderr=subprocess.STDOUT
    )
    try:
        until(lambda: "Tideline is ready" in log.read_text() and has_worker(settings), "the app does not start")
        workers = [c for c in psutil.Process(process.pid).children() if "worker" in c.cmdline()]
        assert len(workers) == 1
        os.kill(workers[0].pid, signal.SIGKILL)
        said = "The worker was killed (SIGKILL); a new one is started. The app keeps serving."
        until(lambda: said in log.read_text(), log.read_text())
        until(lambda: has_worker(settings), "no new worker")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=30) as answer:
            assert answer.status == 200
        assert ended(settings, importing(settings, write_csv("b.csv", *SECOND))).status == "done"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not has_worker(settings)


def test_a_worker_that_ends_again_and_again_is_given_up_and_that_is_said() -> None:
    ends: deque[float] = deque(maxlen=launcher.MANY)
    for moment in (0.0, 100.0, 200.0, 300.0):
        ends.append(moment)
        assert launcher._may_start_again(ends)
    for moment in (301.0, 302.0, 303.0):
        ends.append(moment)
        assert launcher._may_start_again(ends)
    ends.append(304.0)
    assert not launcher._may_start_again(ends)
    assert launcher._ended(-9, True).startswith("The worker was killed (SIGKILL); a new one is started.")
    assert "The worker ended by itself (code 1), 5 times within a minute." in launcher._ended(1, False)
    assert "The app keeps serving, but jobs wait" in launcher._ended(1, False)
    assert "`python -m data worker`" in launcher._ended(1, False)


@pytest.fixture
def job_id(settings: Settings) -> int:
    return jobs.submit(settings, "data.tasks.undo_import", {"import_id": "imp-1"}, "Undo")


def test_a_child_that_says_more_than_a_pipe_holds_is_not_stuck(
    settings: Settings, job_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = tmp_path / "talker"
    talker.write_text(
        "#!/bin/sh\nhead -c 1000000 /dev/zero | tr '\\0' 'x' >&2\necho >&2\necho last words >&2\nexit 3\n"
    )
    talker.chmod(0o755)
    monkeypatch.setattr(worker.sys, "executable", str(talker))
    worker.run_in_child(settings, job_id)
    job = jobs.find_job(settings, job_id)
    assert (job.status, job.message) == ("failed", "The job stopped unexpectedly: last words")


def test_a_child_that_cannot_be_started(settings: Settings, job_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker.sys, "executable", "/nowhere/python")
    worker.run_in_child(settings, job_id)
    job = jobs.find_job(settings, job_id)
    assert job.status == "failed"
    assert job.message == "No process could be started for it: No such file or directory. Start it again."


def test_what_was_left_unpublished_is_queued_once_and_again_only_after_it_went_well(settings: Settings) -> None:
    worker._publish_what_waits(settings)
    assert jobs.jobs(settings) == []  # an empty store waits for nothing
    with ledger.connect(settings) as connection:
        ledger.bump_version(connection)
    for ending, queued in (("done", 1), ("failed", 2), ("failed", 2)):
        worker._publish_what_waits(settings)
        worker._publish_what_waits(settings)
        assert len(jobs.jobs(settings)) == queued
        newest = jobs.jobs(settings)[0]
        if jobs.start(settings, newest.id):
            jobs.finish(settings, newest.id, ending)
