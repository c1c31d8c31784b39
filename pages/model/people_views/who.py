"""Who it is, in a sentence and four figures; never by name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import polars as pl
import streamlit as st

from analytics.person import events_of
from data.store import Store
from pages.model.people_views import vector
from pages.model.people_views.controls import Asked
from pages.shared import cached, wording
from pages.shared.parts import so_what

ACTIVE, DORMANT = timedelta(days=28), timedelta(days=90)


class Counted(NamedTuple):
    """How much a person did up to a day, refunds left out."""

    events: int
    bought: int
    visits: int
    last: date | None


def counted(store: Store, *, user_no: int, by: str, until: date) -> Counted:
    """The counts behind the figures."""
    events = cached.answer(events_of, store, user_no=user_no, by=by)
    seen = events.filter(pl.col("day") <= until, pl.col("event_type") != "refund")
    bought = seen.filter(pl.col("event_type") == "purchase").height
    return Counted(seen.height, bought, seen["visit"].n_unique(), seen["day"][-1] if seen.height else None)


def draw(opened: Store, asked: Asked) -> None:
    """What the person's interest is and was, how much they did, how lately, and how much that says."""
    so_what(cached.answer(vector.told, opened, **vector.about(asked)).turned)
    did = cached.answer(counted, opened, until=asked.until, **asked.knobs)
    gap = None if did.last is None else asked.until - did.last
    told = "–" if gap is None else "active" if gap < ACTIVE else "dormant" if gap >= DORMANT else "quiet"
    with st.grid(4, min_column_width=200):
        figure("Events", wording.whole(did.events), f"{wording.whole(did.bought)} of them purchases",
               "Everything the person did but refunds, up to the last day shown.")  # fmt: skip
        figure("Visits", wording.whole(did.visits), f"since {wording.day(asked.facts['first_day'])}",
               "Sessions where the log has them, else days.")  # fmt: skip
        figure("State", told, f"last seen {wording.day(did.last)}",
               "Active: an event in the last 28 days. Dormant: none for 90.")  # fmt: skip
        figure("Tier", str(asked.facts["rfm"]), str(asked.facts["country"] or "country not known"),
               "By how lately, how often and for how much the person bought.")  # fmt: skip


def figure(label: str, value: str, note: str, meaning: str) -> None:
    """One key figure with what stands behind it."""
    st.metric(label, value, note, delta_color="off", delta_arrow="off", help=meaning, border=True, height="stretch")
