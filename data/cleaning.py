"""The SQL that turns raw text columns into canonical, typed events, and gives each refused row its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.errors import InputError
from data.formats import Format
from data.masking import column_names
from data.schema import EVENT_NAMES, EVENT_TYPES, REQUIRED, guess_mapping
from data.sql import attributes_sql, literal, quoted
from data.times import EARLIEST, latest

REASONS = {
    "too_few_columns": "the row has fewer columns than the header",
    "too_many_columns": "the row has more columns than the header",
    "malformed": "the row's quotes or characters cannot be read",
    "event_time_missing": "no time",
    "event_time_unreadable": "the time cannot be read",
    "event_time_out_of_range": "the time is before 1995 or after tomorrow",
    "event_type_missing": "no event type",
    "event_type_unknown": "an event type that Tideline does not know; map it with --value event_type:THEIRS=OURS",
    "item_id_missing": "no item, and the event is not a search",
    "price_unreadable": "the price is not a number",
    "quantity_unreadable": "the quantity is not a number",
    "quantity_not_positive": "a quantity of zero or less that is not a refund",
    "rating_unreadable": "the rating is not a number",
    "amount_too_large": "price times quantity is beyond 14 digits",
}
"""Reasons that any log can give; cleaning rules of a format add theirs."""

COLUMN_OF = {
    "event_time_missing": "event_time", "event_time_unreadable": "event_time", "event_time_out_of_range": "event_time",
    "event_type_missing": "event_type", "event_type_unknown": "event_type", "item_id_missing": "item_id",
    "price_unreadable": "price", "quantity_unreadable": "quantity", "quantity_not_positive": "quantity",
    "rating_unreadable": "rating", "amount_too_large": "price", "not_merchandise": "item_id",
    "stock_adjustment": "quantity", "rating_out_of_range": "rating", "review_empty": "review_text",
}  # fmt: skip

LAKE_COLUMNS = (
    "event_time, day, event_type, user_no, item_id, item_code, item_name, category, brand, price, quantity, revenue,"
    " currency, order_id, session_id, query, rating, review_text, country, platform, attributes, event_key, occurrence,"
    " record"
)
"""The columns of a lake file, in their order."""


@dataclass(frozen=True)
class Plan:
    """How one file's columns become canonical ones."""

    format: Format
    columns: list[str]
    mapping: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    @property
    def extra(self) -> list[str]:
        """The file's other columns, kept as attributes."""
        return [column for column in self.columns if column not in self.mapping.values()]

    def raw(self, column: str) -> str:
        """SQL name of a source column in the staged file."""
        return f"c{self.columns.index(column)}"


def check_named(
    file_name: str,
    columns: Sequence[str],
    names: Sequence[str],
    mapping: Mapping[str, str],
    constants: Mapping[str, str],
) -> None:
    """Raise InputError for a canonical column that is none of `names`, or a column that the file does not have."""
    for canonical, column in mapping.items():
        if canonical not in names:
            raise InputError(f"--map {canonical}={column}: there is no canonical column '{canonical}'. "
                             f"They are {', '.join(names)}.")  # fmt: skip
        if column not in columns:
            raise InputError(f"--map {canonical}={column}: {file_name} has no column '{column}'. "
                             f"It has {column_names(columns)}.")  # fmt: skip
    for canonical in constants:
        if canonical not in names:
            raise InputError(f"--set {canonical}=...: there is no canonical column '{canonical}'.")


def lacking(file_name: str, columns: Sequence[str], missing: Sequence[str], hint: str = ".") -> str:
    """What is said of a file in which nothing was found for required columns."""
    return (
        f"{file_name} has no column for {', '.join(missing)}. Its columns are {column_names(columns)}. "
        f"Name the right one with --map {missing[0]}=COLUMN{hint}"
    )


def make_plan(
    file_name: str,
    columns: list[str],
    known: Format,
    *,
    mapping: Mapping[str, str],
    constants: Mapping[str, str],
    values: Mapping[str, str],
) -> Plan:
    """The plan for a file. Raises InputError for a column that is not there or a required one that nobody maps."""
    check_named(file_name, columns, EVENT_NAMES, mapping, constants)
    for theirs, ours in values.items():
        if ours not in EVENT_TYPES:
            raise InputError(f"--value event_type:{theirs}={ours}: '{ours}' is not an event type. "
                             f"They are {', '.join(EVENT_TYPES)}.")  # fmt: skip
    by_case = {column.casefold(): column for column in columns}
    found = {name: by_case.get(column.casefold(), column) for name, column in known.mapping.items()}
    if not known.mapping:
        found = guess_mapping(columns)
    taken = set(mapping.values())
    # What was said of the whole file stands above a column that only has the right name.
    found = {n: column for n, column in found.items() if column not in taken and n not in constants} | dict(mapping)
    given = set(found) | set(constants) | ({"event_type"} if known.event_type else set())
    missing = [name for name in REQUIRED if name not in given]
    if missing:
        hint = ", or give every row the same type with --set event_type=purchase." if "event_type" in missing else "."
        raise InputError(lacking(file_name, columns, missing, hint))
    return Plan(known, columns, found, dict(constants), {**known.values, **dict(values)})


