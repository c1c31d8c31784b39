"""Who moved: the list behind a drift, its evidence, and the way to keep it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.counts import names
from analytics.drift.movers import Movers, mover, movers
from analytics.figures import flow_bars, flows
from analytics.sentences import drift as sentences
from data.scope import Scope
from data.store import Store
from pages.interest.cohorts_views import lists
from pages.interest.drift_views.controls import Asked
from pages.shared import cached, state, wording
from pages.shared.parts import chart, empty, export, so_what, table

number = st.column_config.NumberColumn
TEXT = st.column_config.TextColumn
COLUMNS = {
    "code": TEXT("Person", help="A code of this store; exports and lists hold the shop's own ids."),
    "from_name": TEXT("From", width="medium"),
    "to_name": TEXT("To", width="medium"),
    "strength": number("Gained", format="percent", help="What the share of 'To' gained."),
    "q": number("q", format="%.2g", help="The rate of false names on a list that ends with this person."),
    "events_before": number("Events before", format="localized"),
    "events_after": number("after", format="localized"),
    "visits_before": number("Visits before", format="localized"),
    "visits_after": number("after", format="localized"),
}
EVIDENCE = {
    "name": TEXT("Interest", width="medium"),
    "before": number("Events before", format="localized"),
    "after": number("Events after", format="localized"),
    "expected": number("Expected after", format="%.1f", help="If nothing but the season had changed."),
    "residual": number("Residual", format="%+.1f", help="Beyond -2 or 2 an interest stands out."),
}
INTEREST = "interest"


def sentence(store: Store, scope: Scope, **about: Any) -> str:
    """How many can be judged and how many moved."""
    return sentences.people(cached.answer(movers, store, scope, **about))


def shown_of(store: Store, scope: Scope, *, interest: str | None, **about: Any) -> tuple[pl.DataFrame, str | None]:
    """The people as they are listed, and what the chart of their moves shows; None where there is no such chart."""
    people = concerned(cached.answer(movers, store, scope, **about).people, interest)
    shown = people.with_columns(
        code=pl.col("user_no").map_elements(wording.code, return_dtype=pl.String), order=pl.int_range(pl.len())
    )
    pairs = flows(people)
    if pairs.height < 2:
        return shown, None
    top = pairs.row(0, named=True)
    return shown, f"The commonest moves, from {top['from_name']} to {top['to_name']} first with {top['people']} people."


def draw(opened: Store, scope: Scope, asked: Asked, moved: Movers) -> None:
    """Sentence, commonest moves, the people, what one of them did, and the list to keep."""
    st.subheader("Who moved", anchor=False)
    about = {"level": asked.level, **asked.knobs}
    so_what(cached.answer(sentence, opened, scope, **about))
    if not moved.drifted:
        return
    interest = state.param(INTEREST)
    if interest:
        narrowed(opened, asked.by, interest)
    shown, alt = cached.answer(shown_of, opened, scope, interest=interest, **about)
    if shown.is_empty():
        empty("None of them moved to or from this interest.")
        return
    if alt:
        chart(cached.picture(flow_picture, opened, scope, interest=interest, **about), alt, "moves", key="drift_moves")
    st.caption("Choose a row to see what that person did.")
    table(shown, "People who moved, the surest first", key="drift_people", columns=COLUMNS,
          on_pick=lambda rows: pick(shown, rows))  # fmt: skip
    if person := state.param("person"):
        evidence(opened, scope, asked, shown, person)
    what = f"Moved {wording.day(asked.after.start)} to {wording.day(asked.after.end)}"
    if interest:
        what += f", {called(opened, asked.by, interest)}"
    source: dict[str, object] = {
        "page": "drift", "by": asked.by, "before": str(asked.before), "after": str(asked.after),
        "q": asked.level, "interest": interest, "segments": str(scope.segments),
    }  # fmt: skip
    lists.save_form(shown["user_no"].to_list(), what[:80], source, key="drift_movers")
    export(
        shown.drop("user_no", "order"), "movers", opened.meta, scope, key="drift_movers_table", q=asked.level,
        **asked.knobs,
    )  # fmt: skip


def flow_picture(store: Store, scope: Scope, *, interest: str | None, **about: Any) -> go.Figure:
    """The commonest moves of all movers, or of those to and from one interest."""
    return flow_bars(concerned(cached.answer(movers, store, scope, **about).people, interest))


def concerned(people: pl.DataFrame, interest: str | None) -> pl.DataFrame:
    """Those who left the interest or took it up; everybody where none was chosen."""
    return people.filter((pl.col("from") == interest) | (pl.col("to") == interest)) if interest else people


def narrowed(opened: Store, by: str, interest: str) -> None:
    """Which interest the list is about, and the way back to all."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"To or from **{called(opened, by, interest)}** only.", width="content")
        if st.button("Show all", key="drift_all", icon=":material/close:", type="tertiary"):
            state.set_param(INTEREST, None)
            st.rerun()


def called(opened: Store, by: str, interest: str) -> str:
    """An interest by its name."""
    known = dict(cached.answer(names, opened, by=by).select("id", "name").iter_rows())
    return str(known.get(interest, interest))


def pick(shown: pl.DataFrame, rows: list[int]) -> None:
    """Open the chosen person, or close the evidence again."""
    state.set_param("person", shown["code"][rows[0]] if rows else None)


def evidence(opened: Store, scope: Scope, asked: Asked, shown: pl.DataFrame, person: str) -> None:
    """What one person left and took up."""
    found = shown.filter(code=person)
    if found.is_empty():
        return
    frame = cached.answer(mover, opened, scope, user_no=int(found["user_no"][0]), **asked.knobs)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**What {person} did**", width="content")
        st.page_link(
            "pages/model/people.py", label="Their interests over time", icon=":material/person_search:",
            query_params={"person": person},
        )  # fmt: skip
    table(frame, f"Interests of {person} before and after, what was gained most first", key="drift_evidence",
          columns=EVIDENCE)  # fmt: skip
