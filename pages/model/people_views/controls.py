"""Whom the page is about: a code that is typed, picked from a list, or in the link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from analytics.person import known_person, listed
from data.errors import InputError
from data.scope import Scope
from data.store import Store
from pages.shared import cached, state, wording
from pages.shared.parts import empty, table

CODE = "people_code"
COLUMNS = {
    "code": st.column_config.TextColumn("Person", help="A code of this store."),
    "events": st.column_config.NumberColumn("Events", format="localized", help="In the days of the filter."),
    "orders": st.column_config.NumberColumn("Days with a purchase", format="localized"),
    "first_day": st.column_config.DateColumn("First seen", format="D MMM YYYY"),
    "last_day": st.column_config.DateColumn("Last seen", format="D MMM YYYY"),
    "country": st.column_config.TextColumn("Country"),
    "rfm": st.column_config.TextColumn("Tier"),
}


@dataclass(frozen=True)
class Asked:
    """Whom the blocks are about, in which interests, up to which day."""

    code: str
    user_no: int
    by: str
    start: date | None
    """The first day shown; the vector knows everything before."""
    until: date
    scope: Scope
    facts: dict[str, Any]
    """The person's row of `users`."""

    @property
    def knobs(self) -> dict[str, Any]:
        """What the question of the person's events takes."""
        return {"user_no": self.user_no, "by": self.by}


def draw(opened: Store, scope: Scope) -> Asked | None:
    """The code, and the list to choose from; None while nobody is chosen."""
    if not opened.meta.users:
        empty("This log names no people, so nobody can be followed. Import a log with a user column.")
        return None
    if not opened.meta.bys:
        empty("No event of this log belongs to an item, so no interest can be followed. Import a longer stretch.")
        return None
    code = state.param(state.PERSON) or ""
    if st.session_state.get(CODE) != code:
        st.session_state[CODE] = code  # chosen in the list or by a link
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Person", key=CODE, placeholder="A code such as P-3F2K", on_change=typed, width=260,
            help="As it stands in the lists of people on other pages.",
        )  # fmt: skip
        if code:
            st.button("Choose another", key="people_other", icon=":material/close:", type="tertiary", on_click=leave)
    user_no = wording.person_of(code) if code else None
    if code and user_no is None:
        empty(f"'{code}' is not a code of a person. Codes look like P-3F2K; choose one from the list.")
    if user_no is None:
        choose(opened, scope)
        return None
    try:
        facts = cached.answer(known_person, opened, user_no=user_no)
    except InputError as reason:
        empty(reason.message)
        choose(opened, scope)
        return None
    by = state.by(opened.meta, opened.meta.bys)
    until = scope.end or opened.meta.last_day
    return Asked(wording.code(user_no), user_no, by, scope.start, until, scope, facts)


def choose(opened: Store, scope: Scope) -> None:
    """The people of the filters, the most active first."""
    frame = cached.answer(listed, opened, scope)
    if frame.is_empty():
        empty("None of these people did anything on these days. Take a filter away.")
        return
    st.markdown(
        f"The {wording.things(frame.height, 'person', 'people')} with most events among the filters' people. Choose a "
        "row, or type a code; a saved list is chosen as a filter of people at the left."
    )
    rows = frame.with_columns(code=pl.col("user_no").map_elements(wording.code, return_dtype=pl.String))
    table(
        rows, "People with most events", key="people_list", columns=COLUMNS,
        on_pick=lambda picked: state.set_param(state.PERSON, rows["code"][picked[0]] if picked else None),
    )  # fmt: skip


def typed() -> None:
    """Put the typed code into the URL."""
    state.set_param(state.PERSON, st.session_state[CODE].strip() or None)


def leave() -> None:
    """Back to the list."""
    state.set_param(state.PERSON, None)
