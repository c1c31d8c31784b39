"""When a visit began, in SQL: a session may last over a midnight, and belongs to the day it starts."""

BEGAN_SQL = """session_day AS (
    SELECT u, v, day FROM taken WHERE v <> 0 GROUP BY u, v, day
), over_midnight AS (
    SELECT u, v, day, day - (row_number() OVER (PARTITION BY u, v ORDER BY day))::INT AS run
    FROM session_day WHERE (u, v) IN (SELECT (u, v) FROM session_day GROUP BY u, v HAVING count(*) > 1)
), began AS (
    SELECT u, v, day, min(day) OVER (PARTITION BY u, v, run) AS start FROM over_midnight
)"""
"""Behind WITH and a table `taken` with u, v and day, as `visit_interest` has them: `began` [u, v, day, start], for
every day of a session that has several, to be joined by u, v and day; what is not there began on `day`. v is 0 where
the day is the visit, else the number of a session, which tells visits of neighbouring days only: so a visit over
midnight is a run of days under one number."""
