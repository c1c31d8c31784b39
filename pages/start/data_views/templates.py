"""The files that can be imported: what a row of each says, its columns, and a template to download."""

import streamlit as st

from data.companions.schema import about_of, columns_of, title_of
from data.companions.templates import template_text
from data.schema import KINDS


def draw() -> None:
    """One card per kind of file."""
    st.caption(
        "A log of events is all that is needed. The other files add what it does not say, by the ids of items and "
        "people that the log uses. Addresses and consents are kept apart and shown on no page."
    )
    with st.grid(4, min_column_width=220, gap="small"):
        for kind in KINDS:
            _card(kind)


def _card(kind: str) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title_of(kind)}**: {about_of(kind)}.")
        st.caption(", ".join(f"**{each.name}**" if each.required else each.name for each in columns_of(kind)))
        st.download_button(
            "Template", template_text(kind), f"tideline-{kind}.csv", "text/csv", key=f"data_template_{kind}",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip
