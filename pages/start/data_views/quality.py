"""The log day by day: rows, people, and the days on which nothing arrived."""

import streamlit as st

from analytics.figures.imports import quality_by_day
from analytics.quality import by_day, sentence
from data.scope import Scope
from data.store import Store
from pages.shared import cached
from pages.shared.parts import chart, explain


def draw(opened: Store) -> None:
    """The strip, and a sentence on what is missing."""
    days = cached.answer(by_day, opened, Scope())
    said = sentence(days, opened.meta.anonymous_share)
    st.subheader("Quality by day", anchor=False)
    st.markdown(said)
    chart(quality_by_day(days), said, "quality", key="data_quality")
    explain(
        "One cell is one day in the shop's time zone, darker with more events (kept rows except refunds). Orange is a day "
        "without any row. A weekday that is empty at least four times in five counts as closed and stays blank; a shop "
        "that is closed and a file that was lost look the same, so check the orange days against your calendar."
    )
