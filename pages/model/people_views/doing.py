"""Everything the person did, as dots by week and as rows, newest first."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.figures.people import alt_time_line, time_line, weekly
from analytics.person import events_of
from analytics.sentences import people as sentences
from data.store import Store
from pages.model.people_views.controls import Asked
from pages.model.people_views.vector import colours_of
from pages.shared import cached, wording
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


def within(store: Store, *, user_no: int, by: str, start: date | None, until: date) -> pl.DataFrame:
    """What the person did on the days that are shown."""
    events: pl.DataFrame = cached.answer(events_of, store, user_no=user_no, by=by)
    return events.filter(pl.col("day").is_between(start or date.min, until))


def picture(store: Store, **about: Any) -> go.Figure:
    """The time line."""
    palette = colours_of(store, user_no=about["user_no"], by=about["by"])
    return time_line(weekly(within(store, **about)), palette=palette)


def told(store: Store, **about: Any) -> tuple[str, str]:
    """The sentence, and what the picture shows; nothing where nothing was done."""
    events = within(store, **about)
    frame = weekly(events)
    if frame.is_empty():
        return "", ""
    return sentences.did(wording.code(about["user_no"]), events), alt_time_line(frame)


def rows(store: Store, **about: Any) -> pl.DataFrame:
    """Every event as it is read, newest first."""
    return within(store, **about).reverse().select(SHOWN).with_columns(pl.col("event_type").str.replace_all("_", " "))


def draw(opened: Store, asked: Asked) -> None:
    """The time line above the rows."""
    st.subheader("History", anchor=False)
    about = {"start": asked.start, "until": asked.until, **asked.knobs}
    said, alt = cached.answer(told, opened, **about)
    if not said:
        empty("This person did nothing on these days. Widen the dates.")
        return
    st.markdown(plain(said))
    chart(cached.picture(picture, opened, **about), alt, "person-history", key="people_time_line")
    frame = cached.answer(rows, opened, **about)
    table(frame, f"Everything {asked.code} did, newest first", key="people_events", columns=COLUMNS)
    export(frame, "person-history", opened.meta, asked.scope, key="people_history", person=asked.code)
