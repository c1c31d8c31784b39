"""The queue between pages and the worker: huey on SQLite, made when first needed."""

from functools import cache
from pathlib import Path
from typing import Any

from huey import SqliteHuey

from data.settings import Settings


@cache
def queue(var: Path) -> SqliteHuey:
    """The queue of the store in `var`."""
    var.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("tideline", filename=str(var / "queue.sqlite"), results=False)


@cache
def task(var: Path) -> Any:
    """The one task that the queue knows: run the job of that id in a process of its own."""

    def run_job(job_id: int) -> None:
        from data.worker import run_in_child

        run_in_child(Settings(var=var), job_id)

    return queue(var).task(name="run_job")(run_job)


def enqueue(settings: Settings, job_id: int) -> None:
    """Hand a job to the worker."""
    task(settings.var)(job_id)
