"""Judging staged rows: which are duplicates, which are refused and why; and a first look before a file is read on."""

from collections.abc import Sequence

import duckdb

from data.cleaning import Plan, event_type_sql, found_sql, reason_sql, text_columns_sql
from data.errors import InputError
from data.masking import masked
from data.reading import LOOK_AT
from data.sql import literal
from data.staging import Staged


def row_digest_sql(plan: Plan) -> str:
    """SQL for a digest that stands for all raw columns of a row; in CSV an empty and a missing field are the same."""
    return f"md5_number(concat_ws(chr(31), {', '.join(f'coalesce({plan.raw(c)}, chr(30))' for c in plan.columns)}))"


def raw_json_sql(plan: Plan) -> str:
    """SQL for a row as it was read: its fields as JSON."""
    return f"cast(json_object({', '.join(f'{literal(c)}, {plan.raw(c)}' for c in plan.columns)}) as varchar)"


def judged_sql(plan: Plan, source: str) -> str:
    """SQL for the rows of `source` (staged rows) as canonical text with `kind`, `reason` and, where refused, `raw`."""
    raw = [f"c{i}" for i in range(len(plan.columns))]
    texts = text_columns_sql(plan).replace(" as event_time,", " as event_time_text,", 1)
    return f"""
        with numbered as (
            select *, row_number() over (partition by {row_digest_sql(plan)} order by record) as copy from ({source})
        ), named as (
            select record, copy, event_time, day, {texts}, {", ".join(raw)} from numbered
        ), kinds as (
            select *, {event_type_sql(plan)} as kind from named
        ), reasons as (
            select *, {reason_sql(plan)} as reason from kinds
        )
        select * exclude ({", ".join(raw)}),
            case when reason <> 'duplicate' then {raw_json_sql(plan)} end as raw
        from reasons"""


def take_a_first_look(connection: duckdb.DuckDBPyConnection, plan: Plan, staged: Staged, file_name: str) -> None:
    """Raise InputError when more than half of the first rows are refused: the file was not understood."""
    files = literal(staged.folder / "*" / "*.parquet")
    source = f"select * from read_parquet({files}, hive_partitioning = false) where record <= {LOOK_AT}"
    rows = connection.execute(
        f"select reason, count(*), any_value(found), min(record) from (select *, {found_sql()} as found from"
        f" ({judged_sql(plan, source)})) group by reason order by count(*) desc, reason"
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
