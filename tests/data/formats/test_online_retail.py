"""The Online Retail formats: the receipt of the whole real log, number for number, and each rule on a row."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data.formats import recognise
from data.ingest import ImportOptions, ingest
from data.rejects import rejects
from data.samples import prepare_sample
from data.settings import Settings

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
OLD_HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def test_the_whole_log(settings: Settings) -> None:
    receipt = ingest(settings, prepare_sample(settings, "online-retail-ii"), ImportOptions())
    assert receipt["format"] == "online-retail-ii"
    assert receipt["rows"] == {"read": 1_067_371, "kept": 1_021_272, "duplicate": 34_335, "rejected": 11_764}
    assert receipt["rejected_by_reason"] == {"not_merchandise": 5_801, "stock_adjustment": 5_963}
    assert receipt["events_by_type"] == {"purchase": 1_003_357, "refund": 17_915}
    assert (receipt["first"], receipt["last"]) == ("2009-12-01T07:45:00", "2011-12-09T12:50:00")
    assert rejects(settings, receipt["import"]).height == 11_764


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("1,85048,Ball,2,2010-01-05 10:00:00,6.95,13085,France", "purchase"),
        ("1,85048a,Ball,2,2010-01-05 10:00:00,6.95,,France", "purchase"),
        ("1,DCGS0058,Toy,2,2010-01-05 10:00:00,6.95,13085,France", "purchase"),
        ("1,PADS,Pads,1,2010-01-05 10:00:00,0.01,13085,France", "purchase"),
        ("1,SP1002,Special,1,2010-01-05 10:00:00,2,13085,France", "purchase"),
        ("C1,85048,Ball,-2,2010-01-05 10:00:00,6.95,13085,France", "refund"),
        ("1,POST,Postage,1,2010-01-05 10:00:00,18,13085,France", "not_merchandise"),
        ("1,gift_0001_20,Voucher,1,2010-01-05 10:00:00,20,13085,France", "not_merchandise"),
        ("C1,M,Manual,-1,2010-01-05 10:00:00,20,13085,France", "not_merchandise"),
        ("1,85048,lost,-2,2010-01-05 10:00:00,6.95,13085,France", "stock_adjustment"),
        ("1,85048,given away,2,2010-01-05 10:00:00,0,13085,France", "stock_adjustment"),
    ],
)
def test_rules(settings: Settings, write_csv: Callable[..., Path], row: str, outcome: str) -> None:
    sure = "9,10002,Kept,1,2010-01-06 10:00:00,1,13085,France"
    receipt = ingest(settings, write_csv("log.csv", sure, row, header=HEADER), ImportOptions())
    receipt["events_by_type"]["purchase"] -= 1
    found = {name: n for name, n in (receipt["events_by_type"] | receipt["rejected_by_reason"]).items() if n}
    assert found == {outcome: 1}


def test_the_first_edition_with_its_american_dates_and_damaged_customer_numbers(
    settings: Settings, write_csv: Callable[..., Path], events: Callable[[Settings], pl.DataFrame]
) -> None:
    rows = (
        "536365,85123A,Holder,6,12/1/2010 8:26,2.55,17850.0,United Kingdom",
        "536366,85123A,Holder,6,12/13/2010 8:28,2.55,17850,United Kingdom",
    )
    receipt = ingest(settings, write_csv("log.csv", *rows, header=OLD_HEADER), ImportOptions())
    assert (receipt["format"], receipt["users"]) == ("online-retail", 1)
    assert (receipt["first"], receipt["last"]) == ("2010-12-01T08:26:00", "2010-12-13T08:28:00")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (HEADER, "online-retail-ii"),
        (OLD_HEADER, "online-retail"),
        ("\ufeff" + OLD_HEADER.lower(), "online-retail"),
        ("timestamp,visitorid,event,itemid,transactionid", "retailrocket"),
        ("event_time,event_type,user_id,item_id", "tideline"),
    ],
)
def test_headers_are_recognised(header: str, name: str) -> None:
    assert recognise(header.split(",")).name == name
