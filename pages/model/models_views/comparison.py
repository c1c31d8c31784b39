"""Every model beside the others: bars with intervals, the table, the figures as a file."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.evaluation import comparison
from analytics.figures.models import alt_models, model_bars
from analytics.sentences import models as sentences
from data.scope import Scope
from data.store import Store
from models.runs import Run
from pages.model.models_views.choice import metrics_of
from pages.shared import cached
from pages.shared.parts import chart, empty, export, table

number = st.column_config.NumberColumn
COLUMNS = {
    "name": st.column_config.TextColumn("Model", width="medium"),
    "ndcg": number("NDCG@10", format="%.4f"),
    "low": number("from", format="%.4f", help="95 % interval, lower end."),
    "high": number("to", format="%.4f"),
    "gain": number("Blend adds", format="%+.1f %%", help="What the blend adds to this model."),
    "gain_low": number("from", format="%+.1f", help="95 % interval of that, lower end."),
    "gain_high": number("to", format="%+.1f"),
    "recall": number("Recall@10", format="percent"),
    "logloss": number("Log-loss", format="%.3f", help="Nats; lower is better."),
    "ece": number("ECE", format="%.3f", help="Calibration error of the first place; lower is better."),
    "coverage": number("Coverage", format="percent", help="The part of the catalogue in anybody's ten places."),
    "seconds": number("CPU s", format="%.1f", help="Learning and ranking of the test, in seconds of one core."),
}
GAINS = ("gain", "gain_low", "gain_high")


def bars(store: Store, *, run: str) -> go.Figure:
    """The models of a run."""
    return model_bars(comparison(metrics_of(run)))


def draw(opened: Store, run: Run) -> None:
    """Bars above the table, both of every model that was measured."""
    st.subheader("What beats what, and by how much", anchor=False)
    frame = comparison(run.metrics)
    if frame.is_empty():
        empty("This run keeps no figures of its models. Train again to have them measured.")
        return
    st.markdown(sentences.ranked(frame))
    chart(cached.picture(bars, opened, run=run.id), alt_models(frame), "models", key="models_bars")
    table(
        frame.with_columns(pl.col(GAINS) * 100), "Every model with its figures on the later period, the best first",
        key="models_table", columns=COLUMNS,
    )  # fmt: skip
    export(frame, "models", opened.meta, Scope(), key="models_figures", run=run.id)
