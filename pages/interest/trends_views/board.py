"""The table of interests: what rises, what fades, how sure that is; a chosen row opens its items."""

import polars as pl
import streamlit as st

from analytics.aside import aside_sentence
from analytics.interest_table import ORDERS, in_order, interest_table
from data.scope import Scope
from data.store import Store
from pages.interest.trends_views.controls import Knobs
from pages.shared import cached, state
from pages.shared.parts import empty, export, table

DRILLS = ("theme", "category", "brand")
VALUE = {"share": "percent", "events": "localized", "users": "localized", "revenue": "compact"}


def columns(metric: str, thing: str) -> dict[str, object]:
    """How the columns look."""
    number = st.column_config.NumberColumn
    return {
        "name": st.column_config.TextColumn(thing.capitalize(), width="medium"),
        "spark": st.column_config.LineChartColumn("28 weeks", width="small", y_min=0),
        "value": number(metric.capitalize(), format=VALUE[metric], help="In the last window of complete days."),
        "change": number("Change", format="percent", help="Against the same length right before."),
        "verdict": st.column_config.TextColumn(
            "Verdict", help="Larger than ordinary week to week differences, or not."
        ),
        "last_year": number("vs last year", format="percent", help="Against the same weeks a year earlier."),
        "base": number("Base", format="localized", help="Events behind both windows."),
        "stage": st.column_config.TextColumn("Stage", width="small"),
    }


def rows_of(store: Store, scope: Scope, **about: str) -> pl.DataFrame:
    """Every interest, judged."""
    return interest_table(store, scope, judge=cached.judge, **about)


def ordered(store: Store, scope: Scope, *, order: str, **about: str) -> pl.DataFrame:
    """The same as `order` says."""
    return in_order(cached.answer(rows_of, store, scope, **about), order)


def draw(opened: Store, scope: Scope, knobs: Knobs) -> None:
    """Order, table, export."""
    about = {"by": knobs.by, "metric": knobs.metric, "grain": knobs.grain}
    thing = knobs.by.removeprefix("segment:")
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(f"Every {thing}", anchor=False, width="content")
        order = st.segmented_control(
            "Order", list(ORDERS), default="rising", required=True, key=state.ORDER, bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    frame = cached.answer(ordered, opened, scope, order=order or "rising", **about)
    if frame.is_empty():
        empty("There is nothing to compare among these people. Take a filter away.")
        return
    can_open = knobs.by in DRILLS
    if can_open:
        st.caption(f"Choose a row to see the items of that {thing}.")
    table(
        frame, f"Every {thing} with its {knobs.metric}, change, verdict and stage", key="trends_board",
        columns=columns(knobs.metric, thing), on_pick=(lambda rows: pick(frame, rows)) if can_open else None,
    )  # fmt: skip
    left_over = cached.answer(aside_sentence, opened, by=knobs.by)
    if left_over:
        st.caption(left_over)
    export(frame, "interests", opened.meta, scope, key="trends_table", order=order, **about)


def pick(frame: pl.DataFrame, rows: list[int]) -> None:
    """Open the chosen interest, or close it again."""
    state.set_param("interest", frame["id"][rows[0]] if rows else None)
