"""Everything the person did, as dots by week and as rows, newest first."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.figures.people import alt_time_line, time_line, weekly
from analytics.person import events_of
from analytics.sentences import people as sentences
from data.store import Store
from pages.model.people_views.controls import Asked, seen, within
from pages.model.people_views.ribbons import colours_of
from pages.shared import cached
from pages.shared.parts import chart, empty, export, table
from pages.shared.parts.head import plain

SHOWN = ("time", "event_type", "item", "query", "name", "weight")
COLUMNS = {
    "time": st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm", help="In the shop's time zone."),
    "event_type": st.column_config.TextColumn("What"),
    "item": st.column_config.TextColumn("Item", width="medium"),
    "query": st.column_config.TextColumn("Searched for"),
    "name": st.column_config.TextColumn("Interest", width="medium"),
    "weight": st.column_config.NumberColumn("Weight", format="%+.0f", help="What it says of interest."),
}


def picture(store: Store, *, user_no: int, by: str, start: date | None, until: date) -> go.Figure:
    """The time line."""
    events = cached.answer(events_of, store, user_no=user_no, by=by).filter(pl.col("day") <= until)
    palette = colours_of(store, user_no=user_no, by=by)
    return time_line(weekly(within(start, events)), palette=palette)


def draw(opened: Store, asked: Asked) -> None:
    """The time line above the rows."""
    st.subheader("History", anchor=False)
    events = within(asked.start, seen(opened, asked))
    frame = weekly(events)
    if frame.is_empty():
        empty("This person did nothing on these days. Widen the dates.")
        return
    st.markdown(plain(sentences.did(asked.code, events)))
    about = {"start": asked.start, "until": asked.until, **asked.knobs}
    chart(cached.picture(picture, opened, **about), alt_time_line(frame), "person-history", key="people_time_line")
    rows = events.reverse().select(SHOWN).with_columns(pl.col("event_type").str.replace_all("_", " "))
    table(rows, f"Everything {asked.code} did, newest first", key="people_events", columns=COLUMNS)
    export(rows, "person-history", opened.meta, asked.scope, key="people_history", person=asked.code)
