"""The drift of interests asked of the published store: counts of two windows, the season, and the answer with names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from analytics.choices import ASIDE, chosen
from analytics.counts import names
from analytics.drift.counted import BYS, Question, blocks
from analytics.drift.found import CHOSEN, FOUND, Found
from analytics.drift.interests import drift
from analytics.drift.kept import kept
from analytics.drift.parts import LEAST_EVENTS
from analytics.drift.spans import Span, default_span, judged_people
from analytics.drift.year import year_ratios
from analytics.people import people
from analytics.periods import complete_days
from analytics.windows import YEAR, Window
from data.errors import InputError
from data.scope import Scope
from data.store import Store

# Somebody not known is a user for each order (or row), whose number stands below 0.
EVENTS_SQL = """
SELECT coalesce(d.u, -1 - d.v)::BIGINT AS "user", d.id AS interest, d.day >= $a0 AS is_after, sum(d.events)::BIGINT AS n
FROM (
    SELECT v.day, v.u, v.v, n.id, v.events, c.country, c.platform, c.attributes
    FROM visit_{by} v JOIN shown_interest n ON n."by" = '{by}' AND n.l = v.l JOIN context c ON c.x = v.x
) d LEFT JOIN users u ON u.u = d.u
WHERE (d.day BETWEEN $b0 AND $b1 OR d.day BETWEEN $a0 AND $a1){filters}
GROUP BY ALL
"""
GONE_SQL = """
SELECT d.u::BIGINT AS "user", d.id AS interest, d.day >= $a0 AS is_after, count(*)::BIGINT AS gone
FROM (
    SELECT i.day, i.u, n.id, c.country, c.platform, c.attributes
    FROM visit_item i JOIN subject s ON s.s = i.s JOIN subject_line l ON l.s = i.s
    JOIN shown_interest n ON n."by" = '{by}' AND n.l = l.{by} JOIN context c ON c.x = i.x
    WHERE s.item_id IN (
        SELECT item_id FROM items WHERE events >= {least} AND (first_day > $b1 OR last_day < $a0)
    )
) d LEFT JOIN users u ON u.u = d.u
WHERE (d.day BETWEEN $b0 AND $b1 OR d.day BETWEEN $a0 AND $a1){filters}
GROUP BY ALL
"""


def interest_drift(
    store: Store, scope: Scope, *, by: str, before: Window, after: Window, with_season: bool = True, seed: int = 0
) -> Found:
    """Whether the mix of interests of a scope's people changed between two windows (see `analytics.drift.interests`).

    Of the scope the segments count; dates and interests do not. The season is that of the same windows 364 days
    earlier: of everybody for everybody, of everybody else for a segment or list.
    """
    chosen("by", by, [kind for kind in BYS if kind in store.meta.bys])
    if before.end >= after.start:
        raise InputError(f"The windows overlap or are swapped: {before} and {after}. Part them.")
    asked = replace(scope, start=None, end=None, interests=())
    people(store, asked, personal=True)

    def count() -> Found:
        return _counted(store, asked, by, before, after, with_season=with_season, seed=seed)

    return kept(store, FOUND, count, "mix", asked.segments, by, str(before), str(after), with_season, seed)


def _counted(
    store: Store, asked: Scope, by: str, before: Window, after: Window, *, with_season: bool, seed: int
) -> Found:
    sides = _sides(store, asked, by, before, after, catalogue=True)
    season = _season(store, asked, by, before, after) if with_season else None
    found = drift(*sides, season=season, seed=seed, aside=ASIDE)
    named = names(store, by).select(interest="id", name="name")
    listed = found.interests.filter(~pl.col("interest").is_in(ASIDE)).join(
        named, on="interest", how="left", maintain_order="left"
    )
    listed = listed.select("interest", pl.col("name").fill_null(pl.col("interest")), pl.exclude("interest", "name"))
    reached = before.moved(-YEAR) if season is not None else None
    return Found(before, after, replace(found, interests=listed), reached)


def default_windows(store: Store, scope: Scope, *, by: str, end: date | None = None) -> tuple[Window, Window, Span]:
    """The two windows to begin with, the later ending with the last complete day, and why they are so long."""
    covered = complete_days(store.meta)
    if covered is None:
        raise InputError("The log covers no whole day yet, so nothing can be compared. Import a longer stretch.")
    last = min(day for day in (covered[1], scope.end, end) if day is not None)

    def pair(days: int) -> tuple[Window, Window]:
        later = Window(last - timedelta(days=days - 1), last)
        return later.moved(-timedelta(days=days)), later

    def count(days: int) -> tuple[int, int]:
        judged = active = 0
        for block in blocks(Question(store, scope, by, *pair(days))):
            sides = [
                block.people.select("user", n=f"events_{side}", visits=f"visits_{side}") for side in ("before", "after")
            ]
            some, both = judged_people(*sides)
            judged, active = judged + some, active + both
        return judged, active

    def choose() -> tuple[Window, Window, Span]:
        span = default_span(count, (last - covered[0]).days + 1)
        return *pair(span.days), span

    people(store, scope, personal=True)
    return kept(store, CHOSEN, choose, "windows", scope.segments, by, str(last))


def _season(store: Store, scope: Scope, by: str, before: Window, after: Window) -> pl.DataFrame | None:
    """The ratios of the windows 364 days earlier; None where the log does not cover them wholly."""
    covered = complete_days(store.meta)
    earlier, later = before.moved(-YEAR), after.moved(-YEAR)
    if covered is None or earlier.start < covered[0]:
        return None
    year = _sides(store, Scope(), by, earlier, later)
    if scope.segments:
        own = _sides(store, scope, by, earlier, later)
        year = tuple(_less(every, mine) for every, mine in zip(year, own, strict=True))  # type: ignore[assignment]
    ratios = year_ratios(*year)
    return ratios if ratios.height else None


def _less(every: pl.DataFrame, mine: pl.DataFrame) -> pl.DataFrame:
    """Events of everybody without those of a segment."""
    left = every.join(mine.select("user", "interest", own="n"), on=["user", "interest"], how="left")
    return left.with_columns(n=pl.col("n") - pl.col("own").fill_null(0)).select("user", "interest", "n")


def _sides(
    store: Store, scope: Scope, by: str, before: Window, after: Window, *, catalogue: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both windows: user, interest, n, and with `catalogue` common."""
    counts = _ask(store, scope, EVENTS_SQL, by, before, after)
    if catalogue:
        counts = _with_common(counts, _ask(store, scope, GONE_SQL, by, before, after))
    first, second = (counts.filter(pl.col("is_after") == side).drop("is_after") for side in (False, True))
    return first, second


