"""The imports of the store; the chosen one opens its receipt, its refused rows, and its undo."""

import streamlit as st

from data.ledger import ImportRow, imports
from pages.shared import jobstrip, state, wording
from pages.shared.parts import empty, table
from pages.start.data_views import listing, receipt


def draw() -> None:
    """The table, newest first, and the receipt of the chosen import."""
    rows = imports(state.settings())[::-1]
    if not rows:
        empty("Nothing was imported yet. Upload a log or load a sample shop above.")
        return
    st.caption("Choose a row to open its receipt.")
    table(
        listing.frame(rows), "Imports, newest first, with rows kept, duplicate and refused", key="data_imports",
        columns=listing.COLUMNS, on_pick=lambda picked: choose(rows, picked),
    )  # fmt: skip
    chosen = state.param("import")
    found = next((row for row in rows if row.import_id == chosen), None) if chosen else rows[0]
    if found is None:
        empty(f"There is no import {chosen} in this store; the link may come from another store.")
        return
    receipt.draw(found)
    can_undo = found.status == "active" and found.sample is None
    if can_undo and st.button("Undo this import", icon=":material/undo:", key="data_undo"):
        undo(found)


def choose(rows: list[ImportRow], picked: list[int]) -> None:
    """Put the chosen import into the URL."""
    state.set_param("import", rows[picked[0]].import_id if picked else None)


@st.dialog("Undo this import?", icon=":material/undo:")
def undo(row: ImportRow) -> None:
    """Ask once, then have the import taken back by a job."""
    kept = wording.whole(row.receipt["rows"]["kept"])
    st.markdown(
        f"This takes the {kept} rows of **{row.file_name}** out of the store, as if the file had never been imported. "
        "Rows that a later file holds as well stay. You can import the file again."
    )
    if st.button("Undo", key="data_undo_yes"):
        jobstrip.start("undo_import", {"import_id": row.import_id}, f"Undo {row.file_name}")
        st.rerun()
