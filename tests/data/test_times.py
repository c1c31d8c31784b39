"""Times as logs write them: every kind becomes UTC, what is ambiguous is asked for."""

from datetime import datetime

import duckdb
import pytest

from data.errors import InputError
from data.times import TimeFormat, check_timezone, detect_times, local_sql, utc_sql


def read(text: str, how: TimeFormat, timezone: str = "Europe/London") -> datetime | None:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        found: datetime | None = connection.execute(
            f"select {utc_sql('x', how, timezone)} from (select ? as x)", [text]
        ).fetchall()[0][0]
    return found


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2019-10-01 00:00:00 UTC", datetime(2019, 10, 1)),
        ("2026-05-01 10:00:00 +0200", datetime(2026, 5, 1, 8)),
        ("2026-05-01T10:00:00+02:00", datetime(2026, 5, 1, 8)),
        ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10)),
        ("2026-05-01 10:00:00", datetime(2026, 5, 1, 9)),
        ("2026-12-01", datetime(2026, 12, 1)),
        ("soon", None),
    ],
)
def test_iso_times(text: str, utc: datetime | None) -> None:
    assert read(text, TimeFormat("iso", zoned=True)) == utc


@pytest.mark.parametrize("text", ["1433221332", "1433221332000", "1433221332000000"])
def test_epochs_by_magnitude(text: str) -> None:
    assert detect_times([text]).kind == "epoch"
    assert read(text, TimeFormat("epoch")) == datetime(2015, 6, 2, 5, 2, 12)


@pytest.mark.parametrize(
    ("sample", "day_first"),
    [(["1/12/2010 8:26", "13/12/2010 8:28"], True), (["12/1/2010 8:26 AM", "12/13/2010"], False)],
)
def test_one_date_settles_which_number_is_the_day(sample: list[str], day_first: bool) -> None:
    how = detect_times(sample)
    assert (how.kind, how.day_first) == ("slashed", day_first)
    assert read(sample[0], how) == datetime(2010, 12, 1, 8, 26)


def test_dates_that_fit_both_orders_are_asked_for() -> None:
    with pytest.raises(
        InputError, match=r"'1/2/2010' and all the others fit both. Say which with --day-first or --month"
    ):
        detect_times(["1/2/2010", "3/4/2010"])
    assert detect_times(["1/2/2010"], day_first=True).day_first


def test_mixed_orders_are_refused() -> None:
    with pytest.raises(InputError, match="mixes day-first and month-first dates"):
        detect_times(["13/2/2010", "2/13/2010"])


def test_compact_dates() -> None:
    assert detect_times(["20260501"]).kind == "compact"
    assert read("20260501", TimeFormat("compact"), "UTC") == datetime(2026, 5, 1)


def test_time_zones_are_checked() -> None:
    assert check_timezone("Asia/Shanghai") == "Asia/Shanghai"
    with pytest.raises(InputError, match="'Shanghai' is not a time zone. Give a name such as Europe/London"):
        check_timezone("Shanghai")


def test_local_time_of_the_shop() -> None:
    sql = local_sql("timestamp '2026-07-01 23:30:00'", "Europe/London")
    with duckdb.connect() as connection:
        assert connection.execute(f"select {sql}").fetchall()[0][0] == datetime(2026, 7, 2, 0, 30)
