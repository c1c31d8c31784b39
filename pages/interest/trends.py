"""Trends: what are people turning to?"""

import streamlit as st

from pages.interest.trends_views import board, controls, drill, levels, lines, themes
from pages.shared import offer, state
from pages.shared.parts import block, explain, head

opened = offer.need_store(key="trends")
head("Interest trends", "What are people turning to?", opened.meta)


@st.fragment
def body() -> None:
    """Filters, chart and table in one fragment: a changed filter redraws them alone."""
    scope = state.scope(opened.meta)
    knobs = controls.draw(opened.meta)
    with block("The chart"):
        lines.draw(opened, scope, knobs)
    with block("The table"):
        board.draw(opened, scope, knobs)
    if interest := state.param("interest"):
        with block("The items of this interest"):
            drill.draw(opened, scope, knobs, interest)
    explain(controls.EXPLANATION + levels.EXPLANATION)


body()
if state.by(opened.meta) == "theme":
    themes.offer()
