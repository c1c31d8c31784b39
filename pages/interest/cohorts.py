"""Cohorts: how do people change after they arrive?"""

import streamlit as st

from pages.interest.cohorts_views import controls, lifecycle, lists, migration, mix, retention
from pages.shared import offer, state
from pages.shared.parts import block, explain, head

VIEWS = {
    "retention": retention.draw, "value": retention.draw, "mix": mix.draw, "lifecycle": lifecycle.draw,
    "migration": migration.draw,
}  # fmt: skip

opened = offer.need_store(key="cohorts")
head("Cohort evolution", "How do people change after they arrive?", opened.meta)


@st.fragment
def body() -> None:
    """Switch and view in one fragment: a changed knob redraws them alone."""
    scope = state.scope(opened.meta)
    knobs = controls.draw(opened.meta)
    with block("This view"):
        VIEWS[knobs.view](opened, scope, knobs)
    explain(controls.EXPLANATIONS[knobs.view])


body()
with block("The saved lists"):
    lists.draw()
