"""How long interest lasts: the half-life that foretells best, and what of a person's interests stays."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.figures.halflife import (
    alt_half_life,
    alt_persistence,
    half_life_curve,
    persistence_curve,
    said,
)
from analytics.halflife import ShopHalfLife, ShopPersistence, shop_half_life, shop_persistence
from analytics.sentences import halflife as sentences
from data.errors import InputError
from data.scope import Scope
from data.store import Store
from pages.shared import cached
from pages.shared.parts import chart, empty, export, so_what, table
from pages.shared.parts.head import plain

TEXT = st.column_config.TextColumn
COLUMNS = {
    "name": TEXT("Interest", width="medium"),
    "lasts": TEXT("Half-life", help="Drawn towards the shop's by how little is known of this interest."),
    "alone": TEXT(
        "By itself", help="What foretells this interest best, with where it lies when people are drawn again."
    ),
    "users": st.column_config.NumberColumn(
        "Taken up", format="localized", help="Times that somebody took it up in the days to be foretold."
    ),
}
EXPLANATION = """
**Half-life.** A person's past is their events, each weighted by $2^{-age / h}$; with a little of everybody's mix it
foretells the mix of the person's next 28 days, from up to four dates of the log on. Each h is judged by how well it
does (log-loss on what came next, with the amount of everybody's mix chosen on other people); the interval is that of
the difference to the best one, over the same people drawn again.

**Single interests** are judged in the same way and drawn towards the shop's half-life by how little is known of them.

**What stays.** A person's mix minus everybody's, in two halves of the visits of every 28 days, so that noise has no
part in the product. The curve says how much of it is left some periods later; the line is $s + (1 - s) 2^{-l / h}$.

**What it cannot tell**: how long interest lasts beyond this log, and whether it is the taste or the need that fades.
The windows chosen above play no part here; dates and people do.
"""


def half_life(store: Store, scope: Scope, *, by: str) -> ShopHalfLife | str:
    """The half-lives, or the sentence that says what is lacking."""
    try:
        return shop_half_life(store, scope, by=by)
    except InputError as reason:
        return reason.message


def staying(store: Store, scope: Scope, *, by: str) -> ShopPersistence | str:
    """What stays of people's interests, or the sentence that says what is lacking."""
    try:
        return shop_persistence(store, scope, by=by)
    except InputError as reason:
        return reason.message


def half_life_said(store: Store, scope: Scope, *, by: str) -> tuple[str, str, str, pl.DataFrame]:
    """The sentences on the shop and on single interests, what the curve shows, and the table as it is read."""
    found = cached.answer(half_life, store, scope, by=by)
    assert not isinstance(found, str)
    usual: float = found.curve.filter("best")["half_life"][0]
    differing = sentences.by_interest(found.lines, usual)
    return sentences.lasts(found.curve), differing, alt_half_life(found.curve), rows_of(found.lines)


def staying_said(store: Store, scope: Scope, *, by: str) -> tuple[str, str]:
    """The sentence, and what the curve shows."""
    found = cached.answer(staying, store, scope, by=by)
    assert not isinstance(found, str)
    return sentences.stays(found.fit), alt_persistence(found.curve, found.fit)


def half_life_picture(store: Store, scope: Scope, *, by: str) -> go.Figure:
    """The curve of half-lives."""
    found = cached.answer(half_life, store, scope, by=by)
    assert not isinstance(found, str)
    return half_life_curve(found.curve, title="How well each half-life foretells the next four weeks")


def staying_picture(store: Store, scope: Scope, *, by: str) -> go.Figure:
    """What stays."""
    found = cached.answer(staying, store, scope, by=by)
    assert not isinstance(found, str)
    return persistence_curve(found.curve, found.fit, title="What of a person's own interests is left")


def draw(opened: Store, scope: Scope, by: str) -> None:
    """Shut at first: both curves take seconds, and are counted when somebody looks."""
    shut = st.expander("How long interest lasts", icon=":material/hourglass:", on_change="rerun", key="drift_lasting")
    if not shut.open:
        return
    with shut:
        halves(opened, scope, by)
        stays(opened, scope, by)
        st.markdown("**How this is computed**")
        st.markdown(EXPLANATION)


def halves(opened: Store, scope: Scope, by: str) -> None:
    """After how long an event counts half: sentence, curve, and the interests one by one."""
    found = cached.answer(half_life, opened, scope, by=by)
    if isinstance(found, str):
        empty(found)
        return
    finding, differing, alt, rows = cached.answer(half_life_said, opened, scope, by=by)
    so_what(finding)
    if differing:
        st.markdown(plain(differing))
    st.caption(found.note)
    chart(cached.picture(half_life_picture, opened, scope, by=by), alt, "half-life", key="drift_half_life")
    table(rows, "The half-life of every interest, the largest interest first", key="drift_half_lives", columns=COLUMNS)
    export(found.lines, "half-lives", opened.meta, scope, key="drift_half_lives", by=by)


def rows_of(lines: pl.DataFrame) -> pl.DataFrame:
    """The interests as they are read."""
    alone = [
        "too few took it up" if row["own"] is None
        else f"{said(row['own'])} ({said(row['own_low'])} to {said(row['own_high'])})"
        for row in lines.iter_rows(named=True)
    ]  # fmt: skip
    return lines.with_columns(
        pl.col("name").fill_null(pl.col("id")), alone=pl.Series(alone, dtype=pl.Utf8),
        lasts=pl.Series([said(each) for each in lines["half_life"]], dtype=pl.Utf8),
    )  # fmt: skip


def stays(opened: Store, scope: Scope, by: str) -> None:
    """What of people's interests stays: sentence and curve."""
    found = cached.answer(staying, opened, scope, by=by)
    if isinstance(found, str):
        st.caption(f"What stays of people's interests cannot be told. {found}")
        return
    finding, alt = cached.answer(staying_said, opened, scope, by=by)
    so_what(finding)
    chart(cached.picture(staying_picture, opened, scope, by=by), alt, "persistence", key="drift_staying")
    export(found.curve, "persistence", opened.meta, scope, key="drift_staying", by=by)
