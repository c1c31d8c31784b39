"""One person in sentences: what their interest was and is, when it changed, and what is expected next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from analytics.choices import ASIDE
from analytics.counts import OTHERS
from analytics.sentences.drift import p_text
from analytics.sentences.words import day, listed, percent

LITTLE = 5.0
"""Effective events below which the vector is mostly everybody's mix."""
BACK = 182
"""Days back to which the present is compared."""


def turned(code: str, shares: pl.DataFrame, known: pl.DataFrame, names: Mapping[str, str]) -> str:
    """What the person's interest is now, and what it was half a year ago, from `person.evolution`."""
    if known.is_empty():
        return f"{code} has no event that belongs to an interest, so there is nothing to follow."
    today = known["day"][-1]
    effective = float(known["effective"][-1])
    now = _leading(shares, today)
    if now is None:
        return f"{code} has no event that belongs to an interest, so there is nothing to follow."
    if effective < LITTLE:
        return (
            f"Little is known of {code} now: what they did counts as {effective:.0f} events of today, so the mix shown "
            "is mostly everybody's."
        )
    basis = f"That stands on what counts as {effective:.0f} events of today."
    line, share = now
    earlier = known.filter(pl.col("day") <= today - timedelta(days=BACK), pl.col("effective") >= LITTLE)
    was = _leading(shares, earlier["day"][-1]) if earlier.height else None
    said = f"'{names.get(line, line)}' ({percent(share)})"
    if was is None:
        return f"{code} is now first of all about {said}. {basis}"
    if was[0] == line:
        return f"{code} stays with {said}; half a year ago it was {percent(was[1])}. {basis}"
    return (
        f"{code} is now first of all about {said}; half a year ago it was '{names.get(was[0], was[0])}' "
        f"({percent(was[1])}). {basis}"
    )


def _leading(shares: pl.DataFrame, at: date) -> tuple[str, float] | None:
    rows = shares.filter(pl.col("day") == at, pl.col("id") != OTHERS).sort("share", "id", descending=[True, False])
    return (str(rows["id"][0]), float(rows["share"][0])) if rows.height else None


def changed(moments: pl.DataFrame, names: Mapping[str, str]) -> str:
    """When the mix clearly changed, from `person.moments`."""
    if moments.is_empty():
        return (
            "At no time did the mix clearly change: 20 events and 6 visits on either side of a day are needed to tell, "
            "and more than chance between them."
        )
    said = []
    for row in moments.iter_rows(named=True):
        way = ""
        if row["from"] is not None and row["to"] is not None:
            way = f" from '{names.get(row['from'], row['from'])}' to '{names.get(row['to'], row['to'])}'"
        said.append(f"around {day(row['day'])}{way} ({p_text(row['p'])})")
    return (
        f"The mix clearly changed {listed(said)}. p counts every day that was looked at; the season is not taken off."
    )


def ahead(items: pl.DataFrame, interests: pl.DataFrame) -> str:
    """What is expected next, from the first item and the interests that are to gain."""
    if items.is_empty():
        return "Nothing can be said of what comes next."
    first = items.row(0, named=True)
    opening = f"Next comes most likely '{first['name']}' ({percent(first['score'])})"
    if first["because"]:
        opening += f", because of {first['because']}"
    rises = interests.filter(pl.col("low") > pl.col("now")).sort(pl.col("next") - pl.col("now"), descending=True)
    if rises.is_empty():
        return f"{opening}. No interest is expected to clearly gain over the next 28 days." if (
            interests.height) else f"{opening}."  # fmt: skip
    named = listed([f"'{row['name']}' ({percent(row['now'])} to {percent(row['next'])})"
                    for row in rises.head(2).iter_rows(named=True)])  # fmt: skip
    return f"{opening}. Expected to gain over the next 28 days: {named}."


def because(reasons: Sequence[Mapping[str, Any]], k: int = 2) -> str:
    """Why an item is on the list: the events without which it would rank lower, from `models.recommender`.

    >>> because([{"event": "RED MUG, bought", "effect": 0.4, "event_time": "2025-05-03T10:00:00"}])
    'RED MUG, bought on 3 May 2025'
    """
    said = []
    for each in [one for one in reasons if one["effect"] > 0][:k]:
        when = each.get("event_time")
        said.append(each["event"] + (f" on {day(datetime.fromisoformat(when))}" if when else ""))
    return listed(said)


def did(code: str, events: pl.DataFrame) -> str:
    """How much a person did, and in what most, from `person.events_of`."""
    seen = events.filter(pl.col("event_type") != "refund")
    if seen.is_empty():
        return f"{code} did nothing on these days."
    bought = seen.filter(pl.col("event_type") == "purchase").height
    spent = f", {bought:,} of them purchases" if bought else ", none of them a purchase"
    span = f"from {day(seen['day'][0])} to {day(seen['day'][-1])}"
    known = seen.filter(~pl.col("id").is_in(ASIDE)).group_by("name").agg(pl.len())
    known = known.sort("len", "name", descending=[True, False]).head(2)
    most = [f"'{name}' ({count:,})" for name, count in known.iter_rows()]
    return f"{code} made {seen.height:,} events {span}{spent}" + (f"; most in {listed(most)}." if most else ".")
