"""What one person did, from the store and from a file."""

from datetime import date, datetime

import polars as pl
import pytest

from data import ledger
from data.errors import InputError
from models.reading_store import HISTORY, end_of_day, history_file, history_of, user_no_of

ROWS = (
    "2026-03-01 10:00:00,view,ann,a1,Cup,2.5,1,France",
    "2026-02-01 10:00:00,purchase,ann,b2,Lamp,9,1,France",
    "2026-03-05 10:00:00,refund,ann,b2,Lamp,9,1,France",
    "2026-03-01 11:00:00,view,bob,a1,Cup,2.5,1,France",
)


@pytest.fixture
def store(stores, write_csv):
    return stores.of(write_csv("log.csv", *ROWS))


def test_a_persons_events_come_oldest_first_without_refunds(store):
    frame = history_of(store, "ann")
    assert frame.schema == pl.Schema(HISTORY)
    assert frame.select("event_type", "item_id").rows() == [("purchase", "B2"), ("view", "A1")]
    assert history_of(store, user_no_of(store, "ann")).equals(frame)


def test_events_from_a_moment_on_can_be_left_out(store):
    assert history_of(store, "ann", before=datetime(2026, 3, 1, 10)).height == 1


def test_somebody_nobody_knows(store, settings):
    with pytest.raises(InputError, match=r"no user 'eve' in this store\. Give the shop's own id"):
        history_of(store, "eve")
    with pytest.raises(InputError, match="no user 'eve'"):
        history_of(settings, "eve")
    assert history_of(store, -1).is_empty()
    assert history_of(settings, -1).is_empty()


def test_a_file_is_read_with_its_optional_columns(settings, tmp_path):
    path = tmp_path / "history.csv"
    rows = ("2026-03-02 10:00,Purchase,b2,", "2026-03-01,search,,Blue Cup", "2026-03-03,view,,")
    path.write_text("\n".join(["event_time,event_type,item_id,query", *rows]))
    frame = history_file(settings, path)
    assert frame.rows() == [
        (datetime(2026, 3, 1), "search", None, "blue cup", None),
        (datetime(2026, 3, 2, 10), "purchase", "B2", None, None),
    ]


def test_times_without_a_zone_are_the_shops(settings, tmp_path):
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "timezone", "Asia/Shanghai")
    path = tmp_path / "history.parquet"
    pl.DataFrame({"event_time": [datetime(2026, 3, 1, 8)], "event_type": ["view"], "item_id": ["a"]}).write_parquet(
        path
    )
    assert history_file(settings, path)["event_time"].to_list() == [datetime(2026, 3, 1)]
    path = tmp_path / "zoned.csv"
    path.write_text("event_time,event_type,item_id\n2026-03-01T08:00:00Z,view,a\n")
    assert history_file(settings, path)["event_time"].to_list() == [datetime(2026, 3, 1, 8)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "event_time,item_id\n2026-03-01,a\n",
            r"history.csv has no column event_type\. Its columns are event_time",
        ),
        (
            "event_time,event_type,item_id\n2026-03-01,view,a\n31/02,view,b\n",
            r"in 1 of 2 rows \(first: '31/02', row 2\)",
        ),
        ("event_time,event_type,item_id\n2026-03-01,bought,a\n", r"event_type 'bought' is not known\. Use view"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(settings, tmp_path, text, said):
    path = tmp_path / "history.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        history_file(settings, path)


def test_a_file_that_cannot_be_read(settings, tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*none\.csv\. Give the path of a CSV or Parquet file"):
        history_file(settings, tmp_path / "none.csv")
    path = tmp_path / "odd.parquet"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"odd\.parquet cannot be read as a history"):
        history_file(settings, path)


def test_a_day_ends_when_the_shop_says_so(settings):
    assert end_of_day(settings, date(2026, 3, 1)) == datetime(2026, 3, 2)
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "timezone", "Asia/Shanghai")
    assert end_of_day(settings, date(2026, 3, 1)) == datetime(2026, 3, 1, 16)
