"""What one person did, from the store or from a file that somebody wrote."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from data import ledger
from data.engine import working_connection
from data.errors import InputError
from data.settings import Settings
from data.sql import literals
from data.trouble import told
from models.interactions import KINDS

HISTORY: dict[str, pl.DataType | type[pl.DataType]] = {
    "event_time": pl.Datetime("us"), "event_type": pl.String, "item_id": pl.String, "query": pl.String,
    "order_id": pl.String,
}  # fmt: skip
"""The columns of a history: times in UTC, types of KINDS, ids as the store keeps them, search words in lower case."""
REQUIRED = ("event_time", "event_type", "item_id")
USER_SQL = "select user_no from read_parquet({files}) where user_id = ? limit 1"
EVENTS_SQL = """
select event_time, event_type, item_id, case when item_id is null then lower(query) end as query, order_id
from read_parquet({files}, hive_partitioning = false)
where user_no = ? and event_type in ({kinds}) and event_time < ? and (item_id is not null or query is not null)
order by event_time, item_id, query"""
END_OF_TIME = datetime(9999, 1, 1)


def user_no_of(settings: Settings, user_id: str) -> int:
    """The number that stands for a shop's own user id. Raises InputError where the store knows no such person."""
    files = [settings.var / file.path for file in ledger.files(settings, "identity")]
    if files:
        with told(settings, "Looking a person up"), working_connection(settings) as connection:
            found = connection.execute(USER_SQL.format(files=literals(files)), [user_id]).fetchall()
        if found:
            return int(found[0][0])
    raise InputError(
        f"There is no user '{user_id}' in this store. Give the shop's own id, written as in the imported file."
    )


def end_of_day(settings: Settings, day: date) -> datetime:
    """The moment, in UTC without zone, at which a day of the shop's ends."""
    zone = ZoneInfo(ledger.get_state(settings, "timezone") or "UTC")
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def history_of(settings: Settings, user: int | str, *, before: datetime | None = None) -> pl.DataFrame:
    """What a person did, oldest first, in the columns HISTORY: refunds, emptied carts and events from `before` (UTC)
    on are left out.

    `user` is a number as the store gives it, or the shop's own id as text. Raises InputError for an unknown id.
    """
    number = user_no_of(settings, user) if isinstance(user, str) else int(user)
    files = [settings.var / file.path for file in ledger.files(settings, "events")]
    if not files:
        return pl.DataFrame(schema=HISTORY)
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    with told(settings, "Reading a person's history"), working_connection(settings) as connection:
        sql = EVENTS_SQL.format(files=literals(files), kinds=kinds)
        frame = connection.sql(sql, params=[number, before or END_OF_TIME]).pl()
    return frame.select(pl.col(name).cast(dtype) for name, dtype in HISTORY.items())


def history_file(settings: Settings, path: Path) -> pl.DataFrame:
    """A history from a CSV or Parquet file with the columns event_time, event_type, item_id, and, where it has them,
    query and order_id; oldest first, in the columns HISTORY.

    Times without a zone are the shop's. Raises InputError for a file that cannot be read, lacks a column, or holds a
    time or an event type that means nothing here.
    """
    frame = _read(path)
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise InputError(
            f"{path.name} has no column {', '.join(missing)}. Its columns are {', '.join(frame.columns)}; a history"
            f" needs {', '.join(REQUIRED)}."
        )
    texts = [
        pl.col(name).cast(pl.String).str.strip_chars().replace("", None) if name in frame.columns
        else pl.lit(None, pl.String).alias(name)
        for name in HISTORY
    ]  # fmt: skip
    frame = frame.select(texts).with_columns(
        pl.col("event_type").str.to_lowercase(),
        pl.col("item_id").str.to_uppercase(),
        pl.col("query").str.to_lowercase(),
    )
    _must_be_known(path, frame)
    times = _times(settings, frame["event_time"])
    bad = times.is_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        raise InputError(
            f"{path.name}: event_time could not be read as a time in {bad.sum()} of {len(frame)} rows (first:"
            f" '{frame['event_time'][row]}', row {row + 1}). Write times as 2026-11-24 18:30:00."
        )
    frame = frame.with_columns(times).filter(pl.col("item_id").is_not_null() | pl.col("query").is_not_null())
    return frame.select(list(HISTORY)).sort("event_time", maintain_order=True)


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}. Give the path of a CSV or Parquet file.") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        why = str(error).splitlines()[0]
        raise InputError(f"{path.name} cannot be read as a history: {why}. Give a CSV or Parquet file.") from error


def _must_be_known(path: Path, frame: pl.DataFrame) -> None:
    left_out = ("refund", "remove_from_cart")
    strange = frame.filter(~pl.col("event_type").is_in([*KINDS, *left_out]).fill_null(False))
    if len(strange):
        raise InputError(f"{path.name}: event_type '{strange['event_type'][0]}' is not known. Use {', '.join(KINDS)}.")


def _times(settings: Settings, texts: pl.Series) -> pl.Series:
    """Times in UTC, null where a text is none."""
    zone = ledger.get_state(settings, "timezone") or "UTC"
    local = texts.str.to_datetime(strict=False, ambiguous="earliest", time_unit="us")
    if isinstance(local.dtype, pl.Datetime) and local.dtype.time_zone:
        return local.dt.convert_time_zone("UTC").dt.replace_time_zone(None).alias("event_time")
    shop = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return shop.dt.convert_time_zone("UTC").dt.replace_time_zone(None).alias("event_time")
