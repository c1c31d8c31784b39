"""The interest mix of one cohort as it ages, against all others, with what it moved to."""

from dataclasses import replace
from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.cohorts import cohort_sizes, mixes, moved_to
from analytics.figures import alt_mix_ribbons, interest_colours, mix_ribbons
from analytics.sentences import cohorts as sentences
from data.scope import Scope
from data.store import Store
from pages.interest.cohorts_views import lists
from pages.interest.cohorts_views.cell import people_of
from pages.interest.cohorts_views.controls import Knobs
from pages.shared import cached, state, wording
from pages.shared.parts import chart, empty, export, so_what, table

number = st.column_config.NumberColumn
COLUMNS = {
    "name": st.column_config.TextColumn("Interest", width="medium"),
    "first": number("First period", format="percent", help="Share of the cohort's events in its first period."),
    "later": number("Later", format="percent", help="Share over all later complete ages together."),
    "gain": number(
        "Moved by", format="percent", help="The cohort's change minus that of all other cohorts at the same ages."
    ),
    "low": number("from", format="percent", help="95 % interval of the move, lower end."),
    "high": number("to", format="percent", help="95 % interval of the move, upper end."),
    "clear": st.column_config.CheckboxColumn("Clear", help="Passes 5 % false discoveries over all interests."),
    "events_first": number("Events first", format="localized"),
    "events_later": number("Events later", format="localized"),
}


def ribbons(store: Store, scope: Scope, *, cohort: str, by: str, start: date) -> go.Figure:
    """The mix of one cohort beside that of all others."""
    found = cached.answer(mixes, store, scope, cohort=cohort, by=by, start=start)
    palette = cached.answer(interest_colours, store, by=by)
    return mix_ribbons(found.own, found.others, grain=cohort, palette=palette)


def alt_of(store: Store, scope: Scope, **about: Any) -> str:
    """What the ribbons of the cohort show, in words."""
    return alt_mix_ribbons(cached.answer(mixes, store, scope, **about).own)


def moves_of(store: Store, scope: Scope, **about: Any) -> pl.DataFrame:
    """What the cohort moved to."""
    return moved_to(store, scope, known=cached.answer(mixes, store, scope, **about), **about)


def sentence_of(store: Store, scope: Scope, *, cohort: str, by: str, start: date) -> str:
    """What the cohort came for and moved to, in a sentence."""
    about: dict[str, Any] = {"cohort": cohort, "by": by, "start": start}
    own, moves = cached.answer(mixes, store, scope, **about).own, cached.answer(moves_of, store, scope, **about)
    return sentences.turned_to(own, moves, cohort=cohort, start=start)


def draw(opened: Store, scope: Scope, knobs: Knobs) -> None:
    """Choose a cohort; its ribbons beside everybody else's, its moves below, a cell as a list."""
    sizes = cached.answer(cohort_sizes, opened, scope, cohort=knobs.cohort)
    if sizes.is_empty():
        empty("No cohort starts in these days among these people. Widen the dates or take a filter away.")
        return
    start = choose(sizes, knobs)
    if start is None:
        return
    about: dict[str, Any] = {"cohort": knobs.cohort, "by": knobs.by, "start": start}
    moves = cached.answer(moves_of, opened, scope, **about)
    so_what(cached.answer(sentence_of, opened, scope, **about))
    own = cached.answer(mixes, opened, scope, **about).own
    alt = cached.answer(alt_of, opened, scope, **about)
    chart(cached.picture(ribbons, opened, scope, **about), alt, "mix", key="cohorts_mix")
    st.subheader("What they moved to", anchor=False)
    if moves.is_empty():
        empty("This cohort has no complete later period yet, so nothing can be compared. Choose an older one.")
    else:
        table(moves, "What the cohort moved to and from", key="cohorts_moves", columns=COLUMNS)
        export(moves, "moves", opened.meta, scope, key="cohorts_moved", **about)
    cell(opened, scope, knobs, own, start)


def choose(sizes: pl.DataFrame, knobs: Knobs) -> date | None:
    """Which cohort, bound to the URL by its first day; the largest that can be judged first."""
    days = [str(day) for day in sizes.sort("size", descending=True)["cohort"].to_list()]
    by_day = dict(zip(sizes["cohort"].cast(pl.String), sizes["size"], strict=True))
    before = set(sizes.filter("from_before")["cohort"].cast(pl.String))
    ordered = sorted(days, key=lambda day: day in before)
    chosen = st.selectbox(
        f"Cohort of the {knobs.cohort} that starts on", ordered, key=state.START, bind="query-params", width=280
    )
    if chosen is None:
        return None
    note = "; customers from before, their true first purchase is unknown" if chosen in before else ""
    st.caption(f"{wording.things(by_day[chosen], 'person', 'people')}{note}")
    return date.fromisoformat(chosen)


def cell(opened: Store, scope: Scope, knobs: Knobs, own: pl.DataFrame, start: date) -> None:
    """One interest at one age of this cohort; its people become a list."""
    st.subheader("Save a cell as a list", anchor=False)
    if own.is_empty():
        return
    names = dict(zip(own["id"], own["name"], strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        interest = st.selectbox("Interest", list(names), format_func=lambda each: names[each], key="cohorts_interest")
        age = st.selectbox(f"In {knobs.cohort}", sorted(own["age"].unique().to_list()), key="cohorts_mix_age")
    narrowed = replace(scope, interests=(interest,))
    people = cached.answer(people_of, opened, narrowed, cohort=knobs.cohort, start=start, age=age)
    what = f"{wording.period(start, knobs.cohort)} cohort, {names[interest]} in {knobs.cohort} {age}"
    source = {"page": "cohorts", "cohort": knobs.cohort, "start": str(start), "age": age, "interest": interest}
    lists.save_form(people, what, source, key="cohorts_mix_cell")
