"""SQL that reads the staged rows of a companion file: texts, values, the reason of each refused row, what is kept."""

from collections.abc import Mapping

from data.cleaning import Plan, user_no_sql
from data.companions.rules import REPLACED, checks
from data.companions.schema import Field, Kind
from data.companions.values import PHONE_E164, Reading, readers
from data.judging import raw_json_sql, row_digest_sql
from data.sql import attributes_sql, literal


def judged_sql(kind: Kind, plan: Plan, readings: Mapping[str, Reading], source: str) -> str:
    """SQL for the rows of `source` (staged rows) with texts t_*, values v_*, `attributes` and, where a row does not
    count, `reason`, `source_column`, `found` and `raw`.

    Of rows with the same key the last counts: the earlier ones get a reason of their own, so that none is lost unseen.
    """
    known = readers()
    rules = checks(kind)
    raw = ", ".join(plan.raw(column) for column in plan.columns)
    digest = row_digest_sql(plan)
    texts = ", ".join(f"{_text_sql(plan, field.name)} as t_{field.name}" for field in kind.fields)
    values = ", ".join(
        f"{known[field.holds].value(readings[field.name]).replace('{t}', f't_{field.name}')} as v_{field.name}"
        for field in kind.fields
    )
    other = attributes_sql((column, f"nullif({plan.raw(column)}, '')") for column in plan.extra)
    whens = " ".join(f"when {check.sql} then {literal(check.reason)}" for check in rules)
    key = ", ".join(f"v_{name}" for name in kind.key)
    places = {**{check.reason: check.column for check in rules}, REPLACED: kind.key[0]}
    columns = " ".join(f"when {literal(r)} then {literal(plan.mapping.get(c, c))}" for r, c in places.items())
    found = " ".join(f"when {literal(reason)} then t_{column}" for reason, column in places.items())
    return f"""
        with numbered as (
            select *, row_number() over (partition by {digest} order by record) as copy,
                max(record) over (partition by {digest}) as last_copy
            from ({source})
        ), texts as (
            select record, copy, last_copy, {raw}, {other} as attributes, {texts} from numbered
        ), valued as (
            select *, {values} from texts
        ), checked as (
            select *, case when copy > 1 then 'duplicate' {whens} end as refusal from valued
        ), placed as (
            select *, row_number() over (partition by refusal is null, {key} order by last_copy desc) as place
            from checked
        ), judged as (
            select *, case when refusal is null and place > 1 then {literal(REPLACED)} else refusal end as reason
            from placed
        )
        select * exclude (copy, last_copy, refusal, place, {raw}),
            case reason {columns} end as source_column, case reason {found} end as found,
            case when reason <> 'duplicate' then {raw_json_sql(plan)} end as raw
        from judged"""


def _text_sql(plan: Plan, name: str) -> str:
    if name in plan.mapping:
        return f"nullif(trim({plan.raw(plan.mapping[name])}), '')"
    return literal(plan.constants[name]) if name in plan.constants else "cast(null as varchar)"


def kept_columns(kind: Kind) -> list[tuple[str, str, str]]:
    """What is kept of a row, in order: (column, SQL type, SQL over texts and values)."""
    return [
        *(column for field in kind.fields for column in _kept(field)),
        ("attributes", "varchar", "attributes"),
        ("record", "bigint", "record"),
    ]


def _kept(field: Field) -> list[tuple[str, str, str]]:
    reader = readers()[field.holds]
    name, value = field.name, f"v_{field.name}"
    own = (name, reader.type, reader.typed.replace("{v}", value))
    if field.holds == "user":
        return [("user_no", "bigint", user_no_sql(value)), own]
    if field.holds == "item":
        return [own, ("item_code", "varchar", f"t_{name}")]
    if field.holds == "phone":
        return [own, ("phone_e164", "varchar", PHONE_E164.replace("{t}", f"t_{name}"))]
    return [own]
