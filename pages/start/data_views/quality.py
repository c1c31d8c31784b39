"""The log day by day: rows, people, and the days on which nothing arrived."""

import plotly.graph_objects as go
import streamlit as st

from analytics.figures.imports import quality_by_day
from analytics.quality import by_day, sentence
from data.scope import Scope
from data.store import Store
from pages.shared import cached
from pages.shared.parts import chart, explain


def calendar(store: Store, scope: Scope) -> go.Figure:
    """The calendar of the whole log."""
    return quality_by_day(cached.answer(by_day, store, scope))


def draw(opened: Store) -> None:
    """The strip, and a sentence on what is missing."""
    days = cached.answer(by_day, opened, Scope())
    said = sentence(days, opened.meta.anonymous_share)
    st.subheader("Quality by day", anchor=False)
    st.markdown(said)
    chart(cached.picture(calendar, opened, Scope()), said, "quality", key="data_quality")
    explain(
        "One cell is one day in the shop's time zone, darker with more events (kept rows except refunds). Orange is a "
        "day without any row. A weekday that is empty at least four times in five counts as closed and stays blank. A "
        "shop that is closed and a file that was lost look the same: check the orange days against your calendar."
    )
