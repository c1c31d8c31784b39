"""Answers on their way out: as JSON values, files and tables to read."""

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from data.errors import InputError


@dataclass(frozen=True)
class Answer:
    """What a command found."""

    frame: pl.DataFrame
    """The table, for --out and for reading."""
    result: dict[str, Any]
    """The object that --json prints."""
    sentence: str
    """What it means, in words."""


def plain(value: Any, *, whole: bool = False) -> Any:
    """A number as JSON holds it: absent is null, counts are whole.

    >>> plain(3.0, whole=True), plain(float("nan")), plain(0.5)
    (3, None, 0.5)
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return int(value) if whole else value


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON holds them: days as text, absent and endless numbers null.

    >>> records(pl.DataFrame({"day": [date(2026, 3, 1)], "share": [float("nan")]}))
    [{'day': '2026-03-01', 'share': None}]
    """
    return [
        {name: str(value) if isinstance(value, date) else plain(value) for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]


def write(frame: pl.DataFrame, path: Path) -> None:
    """The table as CSV or Parquet, by the file's ending; sparklines stay out of CSV."""
    try:
        if path.suffix.lower() == ".parquet":
            frame.write_parquet(path)
        else:
            frame.select(name for name, kind in frame.schema.items() if not isinstance(kind, pl.List)).write_csv(path)
    except OSError as error:
        raise InputError(
            f"The file {path} cannot be written ({error.strerror or error}). Choose another place."
        ) from error


def table_text(frame: pl.DataFrame, rows: int = 60) -> str:
    """The table as text, its first rows; what does not fit is counted."""
    shown = frame.select(name for name, kind in frame.schema.items() if not isinstance(kind, pl.List))
    with pl.Config(
        tbl_rows=rows, tbl_cols=-1, tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True,
        tbl_formatting="ASCII_MARKDOWN", fmt_str_lengths=60, tbl_width_chars=240, float_precision=4,
    ):  # fmt: skip
        text = str(shown.head(rows))
    rest = frame.height - rows
    return f"{text}\n... and {rest:,} more rows; --out FILE writes them all" if rest > 0 else text
