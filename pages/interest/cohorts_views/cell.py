"""The people of one cell of the cohort grid, to be kept as a list."""

from datetime import date

import polars as pl
import streamlit as st

from analytics.cohorts import cell_users
from data.scope import Scope
from data.store import Store
from pages.interest.cohorts_views import lists
from pages.interest.cohorts_views.controls import Knobs
from pages.shared import cached, wording


def pick(cell: list[str | int]) -> None:
    """Take a clicked cell of the grid over into the two choices below it."""
    st.session_state["cohorts_start"] = date.fromisoformat(str(cell[0])[:10])
    st.session_state["cohorts_age"] = int(cell[1])


def draw(opened: Store, scope: Scope, knobs: Knobs, frame: pl.DataFrame) -> None:
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
