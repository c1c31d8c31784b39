"""Jobs: queued, run in a child, cancelled, failed with a reason, interrupted; nothing half-done is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data import jobs
from data.errors import InputError
from data.settings import ROOT, Settings
from data.store import open_store
from data.worker import run_job

A = "2026-03-01 10:00:00,view,u1,i1,Lamp,9.50,1,France"


@pytest.fixture
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "data", "worker"], cwd=ROOT, env={**os.environ, "TIDELINE_VAR": str(settings.var)}
    )
    yield process
    process.kill()
    process.wait()


def ended(settings: Settings, job_id: int, seconds: float = 60) -> jobs.Job:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = jobs.find_job(settings, job_id)
        if job.status in jobs.DONE:
            return job
        time.sleep(0.1)
    raise AssertionError(f"job did not end: {jobs.find_job(settings, job_id)}")


def test_only_known_functions_are_jobs(settings: Settings) -> None:
    with pytest.raises(InputError, match="'os.system' is not a job. Jobs: data.tasks.import_file"):
        jobs.submit(settings, "os.system", {"command": "true"}, "Bad")
    with pytest.raises(InputError, match="There is no job 7"):
        jobs.find_job(settings, 7)


def test_an_import_as_a_job(
    settings: Settings, write_csv: Callable[..., Path], worker: subprocess.Popen[bytes]
) -> None:
    job = ended(
        settings, jobs.submit(settings, "data.tasks.import_file", {"path": str(write_csv("a.csv", A))}, "Import")
    )
    assert (job.status, job.percent) == ("done", 100)
    assert job.result is not None
    assert job.result["rows"]["kept"] == 1
    store = open_store(settings)
    assert store is not None
    assert store.meta.events == 1


def test_a_failure_keeps_its_reason(settings: Settings, tmp_path: Path, worker: subprocess.Popen[bytes]) -> None:
    missing = str(tmp_path / "none.csv")
    job = ended(settings, jobs.submit(settings, "data.tasks.import_file", {"path": missing}, "Import"))
    assert (job.status, job.message) == ("failed", f"There is no file {missing}. Check the name.")


def test_cancelling(settings: Settings, worker: subprocess.Popen[bytes]) -> None:
    running = jobs.submit(settings, "data.tasks.load_sample", {"name": "online-retail-ii"}, "Sample")
    waiting = jobs.submit(settings, "data.tasks.load_sample", {"name": "online-retail-ii"}, "Sample again")
    deadline = time.monotonic() + 60
    while jobs.find_job(settings, running).status == "queued" and time.monotonic() < deadline:
        time.sleep(0.05)
    jobs.cancel(settings, waiting)
    jobs.cancel(settings, running)
    assert ended(settings, running).message == "Cancelled. Nothing half-done was kept."
    assert ended(settings, waiting).status == "cancelled"
    assert open_store(settings) is None


def test_a_worker_that_dies_takes_its_job_along_and_the_next_one_says_so(settings: Settings) -> None:
    command = [sys.executable, "-m", "data", "worker"]
    env = {**os.environ, "TIDELINE_VAR": str(settings.var)}
    first = subprocess.Popen(command, cwd=ROOT, env=env)
    job_id = jobs.submit(settings, "data.tasks.load_sample", {"name": "online-retail-ii"}, "Sample")
    deadline = time.monotonic() + 60
    while jobs.find_job(settings, job_id).status != "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        job = ended(settings, job_id)
    finally:
        second.kill()
        second.wait()
    assert job.status == "interrupted"
    assert job.message == "The worker was stopped before the job ended. Nothing half-done was kept; start it again."


def test_a_job_that_is_cancelled_has_not_failed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = jobs.submit(settings, "data.tasks.train_model", {}, "Train")
    assert jobs.start(settings, job_id)

    def cancelled_meanwhile(settings: Settings, **knobs: object) -> None:
        jobs.cancel(settings, job_id)
        raise InputError("No model was made: the training was cancelled.")

    monkeypatch.setattr("data.tasks.train_model", cancelled_meanwhile)
    run_job(settings, job_id)
    job = jobs.find_job(settings, job_id)
    assert (job.status, job.message) == ("cancelled", "Cancelled. Nothing half-done was kept.")
