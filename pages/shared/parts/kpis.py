"""A row of key figures, each with its curve, its change and how sure that change is."""

from typing import Any

import polars as pl
import streamlit as st

from pages.shared import wording

ABOUT = {
    "events": ("Events", "Kept rows of the log except refunds."),
    "users": ("Active people", "Distinct known people with at least one event."),
    "revenue": ("Revenue", "Price times quantity of purchases minus refunds, in the log's currency."),
    "rising": ("Rising interests", "Interests whose share clearly rose against the 28 days before."),
}


def said(row: dict[str, Any], against: str, clear: bool) -> str | None:
    """What stands beside the change."""
    if row["change"] is None:
        return None if row["before"] is None else f"{against}: {wording.number(row['before'])}"
    return f"against {against}" if clear else "no clear change"


def kpi_row(figures: pl.DataFrame, against: str) -> None:
    """Draw `analytics.summary.kpis`: name, value, before, change, low, high, spark. A change whose interval spans zero
    is grey: no clear change."""
    with st.grid(min(max(figures.height, 1), 4), min_column_width=200):
        for row in figures.iter_rows(named=True):
            label, meaning = ABOUT.get(row["name"], (str(row["name"]).capitalize(), ""))
            change, low, high = row["change"], row["low"], row["high"]
            clear = low is None or high is None or low > 0 or high < 0
            help_text = meaning
            if low is not None and high is not None:
                help_text += f" 95 % interval of the change: {wording.percent(low)} to {wording.percent(high)}."
            st.metric(
                label,
                wording.number(row["value"]),
                None if change is None else wording.signed_percent(change),
                delta_color="normal" if clear else "off",
                delta_description=said(row, against, clear),
                chart_data=[float(value) for value in row["spark"] or []] or None,
                chart_type="line",
                help=help_text or None,
                border=True,
                height="stretch",
            )
