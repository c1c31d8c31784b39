"""The season of people's windows, counted in the published store a year earlier."""

from __future__ import annotations

import polars as pl

from analytics.drift.counted import Question
from analytics.drift.year import PRODUCTS, WHOLE, ratios_of_others
from analytics.periods import complete_days
from analytics.windows import YEAR

NOTABLE = 0.01
"""The part of an interest's events from which on a person is taken out of that person's own season; less changes a
ratio by less than a hundredth, and its rows would be as many as people have interests."""

YEAR_SQL = """
WITH own AS (
    SELECT u, id, coalesce(sum(events) FILTER (day BETWEEN $b0 AND $b1), 0)::DOUBLE AS "before",
        coalesce(sum(events) FILTER (day BETWEEN $a0 AND $a1), 0)::DOUBLE AS "after"
    FROM visit_interest
    WHERE "by" = $by AND u IS NOT NULL AND (day BETWEEN $b0 AND $b1 OR day BETWEEN $a0 AND $a1)
    GROUP BY u, id
), each AS (
    SELECT u, sum("before") AS n1, sum("after") AS n2 FROM own GROUP BY u
), line AS (
    SELECT o.*, e.n1, e.n2 FROM own o JOIN each e ON e.u = o.u
), everybody AS (
    SELECT id, sum("before") AS "before", sum("after") AS "after", {products} FROM line GROUP BY id
), whole AS (
    SELECT sum(n1) AS n1, sum(n2) AS n2, {whole} FROM each
)
SELECT NULL::INTEGER AS "user", id AS interest, e.* EXCLUDE id, w.* FROM everybody e CROSS JOIN whole w
UNION ALL BY NAME
SELECT l.u AS "user", l.id AS interest, l."before", l."after", l.n1, l.n2
FROM line l JOIN everybody e ON e.id = l.id
WHERE l."before" > $notable * e."before" OR l."after" > $notable * e."after"
"""


def last_year(question: Question) -> pl.DataFrame | None:
    """[user, interest, ratio] for `drift_of`: how the same two windows 364 days earlier differed among everybody else.

    Everybody is the whole shop, whoever the question is about. None where the log does not reach back a year, or holds
    nothing in one of the windows then.
    """
    windows = [window.moved(-YEAR) for window in (question.before, question.after)]
    covered = complete_days(question.store.meta)
    if covered is None or windows[0].start < covered[0]:
        return None
    reach = {"b0": windows[0].start, "b1": windows[0].end, "a0": windows[1].start, "a1": windows[1].end}
    sql = YEAR_SQL.format(products=_sums(PRODUCTS), whole=_sums(WHOLE))
    found = question.store.query(sql, {"by": question.by, "notable": NOTABLE, **reach}).sort("interest", "user")
    is_own = pl.col("user").is_not_null()
    everybody = found.filter(~is_own).drop("user")
    if not everybody.height or not min(everybody.select("n1", "n2").row(0)):
        return None
    return ratios_of_others(everybody, found.filter(is_own).select("user", "interest", "before", "after", "n1", "n2"))


def _sums(pairs: dict[str, tuple[str, str]]) -> str:
    """The products of `analytics.drift.year`, summed up in SQL."""
    return ", ".join(f'sum("{one}" * "{other}") AS {name}' for name, (one, other) in pairs.items())
