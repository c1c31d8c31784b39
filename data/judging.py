"""Judging staged rows: which are duplicates, which are refused and why; and a first look before a file is read on."""

import duckdb

from data.cleaning import Plan, event_type_sql, found_sql, reason_sql, text_columns_sql
from data.errors import InputError
from data.reading import LOOK_AT
from data.sql import literal
from data.staging import Staged


def judged_sql(plan: Plan, source: str) -> str:
    """SQL for the rows of `source` (staged rows) as canonical text with `kind`, `reason` and, where refused, `raw`."""
    raw = [f"c{i}" for i in range(len(plan.columns))]
    # The digest of all raw columns stands for them; an empty field and a missing one are the same in CSV.
    digest = f"md5_number(concat_ws(chr(31), {', '.join(f'coalesce({c}, chr(30))' for c in raw)}))"
    texts = text_columns_sql(plan).replace(" as event_time,", " as event_time_text,", 1)
    pairs = ", ".join(f"{literal(name)}, {c}" for name, c in zip(plan.columns, raw, strict=True))
    return f"""
        with numbered as (
            select *, row_number() over (partition by {digest} order by record) as copy from ({source})
        ), named as (
            select record, copy, event_time, day, {texts}, {", ".join(raw)} from numbered
        ), kinds as (
            select *, {event_type_sql(plan)} as kind from named
        ), reasons as (
            select *, {reason_sql(plan)} as reason from kinds
        )
        select * exclude ({", ".join(raw)}),
            case when reason <> 'duplicate' then cast(json_object({pairs}) as varchar) end as raw
        from reasons"""


def take_a_first_look(connection: duckdb.DuckDBPyConnection, plan: Plan, staged: Staged, file_name: str) -> None:
    """Raise InputError when more than half of the first rows are refused: the file was not understood."""
    files = literal(staged.folder / "*" / "*.parquet")
    source = f"select * from read_parquet({files}, hive_partitioning = false) where record <= {LOOK_AT}"
    rows = connection.execute(
        f"select reason, count(*), any_value(found), min(record) from (select *, {found_sql()} as found from"
        f" ({judged_sql(plan, source)})) group by reason order by count(*) desc, reason"
    ).fetchall()
    looked_at = sum(row[1] for row in rows)
    refused = [row for row in rows if row[0] not in (None, "duplicate")]
    count = sum(row[1] for row in refused)
    if count * 2 <= looked_at:
        return
    said = "; ".join(
        f"{number:,} {reason}" + (f" (such as '{found}', row {record:,})" if found else f" (first in row {record:,})")
        for reason, number, found, record in refused
    )
    raise InputError(
        f"{count:,} of the first {looked_at:,} rows of {file_name} cannot be used: {said}. Nothing was imported. Check"
        " columns and formats with --dry-run, --map, --value, --day-first or --month-first, or correct the file."
    )
