"""The rows of one month of a staged file: judged, typed, matched against the store, written as lake files."""

from pathlib import Path
from typing import Any

import duckdb

from data import ledger
from data.cleaning import (
    KEY_SQL,
    LAKE_COLUMNS,
    Plan,
    column_sql,
    found_sql,
    typed_sql,
)
from data.judging import find_copies, judged_sql, raw_json_sql
from data.ledger import LakeFile
from data.reading import FileFacts
from data.settings import Settings
from data.sql import json_path, literal, literals
from data.staging import NO_MONTH
from data.times import local_sql

MANY_VALUES = 50
PARQUET = "(format parquet, compression zstd, row_group_size 122880)"


class MonthWriter:
    """Writes an import month by month, so that memory depends on a month, not on the file, and keeps its counts."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        settings: Settings,
        plan: Plan,
        out: Path,
        import_id: str,
        match_against: set[str],
    ) -> None:
        self.connection, self.settings, self.plan, self.out, self.import_id = connection, settings, plan, out, import_id
        self.match_against = match_against
        self.written: list[tuple[Path, LakeFile]] = []
        self.attribute_values: dict[str, set[str]] = {name: set() for name in plan.extra}
        """Values of the free columns, for as long as there are few: those columns can be segments."""
        out.mkdir(parents=True)
        connection.execute("create temp table person (user_no bigint, user_id varchar)")
        connection.execute("create temp table item (item_id varchar)")
        connection.execute("create temp table tally (what varchar, name varchar, rows bigint)")
        connection.execute("create temp table reach (first timestamp, last timestamp)")
        connection.execute(
            "create temp table refused (line bigint, counted varchar, reason varchar, source_column varchar,"
            " found varchar, raw varchar)"
        )

    def add_month(self, source: str, month: str) -> None:
        """Judge and write the staged rows of one month, `source` ('none': without a readable time, all refused)."""
        self._judge(source)
        self._number()
        self._match(month)
        for table, role in (("kept", "events"), ("claimed", "overlaps")):
            self._write(table, role, month)
        self.connection.execute(
            "insert into person select distinct user_no, user_id from typed where user_no is not null"
        )
        self.connection.execute("insert into item select distinct item_id from kept where item_id is not null")
        self.connection.execute("insert into reach select min(event_time), max(event_time) from kept")
        self.connection.execute("insert into tally select 'type', event_type, count(*) from kept group by event_type")
        self.connection.execute("insert into tally select 'overlap', '', count(*) from claimed")
        self._count_attributes()
        for name in ("view kept", "table claimed", "view typed", "table judged"):
            self.connection.execute(f"drop {name}")

    def _judge(self, source: str) -> None:
        """Every row with its reason, typed; those refused are written down as they were read."""
        copy = find_copies(self.connection, self.plan, source)
        self.connection.execute(
            f"create temp table judged as with t as (select {typed_sql(self.plan)}, reason from"
            f" ({judged_sql(self.plan, source, copy)})) select *, {KEY_SQL} as event_key from t"
        )
        counts = self.connection.execute(
            "select reason, count(*) from judged where reason is not null group by reason order by reason"
        ).fetchall()
        for reason, rows in counts:
            what = "duplicate" if reason == "duplicate" else "reason"
            self.connection.execute("insert into tally values (?, ?, ?)", [what, reason, rows])
        if any(reason != "duplicate" for reason, _ in counts):
            refused = "select record from judged where reason <> 'duplicate'"
            self.connection.execute(
                f"insert into refused select record, 'record', reason, {column_sql(self.plan)}, {found_sql()},"
                f" {raw_json_sql(self.plan)} from"
                f" ({judged_sql(self.plan, f'select * from ({source}) where record in ({refused})')})"
            )

    def _number(self) -> None:
        """The rows that can be kept as `typed`, equal events numbered: nearly always there are none."""
        valid = "from judged where reason is null"
        self.connection.execute(
            f"create or replace temp table several as select event_key, event_time {valid}"
            " group by all having count(*) > 1"
        )
        if not self.connection.execute("select count(*) from several").fetchall()[0][0]:
            occurrence = "1"
        else:
            self.connection.execute(
                "create or replace temp table numbered as select record, row_number() over (partition by event_key,"
                f" event_time order by record) as occurrence {valid}"
                " and (event_key, event_time) in (select (event_key, event_time) from several)"
            )
            occurrence = "coalesce((select n.occurrence from numbered n where n.record = judged.record), 1)"
        self.connection.execute(
            f"create temp view typed as select * exclude (reason), cast({occurrence} as integer) as occurrence {valid}"
        )

    def _match(self, month: str) -> None:
        """What the store has not yet as `kept`, the rest as `claimed`."""
        known = [
            str(self.settings.var / f.path)
            for f in ledger.files(self.settings, "events")
            if f.month == month and f.import_id in self.match_against
        ]
        match = (
            f"exists (select 1 from read_parquet({literals(known)}) s where s.event_key = typed.event_key"
            " and s.event_time = typed.event_time and s.occurrence = typed.occurrence)"
            if known and month != NO_MONTH
            else "false"
        )
        self.connection.execute(f"create temp table claimed as select * from typed where {match}")
        self.connection.execute(
            "create temp view kept as select * from typed" if match == "false"
            else "create temp view kept as select t.* from typed t anti join claimed c on t.record = c.record"
        )  # fmt: skip

    def _count_attributes(self) -> None:
        for name, values in self.attribute_values.items():
            if len(values) <= MANY_VALUES:
                path = literal(json_path(name))
                rows = self.connection.execute(
                    f"select distinct json_extract_string(attributes, {path}) from typed limit {MANY_VALUES + 2}"
                ).fetchall()
                values.update(row[0] for row in rows if row[0] is not None)

    def _write(self, table: str, role: str, month: str) -> None:
        rows = self.connection.execute(f"select count(*) from {table}").fetchall()[0][0]
        if not rows:
            return
        path = self.out / f"{role}-{month}.parquet"
        order = "" if self._in_order(table) else " order by event_time, record"
        self.connection.execute(
            f"copy (select {LAKE_COLUMNS} from {table}{order}) to {literal(path)} {PARQUET}"
        ).fetchall()
        self._name(path, role, month, rows)

    def _in_order(self, table: str) -> bool:
        """Whether the rows lie by time already, as most logs do: sorting whole rows is dear."""
        return not self.connection.execute(
            "select count(*) from (select event_time, record, lag(event_time) over () as earlier, lag(record) over ()"
            f" as before from {table}) where earlier > event_time or (earlier = event_time and before > record)"
        ).fetchall()[0][0]

    def _name(self, path: Path, role: str, month: str | None, rows: int) -> None:
        folder = {"events": "lake/events", "overlaps": "lake/overlaps", "rejects": "lake/rejects",
                  "identity": "identity"}[role]  # fmt: skip
        below = f"month={month}/" if month else ""
        lasting = f"{folder}/{below}{self.import_id}.parquet"
        self.written.append((path, LakeFile(lasting, self.import_id, role, month, rows)))

    def finish(self) -> list[tuple[Path, LakeFile]]:
        """Write refused rows and identities; comes back with every file written and the name it should get."""
        self.connection.execute("insert into refused select line, 'line', reason, null, found, raw from shape_fault")
        self.connection.execute("insert into tally select 'reason', reason, count(*) from shape_fault group by reason")
        for table, role, order in (
            ("select * from refused", "rejects", "counted, line"),
            ("select distinct user_no, user_id from person", "identity", "user_no, user_id"),
        ):
            rows = self.connection.execute(f"select count(*) from ({table})").fetchall()[0][0]
            if rows:
                path = self.out / f"{role}.parquet"
                self.connection.execute(f"copy ({table} order by {order}) to {literal(path)} {PARQUET}").fetchall()
                self._name(path, role, None, rows)
        return self.written

    def receipt(self, read: int, timezone: str, facts: FileFacts) -> dict[str, Any]:
        """The receipt of contract: read = kept + duplicate + rejected, always."""
        tally = self.connection.execute("select what, name, sum(rows) from tally group by all order by 1, 2").fetchall()
        counts: dict[str, dict[str, int]] = {"type": {}, "reason": {}, "duplicate": {}, "overlap": {}}
        for what, name, rows in tally:
            counts[what][name] = int(rows)
        kept = sum(counts["type"].values())
        same, overlap = counts["duplicate"].get("duplicate", 0), counts["overlap"].get("", 0)
        users = self.connection.execute("select count(distinct user_no) from person").fetchall()[0][0]
        items = self.connection.execute("select count(distinct item_id) from item").fetchall()[0][0]
        reach = f"select {local_sql('min(first)', timezone)}, {local_sql('max(last)', timezone)} from reach"
        first, last = self.connection.execute(reach).fetchall()[0]
        warnings = list(facts.warnings)
        if overlap:
            warnings.append(f"{overlap:,} rows were in the store already, from another file; they count once.")
        return {
            "import": self.import_id,
            "format": self.plan.format.name,
            "file": facts.path.name,
            "rows": {
                "read": read,
                "kept": kept,
                "duplicate": same + overlap,
                "rejected": sum(counts["reason"].values()),
            },
            "duplicates": {"in_file": same, "in_store": overlap},
            "rejected_by_reason": counts["reason"],
            "events_by_type": counts["type"],
            "users": users,
            "items": items,
            "first": first.isoformat() if first else None,
            "last": last.isoformat() if last else None,
            "timezone": timezone,
            "mapping": self.plan.mapping,
            "attributes": {name: len(values) for name, values in self.attribute_values.items()},
            "warnings": warnings,
        }
