"""New, returning, resurrected, lapsing and dormant people of an interest over time."""

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.counts import names
from analytics.figures import alt_lifecycle_bars, lifecycle_bars
from analytics.lifecycle import lifecycle
from analytics.sentences import cohorts as sentences
from data.scope import Scope
from data.store import Store
from pages.interest.cohorts_views.controls import Knobs
from pages.shared import cached, state
from pages.shared.parts import chart, empty, export, so_what, table

GRAINS = {"week": "week", "month": "month", "quarter": "month"}
number = st.column_config.NumberColumn
COLUMNS = {
    "name": st.column_config.TextColumn("Interest", width="medium"),
    **{state_of: number(state_of.capitalize(), format="localized")
       for state_of in ("new", "returning", "resurrected", "lapsing", "dormant")},
}  # fmt: skip


def line_names(store: Store, *, by: str) -> dict[str, str]:
    """id -> name of every interest, largest first."""
    found = names(store, by)
    return dict(zip(found["id"], found["name"], strict=True))


def one(store: Store, scope: Scope, *, by: str, grain: str, interest: str) -> pl.DataFrame:
    """The life cycle of one interest, or of everything."""
    frame = lifecycle(store, scope, by=by if interest else "all", grain=grain)
    return frame.filter(pl.col("id") == interest)


def bars(store: Store, scope: Scope, **about: str) -> go.Figure:
    """The chart of `one`."""
    return lifecycle_bars(cached.answer(one, store, scope, **about))


def sentence_of(store: Store, scope: Scope, **about: str) -> str:
    """Who is active and who goes quiet, in a sentence."""
    return sentences.states(cached.answer(one, store, scope, **about), grain=about["grain"])


def alt_of(store: Store, scope: Scope, **about: str) -> str:
    """What the bars show, in words."""
    return alt_lifecycle_bars(cached.answer(one, store, scope, **about))


def latest(store: Store, scope: Scope, *, by: str, grain: str) -> pl.DataFrame:
    """Every interest at the end of the last complete period."""
    frame = lifecycle(store, scope, by=by, grain=grain).filter("complete")
    return frame.filter(pl.col("start") == pl.col("start").max()).sort("new", descending=True)


def draw(opened: Store, scope: Scope, knobs: Knobs) -> None:
    """Choose an interest or everything; bars over time, and all interests now."""
    grain = GRAINS[knobs.cohort]
    titles = {"": "all interests", **cached.answer(line_names, opened, by=knobs.by)}
    chosen = state.param("interest") or ""
    if chosen not in titles:
        chosen = ""
    st.session_state["cohorts_line"] = chosen
    st.selectbox(
        "Interest", list(titles), format_func=lambda each: titles[each], key="cohorts_line", width=360,
        on_change=lambda: state.set_param("interest", st.session_state["cohorts_line"] or None),
    )  # fmt: skip
    frame = cached.answer(one, opened, scope, by=knobs.by, grain=grain, interest=chosen)
    if frame.is_empty():
        empty("Nobody touched this in these days. Choose another interest or widen the dates.")
        return
    about = {"by": knobs.by, "grain": grain, "interest": chosen}
    so_what(cached.answer(sentence_of, opened, scope, **about))
    alt = cached.answer(alt_of, opened, scope, **about)
    chart(cached.picture(bars, opened, scope, **about), alt, "lifecycle", key="cohorts_lifecycle")
    now = cached.answer(latest, opened, scope, by=knobs.by, grain=grain)
    st.subheader("Every interest at the end of the last complete period", anchor=False)
    table(
        now, "New, returning, resurrected, lapsing and dormant people per interest", key="cohorts_now", columns=COLUMNS
    )
    export(now, "lifecycle", opened.meta, scope, key="cohorts_life", grain=grain)
