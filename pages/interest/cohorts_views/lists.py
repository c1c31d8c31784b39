"""Saving people as a list, and the lists that were saved."""

from datetime import date
from functools import partial

import streamlit as st

from data.lists import SavedList, delete_list, export_list, lists, save_list
from pages.shared import cached, state, wording
from pages.shared.parts import empty
from pages.shared.parts.export import csv_bytes


def save_form(people: list[int], what: str, source: dict[str, object], *, key: str) -> None:
    """How many people a choice holds, and the button that keeps them under a name."""
    if not people:
        empty(f"Nobody: {what}.")
        return
    with st.form(f"{key}_save", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            f"{wording.things(len(people), 'person', 'people')}: {what}",
            value=what,
            key=f"{key}_name",
            max_chars=80,
        )
        if st.form_submit_button("Save as a list", icon=":material/playlist_add:"):
            save(people, name.strip() or what, source)


def save(people: list[int], name: str, source: dict[str, object]) -> None:
    """Keep the people and run the page again, so that the people filter offers the list."""
    saved = save_list(state.settings(), name, people, source)
    state.notify(
        f"Saved {wording.things(len(people), 'person', 'people')} as list {saved}. The people filter offers it now."
    )
    st.rerun()


def draw() -> None:
    """Every saved list with its size, age and source: download or delete."""
    here = state.settings()
    found = cached.as_written(lists, here, here.ledger_path)
    if not found:
        return
    st.subheader("Saved lists", anchor=False)
    for each in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{each.name}**: {wording.things(each.size, 'person', 'people')}, saved {wording.day(each.created)}",
                width="stretch",
            )
            st.download_button(
                "Download", partial(file_of, each), f"list-{each.id}.csv", "text/csv",
                key=f"cohorts_list_{each.id}", on_click="ignore", icon=":material/download:",
                help="The shop's own user ids, one a row.",
            )  # fmt: skip
            if st.button("Delete", key=f"cohorts_delete_{each.id}", icon=":material/delete:"):
                confirm(each)


def file_of(each: SavedList) -> bytes:
    """The list as CSV, with where it comes from in its header."""
    about = {"list": each.name, "people": str(each.size), "saved": str(each.created), "exported": str(date.today())}
    about |= {name: str(value) for name, value in each.source.items()}
    return csv_bytes(export_list(state.settings(), each.id), about)


@st.dialog("Delete this list?", icon=":material/delete:")
def confirm(each: SavedList) -> None:
    """Ask once."""
    st.markdown(f"**{each.name}** with {wording.things(each.size, 'person', 'people')}. The people themselves stay.")
    if st.button("Delete", key="cohorts_delete_yes"):
        delete_list(state.settings(), each.id)
        state.notify(f"{each.name} is deleted.")
        st.rerun()
