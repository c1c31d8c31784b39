"""The imports as the rows of a table."""

import polars as pl
import streamlit as st

from data.companions.schema import title_of
from data.ledger import ImportRow

COLUMNS = {
    "file": st.column_config.TextColumn("File", width="medium"),
    "holds": st.column_config.TextColumn("Holds", width="small"),
    "status": st.column_config.TextColumn("Status", width="small"),
    "kept": st.column_config.NumberColumn("Kept", format="localized"),
    "duplicate": st.column_config.NumberColumn("Duplicate", format="localized"),
    "rejected": st.column_config.NumberColumn("Refused", format="localized"),
    "days": st.column_config.TextColumn("From, to", width=180),
    "imported": st.column_config.DatetimeColumn("Imported", format="YYYY-MM-DD HH:mm"),
}


def frame(rows: list[ImportRow]) -> pl.DataFrame:
    """One row per import: file, holds, status, kept, duplicate, rejected, days, imported."""
    return pl.DataFrame(
        [
            {
                "file": row.file_name,
                "holds": title_of(row.kind),
                "status": "sample" if row.sample and row.status == "active" else row.status,
                "kept": row.receipt["rows"]["kept"],
                "duplicate": row.receipt["rows"]["duplicate"],
                "rejected": row.receipt["rows"]["rejected"],
                "days": " to ".join(row.receipt[end][:10] for end in ("first", "last") if row.receipt.get(end)) or "–",
                "imported": row.imported_at.replace(tzinfo=None),
            }
            for row in rows
        ]
    )
