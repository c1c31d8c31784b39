"""The test of people after an import: whoever did what is known already keeps the answer, only the others are counted.

What is said of one person (`people.judged`) depends on that person's visits in both windows and on the season, on
nothing else. So it is kept beside a print of those visits. In a later version, whoever has the same print has the same
answer, to the last digit; the others are counted and judged, and what depends on everybody (q, verdict) is made anew.
A print is made of what the rollups hold, not of which files came or went: so it knows of items that moved to another
interest, of merged themes and of rollups that were made from nothing as well.
"""

from __future__ import annotations

import hashlib
import json

import duckdb
import polars as pl

from analytics.drift.counted import Question, blocks
from analytics.drift.kept import FORMAT
from analytics.drift.people import LEVEL, called, drift_of, judged
from data.kept import lasting, read, write

LEAST_PEOPLE = 20_000
"""Fewer are counted in a second or two."""
MOST = 8
"""Pairs of windows whose people are kept: a million people take some 50 MB."""

PRINTS_SQL = """
WITH beside(day, edge) AS (
    VALUES ($b0::DATE - 1, $b0::DATE), ($b1::DATE + 1, $b1::DATE),
        ($a0::DATE - 1, $a0::DATE), ($a1::DATE + 1, $a1::DATE)
), inside AS (
    SELECT u, day, v, id, events FROM visit_interest
    WHERE "by" = $by AND (day BETWEEN $b0 AND $b1 OR day BETWEEN $a0 AND $a1)
), over_edge AS (
    SELECT d.u, d.day, d.v, d.id, d.events FROM visit_interest d JOIN beside b ON b.day = d.day
    WHERE d."by" = $by AND d.v <> 0 AND NOT (d.day BETWEEN $b0 AND $b1 OR d.day BETWEEN $a0 AND $a1)
        AND (d.u, d.v, b.edge) IN (SELECT (u, v, day) FROM inside WHERE day IN ($b0, $b1, $a0, $a1))
)
SELECT p.user_no, p.u AS "user", (e.found % 9223372036854775783)::BIGINT AS print
FROM (
    SELECT u, sum(hash(day, v, id, events)) AS found FROM (FROM inside UNION ALL FROM over_edge) GROUP BY u
) e JOIN person p ON p.u = e.u
"""
"""Everybody who came in the windows, with a sum over all that `counted` makes visits of: of the days beside the
windows, sessions that go over the midnight. With 63 bits, one of a million people is taken for unchanged by mistake
once in ten trillion imports."""


def people_drift(question: Question, season: pl.DataFrame | None, level: float = LEVEL) -> pl.DataFrame:
    """`people.drift_of` of everybody in `question`, with what an earlier version of the data left; user is `u`.

    Used where everybody is asked about and they are many; else they are counted as if nothing was kept.
    """
    if question.scope.segments:
        return drift_of(blocks(question), season=season, level=level)
    now = prints(question)
    if now.height < LEAST_PEOPLE:
        return drift_of(blocks(question), season=season, level=level)
    path = lasting(
        question.store.settings, "people", FORMAT, duckdb.__version__, question.by, str(question.before),
        str(question.after), question.least_events, question.least_visits,
    )  # fmt: skip
    usual, own = _season(season)
    found = read(path)
    known = found[0] if found and found[1].get("season") == usual else None
    same = now.clear() if known is None else now.join(known.select("user_no", "print"), on=["user_no", "print"])
    same = same.join(own, on="user", how="anti")
    others = now.join(same, on="user", how="anti")
    rows = [] if known is None else [_again(same, known)]
    if others.height:
        rows.append(_fresh(question, season, others["user"], everybody=known is None))
    frame = pl.concat(rows)
    if others.height:
        kept = now.join(own, on="user", how="anti").join(frame, on="user", how="left")
        write(path, kept.drop("user"), {"season": usual}, most=MOST)
    return called(frame, level)


def prints(question: Question) -> pl.DataFrame:
    """user_no, user, print of everybody with events in the windows."""
    windows = {"b0": question.before.start, "b1": question.before.end,
               "a0": question.after.start, "a1": question.after.end}  # fmt: skip
    return question.store.query(PRINTS_SQL, {"by": question.by, **windows})


def _again(same: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """What is known of people who did the same. Whose only visit began before the window has a print and no answer."""
    rows = same.join(known, on=["user_no", "print"]).filter(pl.col("events_before").is_not_null())
    return rows.drop("user_no", "print")


def _fresh(question: Question, season: pl.DataFrame | None, users: pl.Series, *, everybody: bool) -> pl.DataFrame:
    least = {"least_events": question.least_events, "least_visits": question.least_visits}
    return judged(blocks(question, None if everybody else users.sort()), season=season, **least)


def _season(season: pl.DataFrame | None) -> tuple[str, pl.DataFrame]:
    """A digest of the season that everybody shares, and the people who have one of their own: [user]."""
    if season is None:
        return "", pl.DataFrame(schema={"user": pl.Int32})
    shared = season.filter(pl.col("user").is_null()).sort("interest").select("interest", "ratio").rows()
    own = season.filter(pl.col("user").is_not_null()).select("user").unique()
    return hashlib.sha256(json.dumps(shared).encode()).hexdigest(), own
