"""One interest opened: its own line, its items, and the way to a list."""

from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.counts import names
from analytics.figures import alt_trend_lines, trend_lines
from analytics.interest_table import item_table
from analytics.trends import item_trend
from data.scope import Scope
from data.store import Store
from pages.interest.trends_views import board, notes, rules
from pages.interest.trends_views.controls import Knobs
from pages.interest.trends_views.notes import Marks
from pages.shared import cached, state
from pages.shared.parts import block, chart, empty, export, table

LINES = 8


def items(store: Store, scope: Scope, *, by: str, interest: str, metric: str, grain: str) -> pl.DataFrame:
    """The eight largest items of an interest over time, and the others."""
    return item_trend(store, scope, by=by, interest=interest, metric=metric, grain=grain, top=LINES)


def figure_of(store: Store, scope: Scope, *, marks: Marks, **about: Any) -> go.Figure:
    """The chart of `items`."""
    frame = cached.answer(items, store, scope, **about)
    return trend_lines(frame, metric=about["metric"], grain=about["grain"], notes=marks)


def alt_of(store: Store, scope: Scope, **about: Any) -> str:
    """What that chart shows, in words."""
    frame = cached.answer(items, store, scope, **about)
    return alt_trend_lines(frame, metric=about["metric"], grain=about["grain"])


def title_of(store: Store, *, by: str, interest: str) -> str | None:
    """The interest's name, None where this log has no such interest."""
    found = names(store, by).filter(pl.col("id") == interest)
    return found["name"][0] if found.height else None


def close() -> None:
    """Back to the table with no row chosen."""
    state.set_param("interest", None)
    st.session_state["trends_board"] = {"selection": {"rows": [], "columns": [], "cells": []}}


def who_moved(interest: str) -> None:
    """The way to the people behind a change: the page Drift, asked about this interest. The shared filters follow by
    themselves."""
    st.page_link(
        "pages/interest/drift.py", label="See who moved", icon=":material/swap_horiz:",
        query_params={"interest": interest},
    )  # fmt: skip


def draw(opened: Store, scope: Scope, knobs: Knobs, interest: str) -> None:
    """Chart and table of the items, under the name of the interest."""
    title = cached.answer(title_of, opened, by=knobs.by, interest=interest) if knobs.by in board.DRILLS else None
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(f"Items of {title}" if title else "Items", anchor=False, width="content")
        if title:
            who_moved(interest)
        st.button("Close", icon=":material/close:", key="trends_close", on_click=close)
    if title is None:
        empty(
            f"There is no {knobs.by.removeprefix('segment:')} '{interest}' in this log. It may have been merged or "
            "excluded, or the link comes from another shop."
        )
        return
    about = {"by": knobs.by, "interest": interest, "metric": knobs.metric, "grain": knobs.grain}
    frame = cached.answer(items, opened, scope, **about)
    if frame.is_empty():
        empty(f"No item of {title} was touched in these days by these people.")
        return
    figure = cached.picture(figure_of, opened, scope, marks=notes.marks(state.settings()), **about)
    chart(
        figure,
        f"Items of {title}: {cached.answer(alt_of, opened, scope, **about)}",
        f"items-{interest}",
        key="trends_items_chart",
    )
    rows = cached.answer(item_table, opened, scope, **about)
    table(
        rows, f"Items of {title} with change and stage", key="trends_items", columns=board.columns(knobs.metric, "item")
    )
    export(rows, f"items-{interest}", opened.meta, scope, key="trends_items", **about)
    with block("What goes with it"):
        rules.draw(opened, scope, by=knobs.by, interest=interest, title=title)
