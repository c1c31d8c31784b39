"""Where it helps: cold against warm, items had before against new ones; and the forecast of interests."""

from __future__ import annotations

import streamlit as st

from analytics.evaluation import slices
from analytics.figures.models import alt_slices, slice_dots
from analytics.sentences import models as sentences
from models.runs import Run
from pages.shared.parts import chart, empty


def draw(run: Run) -> None:
    """Parts of the requests as dots, and a sentence on the interest forecast."""
    st.subheader("Where it helps: cold and warm", anchor=False)
    frame = slices(run.metrics)
    if frame.is_empty():
        empty("This run was not measured by parts.")
    else:
        said = sentences.cold(run.metrics)
        st.markdown(said or "Parts of the later period, each model by itself.")
        chart(slice_dots(frame), alt_slices(frame), "cold-and-warm", key="models_slices")
    if told := sentences.mix(run.metrics):
        st.subheader("The forecast of interests", anchor=False)
        st.markdown(told)
