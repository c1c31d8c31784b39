"""Jobs: anything longer than a second. A row in var/jobs.sqlite each; the worker runs them one after another."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.disk import about_sqlite
from data.errors import InputError, StoreError
from data.settings import Settings

SCHEMA = """
create table if not exists jobs (
    id integer primary key autoincrement, name text not null, args text not null, title text not null,
    status text not null, stage text not null default '', percent real not null default 0,
    cancel integer not null default 0,
    submitted text not null, started text, ended text, message text not null default '', result text);
"""
RUNNABLE = ("data.tasks.import_file", "data.tasks.undo_import", "data.tasks.load_sample", "data.tasks.leave_sample",
            "data.tasks.publish_again", "data.tasks.edit_themes", "data.tasks.recluster_themes",
            "data.tasks.train_model", "data.tasks.activate_model")  # fmt: skip
"""The functions a job may name. A page can ask for these and nothing else."""
DONE = ("done", "failed", "cancelled", "interrupted")


@dataclass(frozen=True)
class Job:
    """A job as pages show it."""

    id: int
    name: str
    title: str
    status: str
    """'queued', 'running', 'done', 'failed', 'cancelled' or 'interrupted'."""
    stage: str
    percent: float
    """0 to 100."""
    started: datetime | None
    ended: datetime | None
    message: str
    """Why it failed, in a sentence."""
    result: dict[str, Any] | None
    args: dict[str, Any]


@contextmanager
def _connect(settings: Settings) -> Iterator[sqlite3.Connection]:
    settings.var.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(settings.jobs_path, timeout=30, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("pragma journal_mode = wal")
            connection.execute(SCHEMA)
            yield connection
    except sqlite3.Error as error:
        said = about_sqlite(settings, error, "writing the list of jobs")
        if said is None and type(error) is sqlite3.DatabaseError:
            said = StoreError(
                f"The list of jobs {settings.jobs_path} cannot be read: {error}. Stop Tideline, delete that file and"
                " start again; only the history of jobs is lost."
            )
        if said is None:
            raise
        raise said from error


def submit(settings: Settings, name: str, args: dict[str, Any], title: str) -> int:
    """Queue a job; comes back with its id. Raises InputError for a name that is not a job."""
    if name not in RUNNABLE:
        raise InputError(f"'{name}' is not a job. Jobs: {', '.join(RUNNABLE)}.")
    with _connect(settings) as connection:
        cursor = connection.execute(
            "insert into jobs (name, args, title, status, submitted) values (?, ?, ?, 'queued', ?)",
            (name, json.dumps(args), title, _now()),
        )
        job_id = int(cursor.lastrowid or 0)
    from data.queue import enqueue  # huey is imported by those who queue, not by those who look

    try:
        enqueue(settings, job_id)
    except sqlite3.Error as error:
        cancel(settings, job_id)
        said = about_sqlite(settings, error, "queueing the job")
        raise (said or StoreError(f"{settings.var / 'queue.sqlite'} cannot be used: {error}. Delete it.")) from error
    return job_id


def jobs(settings: Settings, *, limit: int = 20) -> list[Job]:
    """The newest jobs, newest first."""
    if not settings.jobs_path.exists():
        return []
    with _connect(settings) as connection:
        rows = connection.execute("select * from jobs order by id desc limit ?", (limit,)).fetchall()
    return [_job(row) for row in rows]


def find_job(settings: Settings, job_id: int) -> Job:
    """One job. Raises InputError when there is none of that id."""
    with _connect(settings) as connection:
        row = connection.execute("select * from jobs where id = ?", (job_id,)).fetchone()
    if row is None:
        raise InputError(f"There is no job {job_id}.")
    return _job(row)


def cancel(settings: Settings, job_id: int) -> None:
    """Ask for a job to stop; a queued one never starts, a running one ends within a second or two."""
    with _connect(settings) as connection:
        connection.execute(
            "update jobs set status = 'cancelled', ended = ? where id = ? and status = 'queued'", (_now(), job_id)
        )
        connection.execute("update jobs set cancel = 1 where id = ? and status = 'running'", (job_id,))


def is_cancelled(settings: Settings, job_id: int) -> bool:
    """Whether somebody asked for the job to stop."""
    with _connect(settings) as connection:
        row = connection.execute("select cancel, status from jobs where id = ?", (job_id,)).fetchone()
    return bool(row and (row["cancel"] or row["status"] == "cancelled"))


def start(settings: Settings, job_id: int) -> bool:
    """Mark a queued job as running; False when it is not queued any more."""
    with _connect(settings) as connection:
        cursor = connection.execute(
            "update jobs set status = 'running', started = ? where id = ? and status = 'queued'", (_now(), job_id)
        )
    return cursor.rowcount == 1


def report(settings: Settings, job_id: int, stage: str, fraction: float) -> None:
    """Note how far a job is."""
    with _connect(settings) as connection:
        connection.execute(
            "update jobs set stage = ?, percent = ? where id = ?", (stage, round(100 * fraction, 1), job_id)
        )


def finish(
    settings: Settings, job_id: int, status: str, message: str = "", result: dict[str, Any] | None = None
) -> None:
    """Close a running job."""
    with _connect(settings) as connection:
        connection.execute(
            "update jobs set status = ?, message = ?, result = ?, ended = ?,"
            " percent = case when ? = 'done' then 100 else percent end where id = ? and status = 'running'",
            (status, message, json.dumps(result) if result is not None else None, _now(), status, job_id),
        )


def mark_interrupted(settings: Settings) -> None:
    """Close jobs that a worker left running when it died; called when a worker starts."""
    with _connect(settings) as connection:
        connection.execute(
            "update jobs set status = 'interrupted', ended = ?, message ="
            " 'The worker was stopped before the job ended. Nothing half-done was kept; start it again.'"
            " where status = 'running'",
            (_now(),),
        )


def queued(settings: Settings) -> list[int]:
    """Ids of jobs that wait, oldest first."""
    with _connect(settings) as connection:
        return [row["id"] for row in connection.execute("select id from jobs where status = 'queued' order by id")]


def _job(row: sqlite3.Row) -> Job:
    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    result = json.loads(row["result"]) if row["result"] else None
    return Job(
        row["id"], row["name"], row["title"], row["status"], row["stage"], row["percent"], moment(row["started"]),
        moment(row["ended"]), row["message"], result, json.loads(row["args"]),
    )  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
