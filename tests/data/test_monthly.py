"""The rows of a month: copies, equal events, refusals and order, whatever way they are found."""

import random

import duckdb
import polars as pl
import pytest

from data.cleaning import digest_sql
from data.ingest import ImportOptions, ingest
from data.rejects import rejects

HEADER = "event_time,event_type,user_id,item_id,item_name,price,quantity,country"


def row(day, second=0, user="u1", item="i1", name="A", kind="view"):
    return f"2024-03-{day:02} 10:00:{second:02},{kind},{user},{item},{name},2.50,1,France"


def test_a_digest_is_the_one_that_stores_already_hold():
    texts = "(select 'k' || i as k from range(20000) t(i))"
    sql = f"select count(*) from {texts} where {digest_sql('k')} <> md5_number_upper(k)"
    assert duckdb.sql(sql).fetchall() == [(0,)]


def test_rows_out_of_order_lie_by_time_and_record(settings, write_csv):
    rows = [row(day, second, user=f"u{second}") for day in range(1, 29) for second in range(20)]
    random.Random(5).shuffle(rows)
    ingest(settings, write_csv("log.csv", *rows), ImportOptions())
    path = next((settings.var / "lake" / "events").rglob("*.parquet"))
    lake = pl.read_parquet(path, hive_partitioning=False)
    assert lake.height == len(rows)
    assert lake.select("event_time", "record").equals(lake.select("event_time", "record").sort("event_time", "record"))


def test_rows_in_order_stay_as_they_are(settings, write_csv):
    rows = [row(day, second, user=f"u{second}") for day in range(1, 29) for second in range(20)]
    ingest(settings, write_csv("log.csv", *rows), ImportOptions())
    lake = pl.read_parquet(next((settings.var / "lake" / "events").rglob("*.parquet")), hive_partitioning=False)
    assert lake["record"].to_list() == list(range(1, len(rows) + 1))
    assert lake["occurrence"].unique().to_list() == [1]


@pytest.mark.parametrize("how", ["in order", "backwards", "mixed"])
def test_months_may_lie_anywhere_in_a_file(settings, write_csv, how):
    rows = [
        row(day, user=f"u{day}").replace("2024-03", f"2024-{month:02}") for month in range(1, 13) for day in (1, 28)
    ]
    rows += ["not a time,view,u1,i1,A,1,1,France", ",view,u1,i1,A,1,1,France"]
    order = list(range(len(rows)))
    if how == "mixed":
        random.Random(3).shuffle(order)
    elif how == "backwards":
        order.reverse()
    receipt = ingest(settings, write_csv("log.csv", *(rows[place] for place in order)), ImportOptions())
    assert receipt["rows"] == {"read": 26, "kept": 24, "duplicate": 0, "rejected": 2}
    assert receipt["rejected_by_reason"] == {"event_time_missing": 1, "event_time_unreadable": 1}
    files = sorted((settings.var / "lake" / "events").rglob("*.parquet"))
    assert [path.parent.name for path in files] == [f"month=2024-{month:02}" for month in range(1, 13)]
    for path in files:
        lake = pl.read_parquet(path, hive_partitioning=False)
        assert lake["event_time"].is_sorted() and lake.height == 2
        assert [rows[order[record - 1]][:10] for record in lake["record"]] == lake["day"].cast(pl.String).to_list()
    refused = rejects(settings, receipt["import"])["line"].sort().to_list()
    assert refused == sorted(order.index(place) + 1 for place in (24, 25))


def test_copies_go_and_equal_events_are_numbered(settings, write_csv):
    rows = [row(1), row(2), row(1), row(1, name="B"), row(2, kind="stare"), row(1, name="B"), row(2, kind="stare")]
    receipt = ingest(settings, write_csv("log.csv", *rows), ImportOptions())
    assert receipt["rows"] == {"read": 7, "kept": 3, "duplicate": 3, "rejected": 1}
    lake = pl.read_parquet(next((settings.var / "lake" / "events").rglob("*.parquet")), hive_partitioning=False)
    found = lake.sort("record").select("record", "item_name", "occurrence").rows()
    assert found == [(1, "A", 1), (2, "A", 1), (4, "B", 2)]


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "backwards"])
def test_equal_events_in_a_later_file_count_once(settings, write_csv, order):
    first = [row(1), row(1, name="B"), row(3)]
    ingest(settings, write_csv("a.csv", *first), ImportOptions())
    again = [row(1, name="C"), row(1, name="D"), row(1, name="E"), row(4)][::order]
    receipt = ingest(settings, write_csv("b.csv", *again), ImportOptions())
    assert receipt["rows"] == {"read": 4, "kept": 2, "duplicate": 2, "rejected": 0}
    assert receipt["duplicates"] == {"in_file": 0, "in_store": 2}


def test_a_refused_row_is_kept_as_it_was_read(settings, write_csv):
    rows = [row(1), row(2, kind="stare"), row(3).replace("2.50", "cheap"), row(4), row(2, kind="stare")]
    receipt = ingest(settings, write_csv("log.csv", *rows), ImportOptions())
    assert receipt["rejected_by_reason"] == {"event_type_unknown": 1, "price_unreadable": 1}
    refused = rejects(settings, receipt["import"]).sort("line")
    assert refused["line"].to_list() == [2, 3]
    assert refused["reason"].to_list() == ["event_type_unknown", "price_unreadable"]
    assert refused["found"].to_list() == ["stare", "cheap"]
    assert '"price":"cheap"' in refused["raw"][1] and '"item_id":"i1"' in refused["raw"][1]
