"""One person's rows of the lake, as the served version has them."""

from datetime import datetime

import pytest

from data import ledger
from data.errors import StoreError
from data.history import COLUMNS, history
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.store import open_store
from data.undo import undo

HEADER = "event_time,event_type,user_id,item_id,query,order_id"
FIRST = (
    "2026-07-01 23:30:00,view,ann,i1,,",
    "2026-07-02 08:00:00,view,bob,i1,,",
    "2026-08-02 08:00:00,purchase,ann,i2,,o7",
)
SECOND = ("2026-07-01 22:00:00,search,ann,,Red MUGS,", "2026-09-01 22:00:00,view,bob,i1,,")


@pytest.fixture
def shop(settings, write_csv):
    for name, rows in (("a.csv", FIRST), ("b.csv", SECOND)):
        import_file(settings, write_csv(name, *rows, header=HEADER), ImportOptions(timezone="Europe/London"))
    return settings


def person(settings, store, events):
    numbers = store.query("select user_no from users where events = $events", {"events": events})
    return int(numbers["user_no"][0])


def test_rows_of_all_files_in_order_in_local_time(shop):
    store = open_store(shop)
    frame = history(store, person(shop, store, 3))
    assert frame.schema == COLUMNS
    assert frame["event_type"].to_list() == ["search", "view", "purchase"]
    assert frame["query"].to_list() == ["red mugs", None, None]
    assert frame["time"].to_list()[1] == datetime(2026, 7, 1, 23, 30)
    assert frame["moment"].to_list()[1] == datetime(2026, 7, 1, 22, 30)
    assert frame["order_id"].to_list()[2] == "o7"


def test_nobody_has_no_history(shop):
    frame = history(open_store(shop), 5)
    assert frame.is_empty()
    assert frame.schema == COLUMNS


def test_what_was_undone_since_is_gone(shop):
    store = open_store(shop)
    ann = person(shop, store, 3)
    undo(shop, next(row.import_id for row in ledger.imports(shop, active_only=True) if row.file_name == "b.csv"))
    assert history(store, ann)["event_type"].to_list() == ["view", "purchase"]


def test_a_lost_file_is_said_so(shop):
    store = open_store(shop)
    ann = person(shop, store, 3)
    lost = next(file for file in ledger.files(shop, "events") if file.month == "2026-08")
    (shop.var / lost.path).unlink()
    with pytest.raises(StoreError, match="is missing, so reading a person's history stopped"):
        history(store, ann)
