"""What the front page says first: how the shop does, and what moved in it."""

from __future__ import annotations

import polars as pl

from analytics.risers import Judge, risers
from analytics.sentences import trends
from analytics.sentences.words import listed, moved
from analytics.summary import kpis
from data.scope import Scope
from data.store import Store

CALLED = {"events": "events", "users": "active people", "revenue": "revenue"}


def so_what(store: Store, scope: Scope, *, figures: pl.DataFrame | None = None, judge: Judge = risers) -> str:
    """Two sentences: the shop as a whole, then its interests; from `kpis` and `risers` where they were asked before."""
    first = whole(kpis(store, scope) if figures is None else figures)
    if not first:
        return "The log covers no whole day yet. Import a longer stretch, and changes appear here."
    by = store.meta.default_by
    return f"{first} {trends.so_what(store, scope, by=by, metric='share', grain='week', judge=judge)}"


def whole(frame: pl.DataFrame) -> str:
    """The shop as a whole, from a frame of `kpis`; '' where there is none."""
    rows = [row for row in frame.iter_rows(named=True) if row["name"] in CALLED]
    if not rows:
        return ""
    known = [row for row in rows if row["low"] is not None]
    clear = [row for row in known if row["low"] > 0 or row["high"] < 0]
    if not known:
        counted = listed([f"{row['value']:,.0f} {CALLED[row['name']]}" for row in rows])
        return f"The last complete days hold {counted}; changes need 56 complete days."
    if not clear:
        return "Over the last 28 complete days, events, active people and revenue show no clear change."
    said = listed([f"{CALLED[row['name']]} {moved(row['change'], row['low'], row['high'])}" for row in clear])
    quiet = [CALLED[row["name"]] for row in known if row not in clear]
    rest = (
        f"; {listed(quiet)} show{'s' if len(quiet) == 1 and quiet[0] == 'revenue' else ''} no clear change"
        if quiet
        else ""
    )
    return f"Over the last 28 complete days, {said}{rest}."
