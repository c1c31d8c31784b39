"""Who comes back, or what they are worth: the grid of cohorts by age, the curves."""

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.cohorts import retention as retention_of
from analytics.cohorts.grid import as_table
from analytics.figures import alt_cohorts, cohort_curves, cohort_heatmap
from analytics.sentences import cohorts as sentences
from data.scope import Scope
from data.store import Store
from pages.interest.cohorts_views import cell
from pages.interest.cohorts_views.controls import Knobs
from pages.shared import cached
from pages.shared.parts import chart, empty, export, so_what, table

VALUE = {"retention": "retention", "value": "revenue_so_far"}
SAYS = {"retention": sentences.came_back, "revenue_so_far": sentences.worth}


def grid(store: Store, scope: Scope, *, cohort: str, value: str) -> go.Figure:
    """Cohorts by age. Dragging is off: with a drag mode of its own a chart does not answer to clicks."""
    figure = cohort_heatmap(cached.answer(retention_of, store, scope, cohort=cohort), value=value, grain=cohort)
    return figure.update_layout(dragmode=None).update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)


def curves(store: Store, scope: Scope, *, cohort: str, value: str) -> go.Figure:
    """The same as curves."""
    return cohort_curves(cached.answer(retention_of, store, scope, cohort=cohort), value=value, grain=cohort)


def sentence_of(store: Store, scope: Scope, *, cohort: str, value: str) -> str:
    """Who comes back, or what they are worth, in a sentence."""
    return SAYS[value](cached.answer(retention_of, store, scope, cohort=cohort), cohort=cohort)


def alt_of(store: Store, scope: Scope, *, cohort: str, value: str) -> str:
    """What grid and curves show, in words."""
    return alt_cohorts(cached.answer(retention_of, store, scope, cohort=cohort), grain=cohort, value=value)


def draw(opened: Store, scope: Scope, knobs: Knobs) -> None:
    """Sentence, grid beside curves, export, and a cell as a list."""
    frame = cached.answer(retention_of, opened, scope, cohort=knobs.cohort)
    if frame.is_empty():
        empty("No cohort starts in these days among these people. Widen the dates or take a filter away.")
        return
    value = VALUE[knobs.view]
    about = {"cohort": knobs.cohort, "value": value}
    so_what(cached.answer(sentence_of, opened, scope, **about))
    alt = cached.answer(alt_of, opened, scope, **about)
    figure = cached.picture(grid, opened, scope, **about)
    chart(figure, alt, f"cohorts-{knobs.view}", key="cohorts_grid", on_pick=cell.pick)
    chart(
        cached.picture(curves, opened, scope, **about), f"The same as curves by age: {alt}",
        f"curves-{knobs.view}", key="cohorts_curves",
    )  # fmt: skip
    numbers(opened, scope, **about)
    export(frame, f"cohorts-{knobs.view}", opened.meta, scope, key="cohorts_frame", cohort=knobs.cohort)
    cell.draw(opened, scope, knobs, frame)


def rows_of(store: Store, scope: Scope, *, cohort: str, value: str) -> pl.DataFrame:
    """The grid as rows."""
    return as_table(cached.answer(retention_of, store, scope, cohort=cohort), value=value, grain=cohort)


def numbers(opened: Store, scope: Scope, *, cohort: str, value: str) -> None:
    """The grid as a table, made when it is opened: for those who read numbers rather than colours."""
    shut = st.expander("The grid as a table", icon=":material/table:", on_change="rerun", key="cohorts_numbers")
    if not shut.open:
        return
    form = "percent" if value == "retention" else "localized"
    rows = cached.answer(rows_of, opened, scope, cohort=cohort, value=value)
    columns = {name: st.column_config.NumberColumn(format=form) for name in rows.columns[2:]}
    columns |= {"people": st.column_config.NumberColumn("People", format="localized")}
    heads = {"cohort": st.column_config.TextColumn("Cohort", pinned=True)}
    with shut:
        alt = f"Cohorts by {cohort}s since the first purchase, complete cells only"
        table(rows, alt, key="cohorts_rows", columns={name: (heads | columns)[name] for name in rows.columns})
