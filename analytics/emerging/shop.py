"""The emerging interests of a store."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from analytics.changes.history import history
from analytics.changes.table import DAYS
from analytics.counts import counts
from analytics.emerging.lines import EMERGING_SCHEMA, LEVEL, emerging
from data.errors import InputError
from data.scope import Scope
from data.store import Store

LEAST_PEOPLE = 3
"""Known people below which nothing is reported: one large order is many events."""
EMERGING_SHOP_SCHEMA = {"id": pl.Utf8, "name": pl.Utf8, **EMERGING_SCHEMA, "people": pl.Int64}


def emerging_interests(
    store: Store, scope: Scope, *, by: str, grain: str = "week", level: float = LEVEL, at: date | None = None
) -> pl.DataFrame:
    """Which lines took more than chance of the newest complete period up to the scope's end, or of the one that starts
    `at`: `emerging` of shares, with the lines' names.

    people: the distinct known people behind `found`. With 1 or 2 nothing fires; where nobody is known, people is null
    and takes no part. The scope's start plays no part. Columns: name behind id, those of `emerging`, people.
    """
    frame = history(store, scope, by=by, grain=grain)
    if frame.is_empty():
        raise InputError("The log covers no whole period yet, so nothing can stand out. Import a longer stretch.")
    found = emerging(frame.drop("name"), grain=grain, level=level, at=at)
    start = found["at"][0]
    end = start + timedelta(days=DAYS[grain] - 1)
    who = counts(store, scope, by=by, grain=grain, first=start, last=end, users=True)
    named = frame.select("id", "name").unique("id", maintain_order=True)
    joined = found.join(named, on="id", how="left", maintain_order="left").join(
        who.select("id", people=pl.when(pl.col("users") > 0).then("users")), on="id", how="left", maintain_order="left"
    )
    enough = pl.col("people").fill_null(LEAST_PEOPLE) >= LEAST_PEOPLE
    return joined.with_columns(pl.col("fired") & enough).select(*EMERGING_SHOP_SCHEMA)
