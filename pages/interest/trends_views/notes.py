"""Notes on days: what happened then, drawn on every chart over time."""

from datetime import date

import streamlit as st

from data.annotations import Annotation, annotate, annotations, remove_annotation
from data.settings import Settings
from pages.shared import cached, state, wording

Marks = tuple[tuple[date, str], ...]


def kept(here: Settings) -> list[Annotation]:
    """All notes, as they stand now."""
    return cached.as_written(annotations, here, here.ledger_path)


def marks(here: Settings) -> Marks:
    """(day, text) of every note."""
    return tuple((note.day, note.text) for note in kept(here))


def popover() -> None:
    """See, add and remove notes."""
    here = state.settings()
    found = kept(here)
    label = f"Notes ({len(found)})" if found else "Notes"
    with st.popover(label, icon=":material/sticky_note_2:", key="trends_notes"):
        st.caption("A note marks a day on the charts: a campaign, a stock-out, a price change.")
        for note in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{wording.day(note.day)}** {note.text}", width="stretch")
                st.button(
                    "Remove", key=f"trends_note_{note.id}", icon=":material/delete:", type="tertiary",
                    on_click=state.attempt, args=(remove_annotation, here, note.id),
                )  # fmt: skip
        with st.form("trends_note_form", clear_on_submit=True, border=False):
            day = st.date_input("Day", value=None, key="trends_note_day", format="YYYY-MM-DD")
            text = st.text_input("What happened", key="trends_note_text", max_chars=80)
            if st.form_submit_button("Add note", icon=":material/add:"):
                add(here, day, text)


def add(here: Settings, day: date | None, text: str) -> None:
    """Keep a note and draw the charts again, or say what is lacking."""
    if day is None or not text.strip():
        st.warning("A note needs a day and a few words.", icon=":material/edit:")
        return
    annotate(here, day, text.strip())
    st.rerun()
