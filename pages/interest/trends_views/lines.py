"""The main chart of Trends with its sentence, notes and export."""

from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.figures import alt_trend_lines, interest_colours, trend_lines
from analytics.seasons import seasonally_adjusted
from analytics.sentences import trends as sentences
from analytics.trends import compared, index_100, trend
from data.scope import Scope
from data.store import Store
from pages.interest.trends_views import levels, notes
from pages.interest.trends_views.controls import Knobs
from pages.interest.trends_views.notes import Marks
from pages.shared import cached, state
from pages.shared.parts import chart, empty, export, so_what
from pages.shared.parts.head import plain

LINES = 8


def shown(
    store: Store, scope: Scope, *, by: str, metric: str, grain: str, compare: str, index: bool, season: bool
) -> tuple[pl.DataFrame, str]:
    """What the chart shows, at most eight lines and the others, and what is to be said about the season."""
    if compare == "nothing":
        frame = trend(store, scope, by=by, metric=metric, grain=grain, top=LINES)
    else:
        frame = compared(store, scope, by=by, metric=metric, grain=grain, compare=compare, top=LINES)
    note = ""
    if season:
        frame, note = seasonally_adjusted(frame, grain)
    return (index_100(frame) if index else frame), note


def figure_of(store: Store, scope: Scope, *, marks: Marks, **wanted: Any) -> go.Figure:
    """The chart of what `shown` holds."""
    frame, _ = cached.answer(shown, store, scope, **wanted)
    look = {"metric": wanted["metric"], "grain": wanted["grain"], "index": wanted["index"]}
    palette = cached.answer(interest_colours, store, by=wanted["by"])
    changed = levels.of_chart(store, scope, frame, **wanted)
    return trend_lines(frame, notes=marks, palette=palette, levels=changed, **look)


def sentence_of(store: Store, scope: Scope, **about: str) -> str:
    """What moved, in a sentence."""
    return sentences.so_what(store, scope, judge=cached.judge, **about)


def alt_of(store: Store, scope: Scope, **wanted: Any) -> str:
    """What that chart shows, in words."""
    frame, _ = cached.answer(shown, store, scope, **wanted)
    changed = levels.of_chart(store, scope, frame, **wanted)
    return alt_trend_lines(frame, metric=wanted["metric"], grain=wanted["grain"], levels=changed)


def caption_of(store: Store, scope: Scope, **wanted: Any) -> str:
    """Which lines have a new level, in a sentence."""
    frame, _ = cached.answer(shown, store, scope, **wanted)
    return levels.said(levels.of_chart(store, scope, frame, **wanted), frame, wanted["by"])


def draw(opened: Store, scope: Scope, knobs: Knobs) -> None:
    """Sentence, chart, and the row of things to do with it."""
    about = {"by": knobs.by, "metric": knobs.metric, "grain": knobs.grain}
    wanted = {**about, "compare": knobs.compare, "index": knobs.index, "season": knobs.season}
    frame, season_note = cached.answer(shown, opened, scope, **wanted)
    if frame.is_empty():
        empty("Nothing happened in these days among these people. Widen the dates or take a filter away.")
        return
    so_what(cached.answer(sentence_of, opened, scope, compare=knobs.compare, **about))
    if season_note:
        st.caption(season_note)
    figure = cached.picture(figure_of, opened, scope, marks=notes.marks(state.settings()), **wanted)
    alt = cached.answer(alt_of, opened, scope, **wanted)
    chart(figure, alt, f"trends-{knobs.by}-{knobs.metric}".replace(":", "-"), key="trends_chart")
    if marked := cached.answer(caption_of, opened, scope, **wanted):
        st.caption(plain(marked))
    with st.container(horizontal=True):
        export(frame, "trends", opened.meta, scope, key="trends_lines", **wanted)
        notes.popover()
