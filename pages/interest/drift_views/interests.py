"""Which interests moved, and what their changes are made of."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.drift.found import Found
from analytics.drift.windows import interest_drift
from analytics.figures import alt_drift, alt_parts, change_parts, drift_slopes, interest_colours
from analytics.windows import Window
from data.scope import Scope
from data.store import Store
from pages.interest.drift_views.controls import Asked
from pages.shared import cached, state, wording
from pages.shared.parts import chart, empty, export, table

number = st.column_config.NumberColumn
TEXT = st.column_config.TextColumn
COLUMNS = {
    "name": TEXT("Interest", width="medium"),
    "share_before": number("Before", format="percent", help="Share of all events in the earlier window."),
    "share_after": number("After", format="percent"),
    "points": number("Change", format="%+.2f", help="In points of share."),
    "low": number("from", format="%+.2f", help="95 % interval of the change, lower end."),
    "high": number("to", format="%+.2f", help="95 % interval of the change, upper end."),
    "verdict": TEXT("Verdict", help="Beyond the season where it is known."),
    "q": number("q", format="%.2g", help="At 5 % or less it is called up or down."),
    "mix": number("Other people", format="%+.2f", help="Points of the change from who came and how much."),
    "behaviour": number("Same people", format="%+.2f", help="Points from people of both windows who changed."),
    "catalogue": number("Items", format="%+.2f", help="Points from items that came or went."),
    "season": number("Season", format="%+.2f", help="Points that the time of year explains."),
    "events": number("Events", format="localized", help="In both windows."),
}
POINTS = ("low", "high", "mix", "behaviour", "catalogue", "season")


def slopes(store: Store, scope: Scope, *, by: str, before: Window, after: Window) -> go.Figure:
    """Shares before and after."""
    found = cached.answer(interest_drift, store, scope, by=by, before=before, after=after)
    palette = cached.answer(interest_colours, store, by=by)
    return drift_slopes(found.drift.interests, before=said(before), after=said(after), palette=palette)


def bars(store: Store, scope: Scope, *, by: str, before: Window, after: Window) -> go.Figure:
    """What the changes are made of."""
    found = cached.answer(interest_drift, store, scope, by=by, before=before, after=after)
    return change_parts(found.drift.interests, title="What the changes are made of")


def said(window: Window) -> str:
    """A window as a word under an axis."""
    return wording.days(window.start, window.end)


def said_of(store: Store, scope: Scope, *, by: str, before: Window, after: Window) -> tuple[str, str, pl.DataFrame]:
    """What both charts show, in words, and the table as it is read."""
    frame = cached.answer(interest_drift, store, scope, by=by, before=before, after=after).drift.interests
    return alt_drift(frame), alt_parts(frame), rows_of(frame)


def draw(opened: Store, scope: Scope, asked: Asked, found: Found) -> None:
    """Slopes beside bars, the table below; a chosen row asks who moved to or from that interest."""
    frame = found.drift.interests
    if frame.is_empty():
        empty("No interest has an event in these windows among these people. Widen the windows or take a filter away.")
        return
    change, parts, shown = cached.answer(said_of, opened, scope, **asked.knobs)
    chart(cached.picture(slopes, opened, scope, **asked.knobs), change, "drift", key="drift_slopes")
    chart(cached.picture(bars, opened, scope, **asked.knobs), parts, "drift-parts", key="drift_parts")
    st.caption("Choose a row to see who moved to or from that interest.")
    table(
        shown, "Every interest with its shares, change, verdict and the parts of the change", key="drift_interests",
        columns=COLUMNS, on_pick=lambda rows: pick(shown, rows),
    )  # fmt: skip
    export(frame, "drift", opened.meta, scope, key="drift_table", **asked.knobs)


def rows_of(frame: pl.DataFrame) -> pl.DataFrame:
    """The table as it is read: clear changes first, changes in points."""
    clear = pl.col("verdict").is_in(["up", "down"])
    ordered = frame.sort(~clear, pl.col("change").abs(), descending=[False, True])
    return ordered.with_columns(*(pl.col(name) * 100 for name in POINTS), points=pl.col("change") * 100)


def pick(frame: pl.DataFrame, rows: list[int]) -> None:
    """Ask about the chosen interest, or about all again."""
    state.set_param("interest", frame["interest"][rows[0]] if rows else None)
