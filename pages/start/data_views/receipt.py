"""The receipt of one import: what was kept, what was refused and why, from rows read to rows used."""

from typing import Any

import streamlit as st

from analytics.figures.imports import import_funnel
from data.cleaning import REASONS
from data.formats import FORMATS
from data.ledger import ImportRow
from data.rejects import rejects
from pages.shared import state, wording
from pages.shared.parts import chart, table
from pages.shared.parts.export import csv_bytes


def draw(row: ImportRow) -> None:
    """Numbers and warnings on the left, the funnel on the right, the refused rows below."""
    facts = row.receipt
    st.subheader(f"Receipt of {row.file_name}", anchor=False)
    if row.status == "undone":
        st.info("This import was undone: none of its rows are in use. The receipt is kept.", icon=":material/undo:")
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(summary(facts))
        st.markdown(reasons(facts))
        for warning in facts.get("warnings") or ():
            st.warning(warning, icon=":material/warning:")
    with right:
        rows = facts["rows"]
        alt = ", ".join(f"{name} {count:,} rows" for name, count in rows.items())
        chart(import_funnel(facts), alt, f"receipt-{row.import_id[:12]}", key="data_funnel")
    if rows["rejected"]:
        refused(row)


def summary(facts: dict[str, Any]) -> str:
    """What the import did, in words."""
    rows = facts["rows"]
    kinds = ", ".join(f"{wording.whole(count)} {name}" for name, count in (facts.get("events_by_type") or {}).items())
    text = (
        f"Of **{wording.whole(rows['read'])}** rows read, **{wording.whole(rows['kept'])}** are used, "
        f"{wording.whole(rows['duplicate'])} were already there and {wording.whole(rows['rejected'])} were set "
        f"aside.\n\nRead as *{facts['format']}*, times in {facts['timezone']}"
    )
    if facts.get("first"):
        text += f", from {facts['first'][:10]} to {facts['last'][:10]}"
    text += "."
    if kinds:
        text += f" Events: {kinds}."
    if facts.get("users") is not None:
        text += f" {wording.whole(facts['users'])} people, {wording.whole(facts['items'])} items."
    return text


def reasons(facts: dict[str, Any]) -> str:
    """Why rows were set aside, as a list, each reason with its meaning."""
    meanings = REASONS | {rule.reason: rule.meaning for rule in FORMATS[facts["format"]].rules}
    found = sorted((facts.get("rejected_by_reason") or {}).items(), key=lambda each: -each[1])
    return "\n".join(
        f"- {wording.whole(count)} **{name.replace('_', ' ')}**: {meanings.get(name, '')}" for name, count in found
    )


def refused(row: ImportRow) -> None:
    """The refused rows, fifty at a time, with all of them to download."""
    count = row.receipt["rows"]["rejected"]
    shut = st.expander(
        f"{wording.things(count, 'row')} set aside", icon=":material/rule:", on_change="rerun", key="data_rules"
    )
    if not shut.open:
        return
    with shut:
        frame = rejects(state.settings(), row.import_id)
        table(frame, f"Refused rows of {row.file_name} with line, column and reason", key=f"data_refused_{row.seq}")
        about = {"table": "refused rows", "file": row.file_name, "import": row.import_id}
        st.download_button(
            f"Download all {wording.things(frame.height, 'refused row')}", lambda: csv_bytes(frame, about),
            f"refused-{row.import_id[:12]}.csv", "text/csv", key="data_refused_all", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
