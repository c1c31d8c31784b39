"""Who comes back, or what they are worth: the grid of cohorts by age, the curves, and the people of one cell."""

from datetime import date

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.cohorts import cell_users
from analytics.cohorts import retention as retention_of
from analytics.figures import alt_cohorts, cohort_curves, cohort_heatmap
from analytics.sentences import cohorts as sentences
from data.scope import Scope
from data.store import Store
from pages.interest.cohorts_views import lists
from pages.interest.cohorts_views.controls import Knobs
from pages.shared import cached, wording
from pages.shared.parts import chart, empty, export, so_what

VALUE = {"retention": "retention", "value": "revenue_so_far"}
SAYS = {"retention": sentences.retention_so_what, "value": sentences.value_so_what}


def grid(store: Store, scope: Scope, *, cohort: str, value: str) -> go.Figure:
    """Cohorts by age. Dragging is off: with a drag mode of its own a chart does not answer to clicks."""
    figure = cohort_heatmap(cached.answer(retention_of, store, scope, cohort=cohort), value=value, grain=cohort)
    return figure.update_layout(dragmode=None).update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)


def curves(store: Store, scope: Scope, *, cohort: str, value: str) -> go.Figure:
    """The same as curves."""
    return cohort_curves(cached.answer(retention_of, store, scope, cohort=cohort), value=value, grain=cohort)


def draw(opened: Store, scope: Scope, knobs: Knobs) -> None:
    """Sentence, grid beside curves, export, and a cell as a list."""
    frame = cached.answer(retention_of, opened, scope, cohort=knobs.cohort)
    if frame.is_empty():
        empty("No cohort starts in these days among these people. Widen the dates or take a filter away.")
        return
    value = VALUE[knobs.view]
    sentence = cached.answer(SAYS[knobs.view], opened, scope, cohort=knobs.cohort)
    so_what(sentence)
    alt = alt_cohorts(frame, grain=knobs.cohort, value=value)
    about = {"cohort": knobs.cohort, "value": value}
    figure = cached.picture(grid, opened, scope, **about)
    chart(figure, alt, f"cohorts-{knobs.view}", key="cohorts_grid", on_pick=pick)
    chart(
        cached.picture(curves, opened, scope, **about), f"The same as curves by age: {alt}",
        f"curves-{knobs.view}", key="cohorts_curves",
    )  # fmt: skip
    export(frame, f"cohorts-{knobs.view}", opened.meta, scope, key="cohorts_frame", cohort=knobs.cohort)
    cell(opened, scope, knobs, frame)


def pick(cell: list[str | int]) -> None:
    """Take a clicked cell of the grid over into the two choices below it."""
    st.session_state["cohorts_start"] = date.fromisoformat(str(cell[0])[:10])
    st.session_state["cohorts_age"] = int(cell[1])


def cell(opened: Store, scope: Scope, knobs: Knobs, frame: pl.DataFrame) -> None:
    """Choose a cohort and an age; its active people become a list."""
    st.subheader("Save a cell as a list", anchor=False)
    st.caption("Click a cell of the grid, or choose it here.")
    starts = frame["cohort"].unique().sort(descending=True).to_list()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = st.selectbox(
            "Cohort",
            starts,
            index=min(2, len(starts) - 1),
            format_func=lambda day: wording.period(day, knobs.cohort),
            key="cohorts_start",
            width=240,
        )
        reached = frame.filter(pl.col("cohort") == start)["age"].to_list()
        age = st.selectbox(
            f"Active in which {knobs.cohort} after",
            reached,
            index=min(1, len(reached) - 1),
            key="cohorts_age",
            width=240,
        )
    people = cached.answer(people_of, opened, scope, cohort=knobs.cohort, start=start, age=age)
    what = f"{wording.period(start, knobs.cohort)} cohort, active in {knobs.cohort} {age}"
    source = {
        "page": "cohorts",
        "cohort": knobs.cohort,
        "start": str(start),
        "age": age,
        "segments": str(scope.segments),
    }
    lists.save_form(people, what, source, key="cohorts_cell")


def people_of(store: Store, scope: Scope, **cell: object) -> list[int]:
    """The people of one cell."""
    return cell_users(store, scope=scope, **cell)  # type: ignore[arg-type]
