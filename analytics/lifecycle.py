"""Who is new to an interest, who comes back to it, who is leaving."""

from __future__ import annotations

import polars as pl

from analytics.choices import chosen, chosen_deep
from analytics.counts import names
from analytics.periods import periods
from data.errors import InputError
from data.scope import Scope
from data.store import Store

LIFECYCLE_SQL = """
SELECT start, id, new, "returning", resurrected, lapsing, dormant
FROM lifecycle WHERE "by" = $by AND grain = $grain
"""
STATES = ("new", "returning", "resurrected", "lapsing", "dormant")
LIFECYCLE_COLUMNS = ("start", "complete", "id", "name", *STATES)


def lifecycle(store: Store, scope: Scope, *, by: str, grain: str) -> pl.DataFrame:
    """The people of each interest by state, counted at the end of each period over 28 days.

    new: their first event ever in the interest lies in the 28 days. resurrected: active after at least 90 days
    without. returning: any other active ones. lapsing: last event 29 to 89 days ago; dormant: 90 days or more.
    At the start of a log everybody is new, since it cannot know who came before.
    `by` is all or a kind of interest that people are followed by; grain is week or month. An incomplete period is
    counted at the last day up to which people are judged.
    Columns: start, complete, id, name, new, returning, resurrected, lapsing, dormant.
    """
    chosen_deep(by, store.meta.bys, store.meta.deep)
    chosen("grain", grain, ("week", "month"))
    if scope.segments:
        text = " and ".join(f"{name} {value}" for name, value in scope.segments)
        raise InputError(
            f"New, returning and dormant people are counted for everybody only, not for {text}. Take the filter away."
        )
    shown = (
        periods(store.meta, grain, scope).filter(pl.col("start") <= store.meta.people_day).select("start", "complete")
    )
    lines = names(store, by)
    if scope.interests:
        lines = lines.filter(pl.col("id").is_in(list(scope.interests)))
    found = store.query(LIFECYCLE_SQL, {"by": by, "grain": grain})
    grid = lines.join(shown, how="cross").join(found, on=["id", "start"], how="left")
    counts = [pl.col(state).fill_null(0).cast(pl.Int64) for state in STATES]
    return grid.sort("rank", "start").with_columns(counts).select(*LIFECYCLE_COLUMNS)