def _with_common(counts: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Events with items that neither came nor went.

    Which order of somebody not known an item was in is not kept, so what is gone of an interest is taken off all of
    them alike: they are in one window only, and only their sums matter.
    """
    keys = ["interest", "is_after"]
    known = counts.join(gone.filter(pl.col("user").is_not_null()), on=["user", *keys], how="left")
    nobody = gone.filter(pl.col("user").is_null()).group_by(keys).agg(nobody=pl.col("gone").sum())
    whole = counts.filter(pl.col("user") < 0).group_by(keys).agg(whole=pl.col("n").sum())
    joined = known.join(nobody.join(whole, on=keys), on=keys, how="left")
    part = pl.when(pl.col("user") < 0).then(pl.col("n") * pl.col("nobody") / pl.col("whole")).otherwise(pl.col("gone"))
    return joined.with_columns(common=pl.col("n") - part.fill_null(0)).select(
        "user", "interest", "is_after", "n", "common"
    )


def _ask(store: Store, scope: Scope, sql: str, by: str, before: Window, after: Window) -> pl.DataFrame:
    who = people(store, scope, personal=True)
    days: Mapping[str, object] = {"b0": before.start, "b1": before.end, "a0": after.start, "a1": after.end}
    return store.query(sql.format(by=by, filters=who.where, least=LEAST_EVENTS), {**days, **who.params})
