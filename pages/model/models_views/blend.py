"""What the blend is made of, and whether its probabilities can be taken at their word."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from analytics.evaluation import calibration, weights
from analytics.figures.models import alt_calibration, alt_weights, calibration_dots, weight_bars
from analytics.sentences import models as sentences
from data.store import Store
from models.runs import Run
from pages.model.models_views.choice import metrics_of
from pages.shared import cached
from pages.shared.parts import chart, empty


def bars(store: Store, *, run: str) -> go.Figure:
    """The weights of a run."""
    return weight_bars(weights(metrics_of(run)))


def dots(store: Store, *, run: str) -> go.Figure:
    """The calibration of a run."""
    return calibration_dots(calibration(metrics_of(run)))


def draw(opened: Store, run: Run) -> None:
    """Weights beside calibration."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What the blend is made of", anchor=False)
        made = weights(run.metrics)
        if made.is_empty():
            empty("This run has no blend.")
        else:
            st.markdown(sentences.made_of(run.metrics, made))
            chart(cached.picture(bars, opened, run=run.id), alt_weights(made), "weights", key="models_weights")
    with right:
        st.subheader("Said and happened", anchor=False)
        groups = calibration(run.metrics)
        if groups.is_empty():
            empty("The probabilities of this run were not checked.")
        else:
            st.markdown(sentences.calibrated(run.metrics))
            chart(
                cached.picture(dots, opened, run=run.id),
                alt_calibration(groups),
                "calibration",
                key="models_calibration",
            )
