"""The worker: takes jobs off the queue and runs each in a process group of its own, which dies with the worker."""

import contextlib
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque

from data import jobs
from data.children import die_with_parent
from data.errors import AppError
from data.lock import has_worker, worker_lock, writer_lock
from data.settings import Settings

POLL_SECONDS = 0.25
PATIENCE_SECONDS = 5.0
LAST_LINES = 20
"""What is kept of what a job says; a pipe that nobody empties would stop it."""
PUBLISH = "data.tasks.publish_again"
CANCELLED = "Cancelled. Nothing half-done was kept."


def run_in_child(settings: Settings, job_id: int) -> None:
    """Run one job to its end, its cancellation or its failure."""
    if not jobs.start(settings, job_id):
        return
    try:
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
    except OSError as error:
        jobs.finish(
            settings, job_id, "failed", f"No process could be started for it: {error.strerror}. Start it again."
        )
        return
    said: deque[str] = deque(maxlen=LAST_LINES)
    listener = threading.Thread(target=said.extend, args=(child.stderr,), daemon=True)
    listener.start()
    while child.poll() is None:
        if jobs.is_cancelled(settings, job_id):
            _stop(child)
            _tidy(settings)
            jobs.finish(settings, job_id, "cancelled", CANCELLED)
            return
        time.sleep(POLL_SECONDS)
    if child.returncode:
        listener.join(PATIENCE_SECONDS)
        _tidy(settings)
        _close(settings, job_id, child.returncode, [line.strip() for line in said if line.strip()])


def _close(settings: Settings, job_id: int, code: int, said: list[str]) -> None:
    """Close a job whose process ended without closing it."""
    if code < 0:
        name = signal.Signals(-code).name
        jobs.finish(
            settings, job_id, "interrupted",
            f"Its process was killed ({name}), often for want of memory. Nothing half-done was kept; start it again.",
        )  # fmt: skip
    else:
        why = said[-1] if said else f"the process ended with code {code}"
        jobs.finish(settings, job_id, "failed", f"The job stopped unexpectedly: {why}")
    _publish_what_waits(settings)


def _tidy(settings: Settings) -> None:
    """Sweep away what a killed job left behind, unless somebody else writes now, who does the same."""
    with contextlib.suppress(AppError), writer_lock(settings, wait=0, doing="tidying up"):
        pass


def _publish_what_waits(settings: Settings) -> None:
    """Where a job was killed between its import and its publish, queue the publish, unless the last one failed."""
    from data.publish import is_stale

    with contextlib.suppress(AppError):  # of a ledger that cannot be read, which every job and page tells
        ended = jobs.jobs(settings, limit=1)
        tried = bool(ended) and ended[0].name == PUBLISH and ended[0].status != "done"
        if is_stale(settings) and not tried:
            jobs.submit(settings, PUBLISH, {}, "Publish what was interrupted")


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
        # A job that has a child of its own is told by it that it was cancelled.
        if jobs.is_cancelled(settings, job_id):
            jobs.finish(settings, job_id, "cancelled", CANCELLED)
        else:
            jobs.finish(settings, job_id, "failed", error.message)
    except Exception as error:
        traceback.print_exc()
        jobs.finish(settings, job_id, "failed", f"{type(error).__name__}: {error}")
    else:
        jobs.finish(settings, job_id, "done", result=json.loads(json.dumps(result, default=str)))


def work(settings: Settings) -> None:
    """Run the worker until it is told to stop; a second one waits until the first has ended.

    Jobs that an earlier worker left running are closed first, and what it left unpublished is published.
    """
    from data.queue import queue, task

    if has_worker(settings):
        sys.stderr.write(f"Another worker runs the jobs of {settings.var}; this one takes over when it ends.\n")
    with worker_lock(settings, wait=math.inf):
        jobs.mark_interrupted(settings)
        _tidy(settings)
        task(settings.var)
        known = queue(settings.var)
        known.flush()
        for job_id in jobs.queued(settings):
            task(settings.var)(job_id)
        _publish_what_waits(settings)
        known.create_consumer(
            workers=1, worker_type="thread", initial_delay=0.1, max_delay=0.5, periodic=False, check_worker_health=False
        ).run()
