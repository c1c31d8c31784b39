"""The job strip: what the worker is doing, how far it is, and why something failed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from data.errors import AppError
from data.jobs import Job, cancel, jobs, submit
from data.lock import has_worker
from data.settings import Settings
from pages.shared import cached, state, wording

ACTIVE = ("queued", "running")
BROKEN = ("failed", "interrupted")
NO_WORKER = (
    "No worker is running, so nothing is prepared now. If this stays, start one with `python -m data worker`; what is"
    " shown stays as it is."
)
SHOWN_FOR = timedelta(days=2)
"""Failures older than this are history; the page Data still lists them."""


def start(name: str, args: dict[str, Any], title: str) -> None:
    """Queue a job and say where its progress stands: whoever asks may have scrolled far below it."""
    submit(state.settings(), f"data.tasks.{name}", args, title)
    state.notify(f"{title}: started. Its progress stands at the top of every page.")


def newest(here: Settings) -> list[Job]:
    """The newest jobs, as they stand now."""
    return cached.as_written(jobs, here, here.jobs_path)


def busy(here: Settings) -> bool:
    """Whether a job is waiting or running; not where that cannot be told, which the strip says."""
    try:
        return any(job.status in ACTIVE for job in newest(here))
    except AppError:
        return False


def draw(here: Settings) -> None:
    """One line per job that runs, waits or failed and was not put away."""
    found = newest(here)
    if any(job.status in ACTIVE for job in found) and not has_worker(here):
        st.warning(NO_WORKER, icon=":material/warning:")
    for job in found:
        if job.status in ACTIVE:
            _running(here, job)
        elif job.status in BROKEN and not state.dismissed(job.id) and _recent(job):
            _broken(job)


def _running(here: Settings, job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        spent = f", {wording.elapsed(_since(job.started))}" if job.started else ""
        stage = job.stage or ("waiting for its turn" if job.status == "queued" else "starting")
        st.progress(
            min(max(round(job.percent), 0), 100), text=f"**{job.title}**: {stage}, {job.percent or 0:.0f} %{spent}"
        )
        st.button(
            "Cancel",
            key=f"frame_cancel_{job.id}",
            icon=":material/close:",
            on_click=state.attempt,
            args=(cancel, here, job.id),
        )


def _broken(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"frame_job_{job.id}"):
        what = "failed" if job.status == "failed" else "was interrupted"
        reason = job.message or "The worker stopped before it was done. Start it again."
        st.error(f"**{job.title} {what}.** {reason}", icon=":material/error:")
        st.button("Dismiss", key=f"frame_dismiss_{job.id}", on_click=state.dismiss, args=(job.id,))


def _recent(job: Job) -> bool:
    return job.ended is not None and _now() - job.ended < SHOWN_FOR


def _since(start: datetime) -> float:
    """Seconds since then; none where the clock was set back meanwhile."""
    return max((_now() - start).total_seconds(), 0.0)


def _now() -> datetime:
    return datetime.now(UTC)
