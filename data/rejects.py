"""Refused rows: where they stood, why they were refused, and their text, for people to mend and import again."""

import polars as pl

from data import ledger
from data.settings import Settings
from data.trouble import told

COLUMNS = {"line": pl.Int64, "counted": pl.String, "reason": pl.String, "column": pl.String, "found": pl.String,
           "raw": pl.String}  # fmt: skip


def rejects(settings: Settings, import_id: str) -> pl.DataFrame:
    """Refused rows of one import: [line, counted, reason, column, found, raw].

    `counted` says what `line` counts: 'line' (a physical line, for rows of the wrong shape, whose `raw` is their exact
    text) or 'record' (the row's number after the header, with `raw` its fields as JSON).
    Raises InputError when there is no such import, StoreError when they cannot be read.
    """
    ledger.find_import(settings, import_id)
    files = ledger.files(settings, "rejects", import_id=import_id)
    if not files:
        return pl.DataFrame(schema=COLUMNS)
    with told(settings, f"reading the refused rows of {import_id}"):
        frame = pl.concat([pl.read_parquet(settings.var / file.path) for file in files])
    return frame.rename({"source_column": "column"}).select(*COLUMNS)
