"""What is known of each person: first and last day, tier, cohort; and how cohorts age and interests lose people."""

from datetime import date, timedelta
from itertools import pairwise

import duckdb
import polars as pl

from data.periods import lifecycle_windows, period_starts
from data.rollups import statements
from data.rollups.counting import COHORT_GRAINS, Kind
from data.rollups.files import BATCH_ROWS
from data.rollups.statements import load
from data.sql import literal


def people_day(last: date, *, large: bool) -> date:
    """The day up to which people are judged: the log's last, in a large log its last complete week's last.

    Everything that looks at a person's whole history is made anew when this day moves; on a large log that is once
    a week, so that one more day costs little.
    """
    return last - timedelta(days=(last.weekday() + 1) % 7) if large else last


def prepare_reach(connection: duckdb.DuckDBPyConnection, first: date, last: date, as_of: date, *, large: bool) -> None:
    """The tables of periods that people, cohorts and lifecycles need.

    In a large log cohorts are counted over closed periods only, so that a day that closes none leaves them as they are.
    """
    load(connection, "reach", pl.DataFrame({"first_day": [first], "last_day": [last], "as_of": [as_of]}))
    cohort_period = period_starts(first, last, COHORT_GRAINS)
    whole = cohort_period.select("grain", "start").unique()
    if large:
        open_still = period_starts(as_of + timedelta(days=1), last + timedelta(days=1), COHORT_GRAINS)
        whole = whole.join(open_still, on=["grain", "start"], how="anti")
    tables = {
        "cohort_period": cohort_period,
        "whole_period": whole,
        "lifecycle_period": period_starts(first, as_of, ("week", "month")),
        "lifecycle_window": lifecycle_windows(first, as_of),
    }
    for name, frame in tables.items():
        load(connection, name, frame)


def judge_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of people anew, and what of their contexts it was made from."""
    statements.run(connection, "person_context")
    statements.run(connection, "users")


def size_cohorts(connection: duckdb.DuckDBPyConnection) -> None:
    """Count the people of every cohort, all of them and those met in each segment value."""
    statements.run(connection, "cohort_size")


def keep_cohorts(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Write what cohort_part holds."""
    statements.run(connection, "cohort", by=literal(kind.by))


def follow_lifecycles(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Count who is new, returning, lapsing and dormant in each line, some people at a time."""
    if kind.kind == "brand":
        source = "select v.u, v.day, l.brand as l from visit_item v join subject_line l on l.s = v.s"
    else:
        source = f"select u, day, l from visit_{kind.kind}"
    connection.execute(f"create or replace temp view visit_line as {source}")
    connection.execute(
        "create or replace temp table lifecycle_part (grain varchar, start date, o integer, new bigint,"
        ' "returning" bigint, resurrected bigint, lapsing bigint, dormant bigint)'
    )
    rows, top = connection.execute(
        "select (select count(*) from visit_line), (select coalesce(max(u), 0) from person)"
    ).fetchall()[0]
    parts = max(1, -(-rows // BATCH_ROWS))
    edges = [top * part // parts for part in range(parts + 1)]
    for above, upto in pairwise(edges):
        load(connection, "people_range", pl.DataFrame({"above": [above], "upto": [upto]}))
        statements.run(connection, "lifecycle_part")
    statements.run(connection, "lifecycle", by=literal(kind.by))
