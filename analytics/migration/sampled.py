"""The visits of a shop's people, of so many as can be looked at in a moment, as a plain frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from analytics.choices import ASIDE, chosen_deep
from analytics.migration.halves import hashed
from analytics.people import people
from analytics.visits import BEGAN_SQL
from data.scope import Scope
from data.store import Store

MOST_PEOPLE = 20_000
"""People whose visits are read: shares of so many are known to half a point, in a second or two."""
PEOPLE_SQL = """
SELECT DISTINCT p.user_no, p.u
FROM user_day d JOIN users u ON u.u = d.u JOIN person p ON p.u = d.u
WHERE d."by" = $by AND d.events > 0 AND d.day BETWEEN $first AND $last {filters}
"""
VISITS_SQL = f"""
WITH taken AS (
    SELECT v.u, v.v, v.day, v.id, sum(v.events)::BIGINT AS n
    FROM visit_interest v
    WHERE v."by" = $by AND v.day BETWEEN $first AND $last AND v.u IN (SELECT unnest($people))
        AND v.id NOT IN (SELECT unnest($aside))
    GROUP BY ALL
), {BEGAN_SQL}, placed AS (
    SELECT t.u, t.v, t.id, t.n, coalesce(b.start, t.day) AS start
    FROM taken t LEFT JOIN began b ON b.u = t.u AND b.v = t.v AND b.day = t.day
)
SELECT p.user_no AS "user", datediff('day', DATE '1970-01-01', t.start) * 65536 + t.v AS visit, t.start AS day,
    t.id AS interest, sum(t.n)::BIGINT AS n
FROM placed t JOIN person p ON p.u = t.u
GROUP BY ALL
ORDER BY ALL
"""
COHORT = " AND date_trunc($grain, u.cohort_day)::DATE = $start"
ARRIVED = " AND NOT u.from_before"
"""Whose first purchase is in the log, not before it."""


@dataclass(frozen=True)
class Sample:
    """The visits of people: user (number), visit, day (it starts on), interest, n."""

    visits: pl.DataFrame
    people: int
    """People of the scope with any event in its dates."""
    sampled: int
    """Those of them whose visits these are."""

    @property
    def note(self) -> str:
        """How many people were looked at, in a sentence."""
        if self.sampled == self.people:
            return f"All {self.people:,} people were looked at."
        return f"{self.sampled:,} of {self.people:,} people were looked at, always the same, chosen at random."


def sample(
    store: Store,
    scope: Scope,
    *,
    by: str,
    first: date,
    last: date,
    most: int = MOST_PEOPLE,
    arrived: bool = False,
    cohort: tuple[str, date] | None = None,
) -> Sample:
    """The visits of the scope's people from `first` to `last`, of `most` people where there are more.

    People are chosen by a hash of their number, so that they stay the same from one question to the next. Segments
    choose people, with all their visits; interests of the scope play no part, as a mix is one of all interests.
    `arrived`: only people whose first purchase is in the log; `cohort`: only those of (grain, first day).
    Events without an interest are left out.
    """
    chosen_deep(by, store.meta.bys, store.meta.deep, everything=False)
    who = people(store, replace(scope, interests=()), personal=True)
    dates: dict[str, object] = {"by": by, "first": first, "last": last}
    params = {**dates, **who.params}
    filters = who.where + (ARRIVED if arrived else "") + (COHORT if cohort else "")
    if cohort:
        params |= {"grain": cohort[0], "start": cohort[1]}
    found = store.query(PEOPLE_SQL.format(filters=filters), params)
    key = pl.Series("key", hashed(found["user_no"].to_numpy(), 3))
    kept = found.with_columns(key).sort("key", "user_no").head(most)
    visits = store.query(VISITS_SQL, {**dates, "people": kept["u"].to_list(), "aside": list(ASIDE)})
    return Sample(visits, len(found), len(kept))
