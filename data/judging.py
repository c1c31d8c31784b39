"""Judging staged rows: which are duplicates, which are refused and why; and a first look before a file is read on."""

from collections.abc import Sequence

import duckdb

from data.cleaning import Plan, event_type_sql, found_sql, reason_sql, text_columns_sql
from data.errors import InputError
from data.masking import masked
from data.sql import literal
from data.staging import Staged


def row_digest_sql(plan: Plan) -> str:
    """SQL for a digest that stands for all raw columns of a row; in CSV an empty and a missing field are the same."""
    return f"md5_number(concat_ws(chr(31), {', '.join(f'coalesce({plan.raw(c)}, chr(30))' for c in plan.columns)}))"


def raw_json_sql(plan: Plan) -> str:
    """SQL for a row as it was read: its fields as JSON."""
    return f"cast(json_object({', '.join(f'{literal(c)}, {plan.raw(c)}' for c in plan.columns)}) as varchar)"


def find_copies(connection: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> str:
    """Look for rows of `source` (staged rows) that equal an earlier one in every raw column.

    Comes back with SQL for a row's place among its equals, over `record`. Only rows whose hash is not their own are
    compared: in most files there are none, and a window over whole rows costs as much as all the rest.
    """
    raw = ", ".join(plan.raw(column) for column in plan.columns)
    connection.execute(f"create or replace temp table hashed as select record, hash({raw}) as h from ({source})")
    several = "select h from hashed group by h having count(*) > 1"
    connection.execute(f"create or replace temp table alike as select record from hashed where h in ({several})")
    connection.execute("drop table hashed")
    if not connection.execute("select count(*) from alike").fetchall()[0][0]:
        return "1"
    connection.execute(
        "create or replace temp table again as select record from ("
        f"select record, row_number() over (partition by {row_digest_sql(plan)} order by record) as copy"
        f" from ({source}) where record in (select record from alike)) where copy > 1"
    )
    return "case when record in (select record from again) then 2 else 1 end"


def judged_sql(plan: Plan, source: str, copy: str = "1") -> str:
    """SQL for the rows of `source` (staged rows) as canonical text with `kind`, `reason` and the raw columns; `copy` is
    SQL for a row's place among its equals."""
    raw = ", ".join(plan.raw(column) for column in plan.columns)
    texts = text_columns_sql(plan).replace(" as event_time,", " as event_time_text,", 1)
    return f"""
        with named as (
            select record, {copy} as copy, event_time, day, {texts}, {raw} from ({source})
        ), kinds as (
            select *, {event_type_sql(plan)} as kind from named
        )
        select *, {reason_sql(plan)} as reason from kinds"""


def take_a_first_look(connection: duckdb.DuckDBPyConnection, plan: Plan, staged: Staged, file_name: str) -> None:
    """Raise InputError when more than half of the first rows are refused: the file was not understood."""
    judged = judged_sql(plan, staged.first, find_copies(connection, plan, staged.first))
    rows = connection.execute(
        f"select reason, count(*), any_value(found), min(record) from (select *, {found_sql()} as found from"
        f" ({judged})) group by reason order by count(*) desc, reason"
    ).fetchall()
    refuse_a_file_not_understood([(row[0], row[1], row[2], row[3]) for row in rows], file_name)


def refuse_a_file_not_understood(rows: Sequence[tuple[str | None, int, str | None, int]], file_name: str) -> None:
    """Raise InputError when more than half of the rows looked at are refused.

    `rows` holds (reason, rows, one value found, first record) for each reason, None being kept.
    """
    looked_at = sum(row[1] for row in rows)
    refused = [row for row in rows if row[0] not in (None, "duplicate")]
    count = sum(row[1] for row in refused)
    if count * 2 <= looked_at:
        return
    said = "; ".join(
        f"{number:,} {reason}"
        + (f" (such as '{masked(found)}', row {record:,})" if found else f" (first in row {record:,})")
        for reason, number, found, record in refused
    )
    raise InputError(
        f"{count:,} of the first {looked_at:,} rows of {file_name} cannot be used: {said}. Nothing was imported. Check"
        " columns and formats with --dry-run, --map, --value, --day-first or --month-first, or correct the file."
    )