def text_columns_sql(plan: Plan) -> str:
    """SELECT list: every canonical column as trimmed text, NULL where empty or absent, from staged columns."""
    parts = []
    for name in EVENT_NAMES:
        if name in plan.mapping:
            sql = f"nullif(trim({plan.raw(plan.mapping[name])}), '')"
        elif name in plan.constants:
            sql = literal(plan.constants[name])
        else:
            sql = "cast(null as varchar)"
        if name == "item_id":
            parts.append(f"{sql} as item_code")
            sql = f"upper({sql})"
        parts.append(f"{sql} as {name}")
    attributes = attributes_sql((column, f"nullif({plan.raw(column)}, '')") for column in plan.extra)
    parts.append(f"{attributes} as attributes")
    return ", ".join(parts)


def event_type_sql(plan: Plan) -> str:
    """SQL over canonical text columns for the canonical event type (unknown ones come through as they are)."""
    if plan.format.event_type and "event_type" not in plan.mapping and "event_type" not in plan.constants:
        return plan.format.event_type
    sql = "lower(event_type)"
    if plan.values:
        cases = " ".join(f"when {literal(theirs.lower())} then {literal(ours)}" for theirs, ours in plan.values.items())
        sql = f"case lower(event_type) {cases} else lower(event_type) end"
    return sql


def reason_sql(plan: Plan) -> str:
    """SQL for a row's reason: 'duplicate', a refusal, or NULL for a kept row. The order is part of the rules."""
    low, high = literal(EARLIEST.isoformat(" ")), literal(latest().isoformat(" ", "seconds"))
    types = ", ".join(literal(name) for name in EVENT_TYPES)
    rules = [
        ("duplicate", "copy > 1"),
        ("event_time_missing", "event_time_text is null"),
        ("event_time_unreadable", "event_time is null"),
        ("event_time_out_of_range", f"event_time < timestamp {low} or event_time > timestamp {high}"),
        *((rule.reason, rule.sql) for rule in plan.format.rules),
        ("event_type_missing", "kind is null"),
        ("event_type_unknown", f"kind not in ({types})"),
        ("item_id_missing", "item_id is null and kind <> 'search'"),
        ("price_unreadable", "price is not null and try_cast(price as decimal(18, 4)) is null"),
        ("quantity_unreadable", "quantity is not null and try_cast(quantity as decimal(18, 4)) is null"),
        ("quantity_not_positive", "kind <> 'refund' and try_cast(quantity as decimal(18, 4)) <= 0"),
        ("rating_unreadable", "rating is not null and try_cast(rating as decimal(6, 3)) is null"),
        ("amount_too_large", f"kind in ('purchase', 'refund') and {_amount()} is null and price is not null"),
    ]
    return "case " + " ".join(f"when {sql} then {literal(reason)}" for reason, sql in rules) + " end"


def found_sql() -> str:
    """SQL for the value that was refused, by its reason."""
    whens = " ".join(
        f"when {literal(reason)} then {'event_time_text' if column == 'event_time' else quoted(column)}"
        for reason, column in COLUMN_OF.items()
    )
    return f"case reason {whens} end"


def column_sql(plan: Plan) -> str:
    """SQL for the source column that was refused, by its reason."""
    whens = " ".join(
        f"when {literal(reason)} then {literal(plan.mapping.get(column, column))}"
        for reason, column in COLUMN_OF.items()
    )
    return f"case reason {whens} end"


def _amount() -> str:
    product = "try_cast(price as double) * coalesce(try_cast(quantity as double), 1)"
    return (
        f"case when abs({product}) < 1e13 then cast(try_cast(price as decimal(18, 4)) *"
        " coalesce(try_cast(quantity as decimal(18, 4)), 1) as decimal(18, 4)) end"
    )


def digest_sql(text: str) -> str:
    """SQL for 64 bits of the md5 of a text: those that md5_number_upper gives, which is four times as dear."""
    return f"cast(md5_number({text}) & 18446744073709551615 as ubigint)"


def user_no_sql(user: str) -> str:
    """SQL for the number that stands for a user id inside: the same for the same id, in whatever file it comes."""
    return f"cast({digest_sql(user)} >> 1 as bigint)"


def typed_sql(plan: Plan) -> str:
    """SELECT list of the lake's columns but for the event key and occurrence, over kept rows in canonical text."""
    user = f"nullif({plan.format.user_id}, '')"
    amount = f"coalesce({_amount()}, 0)"
    return f"""
        event_time, day, kind as event_type,
        {user_no_sql(user)} as user_no, {user} as user_id,
        item_id, item_code, item_name, category, brand,
        try_cast(price as decimal(18, 4)) as price,
        coalesce(try_cast(quantity as decimal(18, 4)), 1) as quantity,
        cast(case kind when 'purchase' then {amount} when 'refund' then -abs({amount}) else 0 end as decimal(18, 4))
            as revenue,
        currency, order_id, session_id, query, try_cast(rating as decimal(6, 3)) as rating, review_text, country,
        platform, attributes, record"""


KEY_SQL = digest_sql(
    "concat_ws(chr(31), "
    + ", ".join(
        f"coalesce(cast({name} as varchar), '')"
        for name in (
            "event_time", "event_type", "user_id", "item_id", "category", "brand", "price", "quantity", "currency",
            "order_id", "session_id", "query", "rating", "review_text", "country", "platform",
        )
    )
    + ")"
)  # fmt: skip
"""The event key: md5 of every canonical column but names and free attributes, as text; 64 bits of it.

Keys are compared together with the event's time, so two different events would have to share both."""
