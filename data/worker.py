"""The worker: takes jobs off the queue and runs each in a process group of its own, which dies with the worker."""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback

from data import jobs
from data.children import die_with_parent
from data.errors import AppError
from data.settings import Settings

POLL_SECONDS = 0.25
PATIENCE_SECONDS = 5.0


def run_in_child(settings: Settings, job_id: int) -> None:
    """Run one job to its end, its cancellation or its failure."""
    if not jobs.start(settings, job_id):
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "data", "run-job", str(job_id)],
        cwd=settings.root,
        env={**os.environ, "TIDELINE_VAR": str(settings.var)},
        start_new_session=True,
        preexec_fn=die_with_parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while child.poll() is None:
        if jobs.is_cancelled(settings, job_id):
            _stop(child)
            jobs.finish(settings, job_id, "cancelled", "Cancelled. Nothing half-done was kept.")
            return
        time.sleep(POLL_SECONDS)
    if child.returncode:
        said = (child.stderr.read() if child.stderr else "").strip().splitlines()
        why = said[-1] if said else f"the process ended with code {child.returncode}"
        jobs.finish(settings, job_id, "failed", f"The job stopped unexpectedly: {why}")


def _stop(child: subprocess.Popen[str]) -> None:
    os.killpg(child.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(PATIENCE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def run_job(settings: Settings, job_id: int) -> None:
    """Run one job in this process; the child's side. Its end is written to the job table, whatever it is."""
    job = jobs.find_job(settings, job_id)
    module, function = job.name.rsplit(".", 1)
    last = [0.0]

    def progress(stage: str, fraction: float) -> None:
        if time.monotonic() - last[0] > POLL_SECONDS or fraction >= 1:
            last[0] = time.monotonic()
            jobs.report(settings, job_id, stage, fraction)

    try:
        result = getattr(importlib.import_module(module), function)(settings, progress=progress, **job.args)
    except AppError as error:
        jobs.finish(settings, job_id, "failed", error.message)
    except Exception as error:
        traceback.print_exc()
        jobs.finish(settings, job_id, "failed", f"{type(error).__name__}: {error}")
    else:
        jobs.finish(settings, job_id, "done", result=json.loads(json.dumps(result, default=str)))


def work(settings: Settings) -> None:
    """Run the worker until it is told to stop. Jobs that an earlier worker left running are closed first."""
    from data.queue import queue, task

    jobs.mark_interrupted(settings)
    task(settings.var)
    known = queue(settings.var)
    known.flush()
    for job_id in jobs.queued(settings):
        task(settings.var)(job_id)
    known.create_consumer(
        workers=1, worker_type="thread", initial_delay=0.1, max_delay=0.5, periodic=False, check_worker_health=False
    ).run()
