"""Where it helps: cold against warm, items had before against new ones; and the forecast of interests."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from analytics.evaluation import slices
from analytics.figures.models import alt_slices, slice_dots
from analytics.sentences import models as sentences
from data.store import Store
from models.runs import Run
from pages.model.models_views.choice import metrics_of
from pages.shared import cached
from pages.shared.parts import chart, empty


def dots(store: Store, *, run: str) -> go.Figure:
    """The parts of a run's later period."""
    return slice_dots(slices(metrics_of(run)))


def draw(opened: Store, run: Run) -> None:
    """Parts of the requests as dots, and a sentence on the interest forecast."""
    st.subheader("Where it helps: cold and warm", anchor=False)
    frame = slices(run.metrics)
    if frame.is_empty():
        empty("This run was not measured by parts.")
    else:
        said = sentences.cold(run.metrics)
        st.markdown(said or "Parts of the later period, each model by itself.")
        if ahead := sentences.window(run.metrics):
            st.markdown(ahead)
        chart(cached.picture(dots, opened, run=run.id), alt_slices(frame), "cold-and-warm", key="models_slices")
    if told := sentences.mix(run.metrics):
        st.subheader("The forecast of interests", anchor=False)
        st.markdown(told)
