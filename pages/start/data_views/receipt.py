"""The receipt of one import: what was kept, what was refused and why, from rows read to rows used."""

from typing import Any

import streamlit as st

from analytics.figures.imports import import_funnel
from data.cleaning import REASONS
from data.companions.rules import meanings
from data.companions.schema import COMPANIONS, is_private, title_of
from data.formats import FORMATS, REVIEW_RULES
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
    kind = facts.get("kind", "events")
    text = (
        f"Of **{wording.whole(rows['read'])}** rows read, **{wording.whole(rows['kept'])}** are used, "
        f"{wording.whole(rows['duplicate'])} were already there and {wording.whole(rows['rejected'])} were set "
        f"aside.\n\nRead as *{facts['format'] if kind == 'events' else title_of(kind)}*"
    )
    if facts["timezone"]:
        text += f", times in {facts['timezone']}"
    if facts.get("first"):
        text += f", from {facts['first'][:10]} to {facts['last'][:10]}"
    text += "."
    if kinds:
        text += f" Events: {kinds}."
    counts = [(facts.get("users"), "people"), (facts.get("items"), "items")]
    said = ", ".join(f"{wording.whole(count)} {what}" for count, what in counts if count is not None)
    return f"{text} {said}." if said else text


def reasons(facts: dict[str, Any]) -> str:
    """Why rows were set aside, as a list, each reason with its meaning."""
    kind = facts.get("kind", "events")
    rules = (*FORMATS[facts["format"]].rules, *REVIEW_RULES)
    known = meanings(kind) if kind in COMPANIONS else REASONS | {rule.reason: rule.meaning for rule in rules}
    found = sorted((facts.get("rejected_by_reason") or {}).items(), key=lambda each: -each[1])
    return "\n".join(
        f"- {wording.whole(count)} **{name.replace('_', ' ')}**: {known.get(name, '')}" for name, count in found
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
        if is_private(row.kind):
            st.caption(
                "What these rows hold is shown on no page. To mend them, write them to a file with "
                f"`python -m data rejects {row.import_id} --out FILE`."
            )
            frame = frame.select("line", "counted", "reason", "column")
        table(frame, f"Refused rows of {row.file_name} with line, column and reason", key=f"data_refused_{row.seq}")
        about = {"table": "refused rows", "file": row.file_name, "import": row.import_id}
        st.download_button(
            f"Download all {wording.things(frame.height, 'refused row')}", lambda: csv_bytes(frame, about),
            f"refused-{row.import_id[:12]}.csv", "text/csv", key="data_refused_all", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
