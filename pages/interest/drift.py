"""Drift: did the mix change, why, and who moved?"""

import streamlit as st

from pages.interest.drift_views import controls, interests, lasting, people, verdict
from pages.shared import offer, state
from pages.shared.parts import block, explain, head

opened = offer.need_store(key="drift")
head("Interest drift", "Did the mix of interests change, why, and who moved?", opened.meta)


@st.fragment
def body() -> None:
    """Windows, verdict, interests and people in one fragment: a changed knob redraws them alone."""
    scope = state.scope(opened.meta)
    with block("The comparison"):
        asked = controls.draw(opened, scope)
        if asked is None:
            return
        found, moved = verdict.drift_of(opened, scope, asked), verdict.movers_of(opened, scope, asked)
        verdict.draw(opened, scope, asked, found, moved)
        with block("The interests"):
            interests.draw(opened, scope, asked, found)
        with block("Who moved"):
            people.draw(opened, scope, asked, moved)
        with block("How long interest lasts"):
            lasting.draw(opened, scope, asked.by)
    explain(controls.EXPLANATION)


body()
