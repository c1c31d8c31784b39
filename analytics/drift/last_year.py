"""The season of people's windows, counted in the published store a year earlier."""

from __future__ import annotations

import polars as pl

from analytics.drift.counted import Question
from analytics.drift.season import ratios_of_others
from analytics.periods import complete_days
from analytics.windows import YEAR

NOTABLE = 0.01
"""The part of an interest's events from which on a person is taken out of that person's own season; less changes a
ratio by less than a hundredth, and its rows would be as many as people have interests."""

YEAR_SQL = """
WITH own AS (
    SELECT u, id, coalesce(sum(events) FILTER (day BETWEEN $b0 AND $b1), 0)::BIGINT AS "before",
        coalesce(sum(events) FILTER (day BETWEEN $a0 AND $a1), 0)::BIGINT AS "after"
    FROM visit_interest
    WHERE "by" = $by AND u IS NOT NULL AND (day BETWEEN $b0 AND $b1 OR day BETWEEN $a0 AND $a1)
    GROUP BY u, id
), everybody AS (
    SELECT id, sum("before")::BIGINT AS "before", sum("after")::BIGINT AS "after",
        sum("before" * "before")::BIGINT AS squares_before, sum("after" * "after")::BIGINT AS squares_after
    FROM own GROUP BY id
)
SELECT NULL::INTEGER AS "user", id AS interest, * EXCLUDE id FROM everybody
UNION ALL BY NAME
SELECT o.u AS "user", o.id AS interest, o."before", o."after"
FROM own o JOIN everybody e ON e.id = o.id
WHERE o."before" > $notable * e."before" OR o."after" > $notable * e."after"
"""


def last_year(question: Question) -> pl.DataFrame | None:
    """[user, interest, ratio] for `drift_of`: how the same two windows 364 days earlier differed among everybody else.

    Everybody is the whole shop, whoever the question is about. None where the log does not reach back a year.
    """
    windows = [window.moved(-YEAR) for window in (question.before, question.after)]
    covered = complete_days(question.store.meta)
    if covered is None or windows[0].start < covered[0]:
        return None
    reach = {"b0": windows[0].start, "b1": windows[0].end, "a0": windows[1].start, "a1": windows[1].end}
    found = question.store.query(YEAR_SQL, {"by": question.by, "notable": NOTABLE, **reach}).sort("interest", "user")
    is_own = pl.col("user").is_not_null()
    return ratios_of_others(
        found.filter(~is_own).drop("user"), found.filter(is_own).select("user", "interest", "before", "after")
    )
