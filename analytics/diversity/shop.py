"""Diversity, births and deaths of interests in a store."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from analytics.choices import ASIDE, chosen_by
from analytics.counts import names
from analytics.diversity.entropy import diversity_change
from analytics.diversity.lives import lives
from analytics.people import SEGMENT_COLUMN, people
from analytics.periods import complete_days
from analytics.windows import Days, Window, windows
from data.errors import InputError
from data.scope import Scope
from data.store import Store

GROUPS = {"everybody": "''", "user": "d.u::VARCHAR", **SEGMENT_COLUMN}
"""Whose diversity can be told: everybody's, each person's (by the store's number), or each value's of a segment."""

COUNTS_SQL = """
SELECT {group} AS "group", {unit} AS unit, d.id AS interest, sum(d.events)::BIGINT AS n
FROM user_day d {joined}
WHERE d."by" = $by AND d.u IS NOT NULL AND d.events > 0 AND d.day BETWEEN $first AND $last
    AND d.id NOT IN (SELECT unnest($aside)) AND {group} IS NOT NULL {filters}
GROUP BY ALL
"""
VISITS_SQL = """
SELECT DISTINCT d.u AS "user", d.day, d.id AS interest
FROM user_day d {joined}
WHERE d."by" = $by AND d.u IS NOT NULL AND d.events > 0 AND d.day <= $last
    AND d.id NOT IN (SELECT unnest($aside)) {filters}
"""


def interest_diversity(
    store: Store,
    scope: Scope,
    *,
    by: str,
    of: str = "everybody",
    window: int = 28,
    compare: str = "previous",
    end: date | None = None,
    before: Days | None = None,
    after: Days | None = None,
) -> pl.DataFrame:
    """How widely interest is spread in two windows (see `windows`; columns at `diversity_change`).

    of: 'everybody' in the scope, each 'user', or each value of a segment that people have. Units are users, or for
    'user' the user's days. Events of no interest are left out, and so are people who are not known.
    """
    chosen_by(by, store.meta.bys, everything=False)
    allowed = ["everybody", "user", *(name for name in SEGMENT_COLUMN if name in store.meta.segments)]
    if of not in allowed:
        raise InputError(f"`of` cannot be '{of}'. Choose one of: {', '.join(allowed)}.")
    spans = windows(store.meta, scope, window=window, compare=compare, end=end, before=before, after=after)
    earlier, later = (_counts(store, scope, by, of, span) for span in spans)
    # People are many and judged at 10 %, groups at 5 %.
    return diversity_change(earlier, later, level=0.10 if of == "user" else 0.05)


def interest_lives(store: Store, scope: Scope, *, by: str, days: Days | None = None) -> pl.DataFrame:
    """Births and deaths of interests in the scope's people (columns at `lives`, and name), most births and deaths
    first. Without `days`, those of the scope, or the last 91 complete days."""
    chosen_by(by, store.meta.bys, everything=False)
    covered = complete_days(store.meta)
    if covered is None:
        raise InputError("The log covers no whole day yet, so no interest can be born or die. Import a longer stretch.")
    last = min(days[1] if days else scope.end or covered[1], covered[1])
    first = days[0] if days else scope.start or last - timedelta(days=90)
    frame = lives(_ask(store, scope, VISITS_SQL, by, {"last": last}), first, last)
    named = frame.join(names(store, by).select(interest="id", name="name"), on="interest", how="left")
    order = pl.col("births") + pl.col("deaths")
    return named.sort(order, "interest", descending=[True, False])


def _counts(store: Store, scope: Scope, by: str, of: str, span: Window) -> pl.DataFrame:
    unit = "d.day" if of == "user" else "d.u"
    return _ask(store, scope, COUNTS_SQL, by, {"first": span.start, "last": span.end}, GROUPS[of], unit)


def _ask(
    store: Store, scope: Scope, sql: str, by: str, days: dict[str, object], group: str = "", unit: str = ""
) -> pl.DataFrame:
    who = people(store, scope, personal=True)
    filters = who.where
    params: dict[str, object] = {"by": by, "aside": list(ASIDE), **days, **who.params}
    if scope.interests:
        filters += " AND d.id IN (SELECT unnest($interests))"
        params["interests"] = list(scope.interests)
    joined = "JOIN users u ON u.u = d.u" if "u." in filters + group else ""
    return store.query(sql.format(group=group, unit=unit, joined=joined, filters=filters), params)
