"""The interest vector over time as ribbons, with the days around which the mix clearly changed."""

from __future__ import annotations

import streamlit as st

from analytics.person import HALF_LIFE
from data.store import Store
from pages.model.people_views import vector
from pages.model.people_views.controls import Asked
from pages.shared import cached, state
from pages.shared.parts import chart, empty, export
from pages.shared.parts.head import plain

SPEEDS = [vector.AUTO, "28", "90", "180", "365"]


def draw(opened: Store, asked: Asked) -> None:
    """How quickly the past fades, the sentence, the ribbons."""
    st.subheader("Interests over time", anchor=False)
    st.segmented_control(
        "Days after which an event counts half", SPEEDS, default=vector.AUTO, required=True, key=state.FADING,
        bind="query-params", help="How long interest lasts in this shop stands on the page Drift.",
    )  # fmt: skip
    if (st.session_state.get(state.FADING) or vector.AUTO) == vector.AUTO:
        st.caption(chosen_so())
    about = vector.about(asked)
    told = cached.answer(vector.told, opened, **about)
    if not told.effective:
        empty(
            "Nothing this person did up to here belongs to an interest. Choose another kind of interest or more days."
        )
        return
    if told.changed:
        st.markdown(plain(told.changed))
    else:
        st.markdown("Whether the mix changed is told by theme or category; single brands and items are too few.")
    chart(cached.picture(vector.picture, opened, **about), told.alt, "person-interests", key="people_ribbons")
    st.caption(
        f"At the left end it is mostly everybody's mix; at the right it stands on what counts as {told.effective:.0f} "
        "events of today."
    )
    shares = cached.answer(vector.vector, opened, **about).shares
    export(shares, "person-interests", opened.meta, asked.scope, key="people_interests", person=asked.code,
           half_life=about["half_life"])  # fmt: skip


def chosen_so() -> str:
    """Which half-life was taken where nobody chose one, and why."""
    best = vector.learnt()
    if best is None:
        return f"auto: {HALF_LIFE:.0f} days, until a trained model has chosen better."
    return f"auto: {vector.said_days(best)}, by which the model foretold best what people did next."
