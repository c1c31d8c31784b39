"""The runs that are kept: which serves, how the chosen one compares with it, and the way to change that."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analytics.evaluation import best_rival, gain, name_of, number
from analytics.sentences import models as sentences
from data.store import Store
from models.runs import Run, activate, compare, roll_back
from pages.model.models_views import choice, training
from pages.shared import cached, state
from pages.shared.parts import table

COLUMNS = {
    "run": st.column_config.TextColumn("Run", width="medium"),
    "made": st.column_config.DatetimeColumn("Begun, UTC", format="D MMM YYYY, HH:mm"),
    "version": st.column_config.NumberColumn("Data version", format="localized"),
    "chosen": st.column_config.TextColumn("Shows", help="What pages show of it: the blend, or what beat it."),
    "ndcg": st.column_config.NumberColumn("NDCG@10", format="%.4f", help="Each run on its own later period."),
    "gain": st.column_config.NumberColumn("Blend adds", format="%+.1f %%", help="Over its best simple method."),
    "state": st.column_config.TextColumn("State"),
}


def listing(found: list[Run]) -> pl.DataFrame:
    """One row a run, newest first."""
    rows = []
    for run in found:
        rival = best_rival(run.metrics)
        added = gain(run.metrics, rival, rival)[0] if rival else None
        told = "serves" if run.is_active else "served before" if run.is_previous else "kept"
        rows.append((
            run.id, run.made, number(run.metrics, "data_version"), name_of(run.chosen),
            number((run.metrics.get("models") or {}).get(run.chosen), "ndcg@10"),
            None if added is None else added * 100, told,
        ))  # fmt: skip
    return pl.DataFrame(rows, list(COLUMNS), orient="row")


def beside(store: Store, *, one: str, other: str) -> dict[str, Any]:
    """One run against another, on the visits that both were tested on."""
    return compare(state.settings(), one, other)


def draw(opened: Store, run: Run) -> None:
    """The table; a chosen row opens that run above. Activate, roll back, train again."""
    st.subheader("Runs", anchor=False)
    found = choice.known()
    st.caption(
        "Choose a row to see that run above. A new run serves by itself only if it clearly beats the active one."
    )
    table(
        listing(found), "Runs of training, newest first", key="models_runs", columns=COLUMNS,
        on_pick=lambda rows: state.set_param(state.RUN, found[rows[0]].id if rows else None),
    )  # fmt: skip
    serving = choice.serving()
    if serving is not None and serving.id != run.id:
        st.markdown(sentences.against(cached.answer(beside, opened, one=run.id, other=serving.id)))
    with st.container(horizontal=True, vertical_alignment="center"):
        if not run.is_active:
            st.button(
                f"Activate {run.id}", key="models_activate", icon=":material/check_circle:",
                on_click=state.attempt, args=(let_serve, run.id),
            )  # fmt: skip
        if before := choice.before():
            st.button(
                f"Roll back to {before.id}", key="models_roll_back", icon=":material/undo:",
                on_click=state.attempt, args=(go_back,),
            )  # fmt: skip
        training.button("Train again")


def let_serve(run: str) -> None:
    """Activate a run and say so."""
    activate(state.settings(), run)
    state.notify(f"Run {run} serves now. Rolling back brings the one before.")


def go_back() -> None:
    """Let the run before serve again and say so."""
    state.notify(f"Run {roll_back(state.settings()).id} serves again.")
    state.set_param(state.RUN, None)
