"""The receipt of a companion file, from the rows that were judged and kept."""

from typing import Any

import duckdb

from data.cleaning import Plan
from data.companions.schema import Kind
from data.reading import FileFacts
from data.schema import TIMELESS
from data.sql import quoted
from data.times import local_sql


def make_receipt(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    plan: Plan,
    facts: FileFacts,
    import_id: str,
    read: int,
    timezone: str,
    known: dict[str, int],
) -> dict[str, Any]:
    """The receipt, as for a log: read = kept + duplicate + rejected.

    `known` counts the rows whose key an earlier import has: {"replaced", "refused"}.
    """
    tally = "select reason, count(*) from judged group by reason union all select reason, count(*) from shape_fault"
    counts: dict[str | None, int] = dict(connection.execute(f"{tally} group by reason order by 1").fetchall())
    kept, same = counts.pop(None, 0), counts.pop("duplicate", 0)
    holds = {field.holds: field.name for field in reversed(kind.fields)}
    distinct = {
        what: connection.execute(f"select count(distinct {holds[what]}) from kept").fetchall()[0][0]
        if what in holds
        else None
        for what in ("user", "item")
    }
    first = last = None
    if time := holds.get("past") or holds.get("date"):
        reach = ", ".join(local_sql(f"{end}({quoted(time)})", timezone) for end in ("min", "max"))
        first, last = connection.execute(f"select {reach} from kept").fetchall()[0]
    return {
        "import": import_id,
        "format": plan.format.name,
        "file": facts.path.name,
        "rows": {"read": read, "kept": kept, "duplicate": same, "rejected": sum(counts.values())},
        "duplicates": {"in_file": same, "in_store": 0},
        "rejected_by_reason": counts,
        "events_by_type": {},
        "users": distinct["user"],
        "items": distinct["item"],
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "timezone": None if kind.name in TIMELESS else timezone,
        "mapping": plan.mapping,
        "other_columns": plan.extra,
        "replaced": known["replaced"],
        "warnings": [*facts.warnings, *_warnings(connection, kind, known)],
    }


def _warnings(connection: duckdb.DuckDBPyConnection, kind: Kind, known: dict[str, int]) -> list[str]:
    about = " and ".join(kind.key)
    said = []
    if known["replaced"]:
        said.append(
            f"Rows whose {about} an earlier import has: {known['replaced']:,}. This file counts for them from now on."
        )
    if known["refused"]:
        said.append(
            f"Refused rows whose {about} an earlier import has: {known['refused']:,}. What that import says"
            " still counts. Mend those rows and import them."
        )
    if kind.name == "customers":
        lacking = connection.execute(
            "select count(*) from kept where phone is not null and phone_e164 is null"
        ).fetchall()[0][0]
        if lacking:
            said.append(
                f"Phone numbers without a country code: {lacking:,}. They are kept as given; no export can use them."
            )
    return said
