"""Whether the model earns its place: the sentence, and the figures it stands on."""

from __future__ import annotations

import streamlit as st

from analytics.evaluation import best_rival, ends, gain, name_of, number
from analytics.sentences import models as sentences
from data.store import Store
from models.runs import Run
from pages.model.models_views.choice import off_below
from pages.shared import wording
from pages.shared.parts import so_what


def draw(opened: Store, run: Run) -> None:
    """The sentence first; a word where the run is older than the data or does not serve."""
    metrics = {**run.metrics, "off_below": off_below(run)}
    so_what(sentences.verdict(metrics))
    if older := sentences.trained_on(metrics, opened.version):
        st.warning(older, icon=":material/history:")
    if note := metrics.get("note"):
        st.info(str(note), icon=":material/info:")
    if not run.is_active:
        st.info("This run does not serve; pages show what another one found.", icon=":material/visibility_off:")
    chosen = (metrics.get("models") or {}).get(run.chosen) or {}
    rival = best_rival(metrics)
    with st.grid(4, min_column_width=200):
        low, high = ends(chosen)
        figure(
            "NDCG@10", _figure(number(chosen, "ndcg@10")), _between(low, high, 4),
            f"Of what is shown, the {name_of(run.chosen)}: how high what came next stood among all items.",
        )  # fmt: skip
        added = gain(metrics, rival, rival) if rival else (None, None, None)
        figure(
            "Gain of the blend", "–" if added[0] is None else sentences.signed(added[0]),
            "not measured" if added[1] is None or added[2] is None else sentences.span(added[1], added[2]),
            f"Over the best simple method, {name_of(rival) if rival else 'of which there is none'}.",
        )  # fmt: skip
        figure(
            "Recall@10", wording.percent(number(chosen, "recall@10")), "in the ten places",
            "The part of what came next that the ten places held.",
        )  # fmt: skip
        ece = number(chosen, "ece")
        figure(
            "Calibration error", "–" if ece is None else f"{ece * 100:.1f} points", "of the first place",
            "How far what is said and what happens lie apart on average.",
        )  # fmt: skip
    requests = number(metrics, "requests")
    tested = f", tested on {requests:,.0f} visits that came later" if requests else ""
    st.caption(
        f"Run {run.id}, made {wording.day(run.made)} on version {metrics.get('data_version', '–')} of the data{tested}."
    )


def figure(label: str, value: str, note: str, meaning: str) -> None:
    """One key figure with what stands behind it."""
    st.metric(label, value, note, delta_color="off", delta_arrow="off", help=meaning, border=True, height="stretch")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _between(low: float | None, high: float | None, digits: int) -> str:
    return "no interval" if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"
