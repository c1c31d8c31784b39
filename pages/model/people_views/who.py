"""Who it is, in a sentence and four figures; never by name."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import streamlit as st

from analytics.sentences import people as sentences
from data.store import Store
from pages.model.people_views import ribbons
from pages.model.people_views.controls import Asked, seen
from pages.shared import wording
from pages.shared.parts import so_what

ACTIVE, DORMANT = timedelta(days=28), timedelta(days=90)


def draw(opened: Store, asked: Asked) -> None:
    """What the person's interest is and was, how much they did, how lately, and how much that says."""
    events = seen(opened, asked)
    found, names = ribbons.evolved(opened, asked), ribbons.called(opened, asked)
    so_what(sentences.turned(asked.code, found.shares, found.known, names))
    counted = events.filter(pl.col("event_type") != "refund")
    last: date | None = counted["day"][-1] if counted.height else None
    gap = None if last is None else asked.until - last
    told = "–" if gap is None else "active" if gap < ACTIVE else "dormant" if gap >= DORMANT else "quiet"
    with st.grid(4, min_column_width=200):
        bought = counted.filter(pl.col("event_type") == "purchase").height
        figure("Events", wording.whole(counted.height), f"{wording.whole(bought)} of them purchases",
               "Everything the person did but refunds, up to the last day shown.")  # fmt: skip
        figure("Visits", wording.whole(counted["visit"].n_unique()), f"since {wording.day(asked.facts['first_day'])}",
               "Sessions where the log has them, else days.")  # fmt: skip
        figure("State", told, f"last seen {wording.day(last)}",
               "Active: an event in the last 28 days. Dormant: none for 90.")  # fmt: skip
        figure("Tier", str(asked.facts["rfm"]), str(asked.facts["country"] or "country not known"),
               "By how lately, how often and for how much the person bought.")  # fmt: skip


def figure(label: str, value: str, note: str, meaning: str) -> None:
    """One key figure with what stands behind it."""
    st.metric(label, value, note, delta_color="off", delta_arrow="off", help=meaning, border=True, height="stretch")
