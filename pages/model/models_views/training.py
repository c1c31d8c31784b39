"""Training: the way to start it, how far it is while it runs, how it ended."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.evaluation import epochs, number
from analytics.figures.models import alt_training, training_curve
from analytics.sentences import models as sentences
from data.store import Store
from models.runs import Run, Training
from models.runs import training as unfinished
from pages.model.models_views import choice
from pages.shared import cached, jobstrip, state, wording
from pages.shared.parts import chart, empty

JOB = "train_model"
EVERY = 2.0
"""Seconds between two looks at a training that runs."""
ENDED = ("failed", "cancelled", "interrupted")


def is_running() -> bool:
    """Whether a training is queued or running."""
    here = state.settings()
    queued = any(job.name.endswith(f".{JOB}") and job.status in jobstrip.ACTIVE for job in jobstrip.newest(here))
    begun = unfinished(here)
    return queued or (begun is not None and begun.status["state"] == "running")


def draw(opened: Store) -> None:
    """The training that runs; else how the last one broke off; else, where there is no run, what one would do."""
    running = is_running()
    if running:
        st.fragment(live, run_every=EVERY)()
        return
    begun = unfinished(state.settings())
    if begun is not None and begun.status["state"] in ENDED:
        st.warning(sentences.failed(begun.status["state"], str(begun.status["message"] or "")), icon=":material/error:")
        st.button(
            "Go on where it stopped", key="models_resume", icon=":material/resume:", on_click=state.attempt,
            args=(jobstrip.start, JOB, {"resume": True}, "Train the interest model"),
            help="From its last checkpoint, as long as the data are the same.",
        )  # fmt: skip
    if choice.known():
        return
    if not opened.meta.users:
        empty("This log names no people, so there is nobody to learn from. Import a log with a user column.")
        return
    empty(sentences.before_training(opened.meta.events, opened.meta.users), icon=":material/model_training:")
    button("Train the interest model")


def button(label: str) -> None:
    """The button that has a model trained; not while one is."""
    running = is_running()
    st.button(
        label, key="models_train", icon=":material/model_training:",
        disabled=running, on_click=state.attempt, args=(jobstrip.start, JOB, {}, "Train the interest model"),
        help="A training runs already." if running else "Runs beside the app; pages stay usable.",
    )  # fmt: skip


def live() -> None:
    """How far the training is; the whole page runs again when it ends."""
    begun = unfinished(state.settings())
    if not is_running():
        st.rerun(scope="app")
    st.subheader("Training", anchor=False)
    if begun is None or begun.status["state"] != "running":
        st.info("The training waits for its turn.", icon=":material/hourglass:")
        return
    status = begun.status
    st.progress(min(max(number(status, "fraction") or 0.0, 0.0), 1.0), text=progress_said(status))
    with st.grid(4, min_column_width=160):
        for label, key, form, meaning in (
            ("Loss", "loss", "{:.4f}", "Nats per event that came next; falls while the network learns."),
            ("NDCG@10", "metric", "{:.4f}", "On the middle period; training stops when it rises no more."),
            ("Examples per second", "examples_per_second", "{:,.0f}", "Events learnt from in a second."),
        ):  # fmt: skip
            value = number(status, key)
            st.metric(label, "–" if value is None else form.format(value), help=meaning, border=True, height="stretch")
        left = number(status, "seconds_left")
        st.metric("Time left", "–" if left is None else wording.elapsed(left), border=True, height="stretch",
                  help="Of this stage, at the present speed.")  # fmt: skip
    curve(so_far(begun), key="models_live")


def progress_said(status: dict[str, Any]) -> str:
    """The stage, and the epoch where there are any."""
    epoch, of = number(status, "epoch"), number(status, "epochs")
    at = f", epoch {epoch:.0f} of at most {of:.0f}" if epoch is not None and of else ""
    return f"**{status['stage'] or 'starting'}**{at}"


def so_far(begun: Training) -> dict[str, Any]:
    """The epochs that the running training has behind it."""
    return {"epochs": begun.status.get("history") or []}


def curve(training: dict[str, Any] | None, *, key: str) -> None:
    """Loss and metric by epoch; nothing before the second epoch."""
    frame = epochs(training)
    if frame.height < 2:
        return
    best = number(training, "best")
    figure = training_curve(frame, best=None if best is None else int(best)).update_layout(modebar=cached.MODEBAR)
    chart(figure, alt_training(frame), "training", key=key)


def went(run: Run) -> None:
    """How a finished run was trained, shut at first."""
    about = run.metrics.get("training")
    if epochs(about).height < 2:
        return
    shut = st.expander("How training went", icon=":material/show_chart:", on_change="rerun", key="models_went")
    if shut.open:
        with shut:
            st.markdown(sentences.trained(about or {}))
            curve(about, key="models_training")
