"""A file of interactions as arrays: user, item, time stamp, without an import."""

from pathlib import Path

import numpy as np
import polars as pl

from data.errors import InputError
from models.interactions import Catalogue, Interactions, arranged

COLUMNS = {
    "user": ("user", "user_id", "userid", "visitorid", "customer_id"),
    "item": ("item", "item_id", "itemid", "product_id", "movie_id", "movieid"),
    "timestamp": ("timestamp", "time", "event_time", "unix_time"),
}
"""Each column with the names it goes by, in lower case. RecBole's types after a colon are left out of them."""
SHOWN = 8
"""Header names told in an error."""
DIGITS = {11: 1, 14: 1_000, 17: 1_000_000, 20: 1_000_000_000}
"""The most digits of time stamps in seconds, milliseconds and so on, with how many make a second."""


def read_file(path: Path, *, every_row_a_step: bool = False) -> Interactions:
    """The interactions of a CSV (or tab-separated) file with a header: user, item and timestamp, others ignored.

    Time stamps are numbers since 1970 (s, ms, us or ns) or ISO dates, UTC. Equal time stamps of one person are a step
    unless `every_row_a_step`. People and items are numbered in the order of their ids; all items have one interest.
    """
    frame = _frame(path)
    time = _seconds(frame["timestamp"], path)
    user, users = _numbered(frame["user"])
    item, items = _numbered(frame["item"])
    catalogue = Catalogue(items, items, np.zeros(len(items), np.int32), ["all"], ["All items"])
    return arranged(user, item, time, users=users, catalogue=catalogue, every_row_a_step=every_row_a_step)


def _frame(path: Path) -> pl.DataFrame:
    """Strings user, item, timestamp of every row."""
    if not path.is_file():
        raise InputError(f"There is no file {path}. Name a CSV file with the columns user, item and timestamp.")
    try:
        with path.open(encoding="utf-8-sig") as handle:
            separator = "\t" if "\t" in handle.readline() else ","
        names = pl.read_csv(path, separator=separator, n_rows=0, infer_schema=False).columns
        wanted = {column: _column(column, names, path) for column in COLUMNS}
        frame = pl.read_csv(path, separator=separator, columns=list(wanted.values()), infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        found = str(error).splitlines()[0].rstrip(".")
        raise InputError(
            f"{path} could not be read as a table ({found}). Save it as CSV in UTF-8 with the columns user, item, "
            "timestamp."
        ) from error
    frame = frame.select(pl.col(name).str.strip_chars().alias(column) for column, name in wanted.items())
    if frame.is_empty():
        raise InputError(f"{path} has a header and no rows. Name a file with interactions.")
    for column, name in wanted.items():
        empty = frame[column].is_null() | (frame[column] == "")
        if empty.any():
            raise InputError(
                f"{path} has no {column} in {empty.sum():,} of {len(frame):,} rows (first: row {_first(empty)}). "
                f"Fill the column '{name}' or take those rows out."
            )
    return frame


def _column(column: str, names: list[str], path: Path) -> str:
    plain = {name.split(":")[0].strip().lower(): name for name in names}
    for known in COLUMNS[column]:
        if known in plain:
            return plain[known]
    raise InputError(
        f"{path} has no column '{column}'; its first line is '{', '.join(names[:SHOWN])}'. "
        f"Name the column one of: {', '.join(COLUMNS[column])}."
    )


def _seconds(column: pl.Series, path: Path) -> np.ndarray:
    """int64: seconds since 1970."""
    number = column.cast(pl.Float64, strict=False)
    if number.null_count() < len(column):
        bad = number.is_null() | ~number.is_finite().fill_null(False)
        digits = len(str(int(number.filter(~bad).abs().max() or 0)))  # type: ignore[arg-type]
        found = number / next((per for most, per in DIGITS.items() if digits <= most), 1)
    else:
        moment = column.str.to_datetime(strict=False, time_zone="UTC", time_unit="us")
        bad, found = moment.is_null(), moment.dt.epoch("s")
    if bad.any():
        raise InputError(
            f"{path} has a time stamp that could not be read in {bad.sum():,} of {len(column):,} rows (first: "
            f"'{column.filter(bad)[0]}', row {_first(bad)}). Write seconds since 1970 or ISO dates, the same in all."
        )
    return found.floor().cast(pl.Int64).to_numpy() if found.dtype == pl.Float64 else found.to_numpy()


def _numbered(column: pl.Series) -> tuple[np.ndarray, list[str]]:
    """int32 numbers of ids in their order, and the ids."""
    ids, numbers = np.unique(column.to_numpy().astype(object), return_inverse=True)
    return numbers.astype(np.int32), ids.tolist()


def _first(is_bad: pl.Series) -> int:
    """The line of the file, the header being line 1, of the first bad row."""
    return int(is_bad.arg_max() or 0) + 2
