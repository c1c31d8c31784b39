"""One row per person, visit and interest, and one per event and sale: replaced day by day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import duckdb
import polars as pl

from data.rollups import statements
from data.rollups.files import BATCH_ROWS, open_lake
from data.rollups.statements import STATEMENTS, load
from data.settings import Settings

KINDS = ("category", "theme", "whole")
VISIT_TABLES = ("visit_item", "sale_item", "visit_theme", "visit_category", "visit_whole")


def kept_kinds(connection: duckdb.DuckDBPyConnection, *, has_themes: bool) -> list[str]:
    """The kinds of interest of which visits are kept: category and theme where there are any, else the whole."""
    has_categories = connection.execute("select count(category) > 0 from item_dimension").fetchall()[0][0]
    kinds = [kind for kind, there in (("category", has_categories), ("theme", has_themes)) if there]
    return kinds or ["whole"]


def number_subjects(connection: duckdb.DuckDBPyConnection) -> set[date]:
    """Give new items, search words and interests their numbers; comes back with the days of items that moved to
    another interest, which have to be read again."""
    statements.run(connection, "new_subjects")
    statements.run(connection, "subject_interest")
    statements.run(connection, "new_lines")
    statements.run(connection, "subject_line")
    differs = " or ".join(f"n.{kind} <> o.{kind}" for kind in ("theme", "category", "brand"))
    changed = connection.execute(
        f"select count(*) from new_subject_line n join subject_line o on o.s = n.s where {differs}"
    ).fetchall()[0][0]
    moved: set[date] = set()
    if changed:
        moved = {day for (day,) in connection.execute(STATEMENTS["moved_days"].format(differs=differs)).fetchall()}
    connection.execute("create or replace table subject_line as select * from new_subject_line order by s")
    return moved


def read_days(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    days: Collection[date],
    attributes: Sequence[str],
    kinds: Sequence[str],
) -> None:
    """Replace all rows of `days` by what the lake holds for them now, in batches of bounded size."""
    drop_days(connection, days)
    for first, last in batches_of(connection, days):
        read_moment(settings, connection, first, last, attributes)
        insert_moment(connection, kinds)
    connection.execute("drop table if exists moment")


def drop_days(connection: duckdb.DuckDBPyConnection, days: Collection[date]) -> None:
    """Take the rows of the touched days, which are `days`, out of the tables of visits."""
    for table in VISIT_TABLES:
        connection.execute(
            f"delete from {table} where day between ? and ? and day in (select day from touched_day)",
            [min(days), max(days)],
        )


def read_moment(
    settings: Settings, connection: duckdb.DuckDBPyConnection, first: date, last: date, attributes: Sequence[str]
) -> None:
    """The temporary table `moment`: the lake's rows of the touched days from `first` to `last`, as numbers."""
    open_lake(settings, connection, first, last, attributes)
    statements.run(connection, "new_people")
    statements.run(connection, "new_contexts")
    statements.run(connection, "moment")


def insert_moment(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> None:
    """Add the rows of `moment` to the tables of visits."""
    statements.run(connection, "visit_item")
    statements.run(connection, "sale_item")
    for kind in kinds:
        statements.run(connection, "visit_interest", kind=kind)


def touch(connection: duckdb.DuckDBPyConnection, days: Iterable[date]) -> None:
    """Make `days` the table touched_day."""
    load(connection, "touched_day", pl.DataFrame({"day": sorted(days)}, {"day": pl.Date}))


def batches_of(connection: duckdb.DuckDBPyConnection, days: Iterable[date]) -> list[tuple[date, date]]:
    """First and last day of runs of `days` that hold up to BATCH_ROWS events each."""
    size = dict(connection.execute("select day, cast(sum(events) as bigint) from file_day group by day").fetchall())
    batches: list[tuple[date, date]] = []
    rows = 0
    for day in sorted(days):
        if not batches or rows + size.get(day, 0) > BATCH_ROWS:
            batches.append((day, day))
            rows = 0
        batches[-1] = (batches[-1][0], day)
        rows += size.get(day, 0)
    return batches
