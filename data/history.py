"""Everything one person did, as the lake has it: the rows of that person in the files that a served version holds."""

from __future__ import annotations

import polars as pl

from data import ledger
from data.store import Store
from data.trouble import told

COLUMNS: dict[str, pl.DataType] = {
    "time": pl.Datetime("us"), "moment": pl.Datetime("us"), "day": pl.Date(), "event_type": pl.String(),
    "item_id": pl.String(), "query": pl.String(), "order_id": pl.String(), "session": pl.String(),
}  # fmt: skip

FILES_SQL = """
SELECT DISTINCT f.path FROM file_day f WHERE f.day IN (
    SELECT v.day FROM visit_item v JOIN person p ON p.u = v.u WHERE p.user_no = $user_no
    UNION SELECT v.day FROM sale_item v JOIN person p ON p.u = v.u WHERE p.user_no = $user_no)
ORDER BY f.path
"""


def history(store: Store, user_no: int) -> pl.DataFrame:
    """The person's rows in order of time: COLUMNS; none for a person that is not known.

    `time` and `day` are the shop's local ones, `moment` is UTC; search words are in lower case. `session` tells the
    log's own sessions apart and is null where it has none. Raises StoreError where a file of the lake is gone or
    damaged.
    """
    known = {file.path for file in ledger.files(store.settings, "events")}
    # What was undone since this version was published is gone from the lake.
    paths = [path for path in store.query(FILES_SQL, {"user_no": user_no})["path"] if path in known]
    if not paths:
        return pl.DataFrame(schema=COLUMNS)
    with told(store.settings, "reading a person's history"):
        rows = (
            pl.scan_parquet([store.settings.var / path for path in paths], hive_partitioning=False)
            .filter(pl.col("user_no") == user_no)
            .select("event_time", "day", "event_type", "item_id", "query", "order_id", "session_id", "record")
            .collect()
        )
    zone = store.meta.timezone
    local = pl.col("event_time").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    ordered = rows.sort("event_time", "record").with_columns(
        time=local, moment="event_time", session="session_id", query=pl.col("query").str.to_lowercase()
    )
    return ordered.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
