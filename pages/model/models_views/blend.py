"""What the blend is made of, and whether its probabilities can be taken at their word."""

from __future__ import annotations

import streamlit as st

from analytics.evaluation import calibration, weights
from analytics.figures.models import alt_calibration, alt_weights, calibration_dots, weight_bars
from analytics.sentences import models as sentences
from models.runs import Run
from pages.shared.parts import chart, empty


def draw(run: Run) -> None:
    """Weights beside calibration."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What the blend is made of", anchor=False)
        made = weights(run.metrics)
        if made.is_empty():
            empty("This run has no blend.")
        else:
            st.markdown(sentences.made_of(run.metrics, made))
            chart(weight_bars(made), alt_weights(made), "weights", key="models_weights")
    with right:
        st.subheader("Said and happened", anchor=False)
        groups = calibration(run.metrics)
        if groups.is_empty():
            empty("The probabilities of this run were not checked.")
        else:
            st.markdown(sentences.calibrated(run.metrics))
            chart(calibration_dots(groups), alt_calibration(groups), "calibration", key="models_calibration")
