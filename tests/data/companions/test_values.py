"""How single values are read: consents, phones, addresses, discounts, arms, and what a day means in the shop's zone."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from data.companions import read
from data.errors import InputError
from data.ingest import ImportOptions, ingest
from data.settings import Settings

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *((word, True) for word in ("yes", "YES", "true", "1", "granted", "Subscribed", "opted_in", " yes ")),
        *((word, False) for word in ("no", "False", "0", "denied", "unsubscribed", "opted_out")),
        *((word, None) for word in ("", " ", "unknown", "NULL", "n/a", "unspecified")),
    ],
)
def test_consent_is_only_what_somebody_said(
    settings: Settings, write_csv: Write, text: str, meant: bool | None
) -> None:
    path = write_csv("c.csv", f"u1,{text}", header="user_id,consent_email")
    ingest(settings, path, ImportOptions(kind="customers"))
    assert read.consents(settings)["consent_email"].to_list() == [meant]
    assert read.consents(settings)["consent_sms"].to_list() == [None]


def test_their_words_for_consent(settings: Settings, write_csv: Write) -> None:
    path = write_csv("c.csv", "u1,ja", "u2,Nein", "u3,egal", header="user_id,consent_email")
    values = {"consent_email:ja": "yes", "consent_email:nein": "no", "consent_email:egal": "unknown"}
    ingest(settings, path, ImportOptions(kind="customers", values=values))
    found = read.customers(settings).sort("user_id")
    assert found["consent_email"].to_list() == [True, False, None]


@pytest.mark.parametrize(
    ("given", "kept", "normal"),
    [
        ("+44 7700 900123", "+44 7700 900123", "+447700900123"),
        ("+44 (0)7700-900.123", "+44 (0)7700-900.123", "+447700900123"),
        ("0044 7700 900123", "0044 7700 900123", "+447700900123"),
        ("'+447700900123", "+447700900123", "+447700900123"),
        ("07700 900123", "07700 900123", None),
        ("(202) 555-0143", "(202) 555-0143", None),
    ],
)
def test_phones_are_kept_as_given_and_made_dialable(
    settings: Settings, write_csv: Write, given: str, kept: str, normal: str | None
) -> None:
    path = write_csv("c.csv", f"u1,{given}", header="user_id,phone")
    receipt = ingest(settings, path, ImportOptions(kind="customers"))
    found = read.customers(settings).row(0, named=True)
    assert (found["phone"], found["phone_e164"]) == (kept, normal)
    said = "Phone numbers without a country code: 1. They are kept as given; no export can use them."
    assert receipt["warnings"] == ([] if normal else [said])


@pytest.mark.parametrize("phone", ["12345", "1234567890123456", "+44 7700 ext 5", "call me", "++447700900123"])
def test_what_is_no_phone(settings: Settings, write_csv: Write, phone: str) -> None:
    path = write_csv("c.csv", f"u1,{phone}", "u2,", header="user_id,phone")
    assert ingest(settings, path, ImportOptions(kind="customers"))["rejected_by_reason"] == {"phone_unreadable": 1}


@pytest.mark.parametrize(
    ("email", "is_one"),
    [
        ("ann@example.com", True),
        ("Ann.O'Neil+shop@mail.example.co.uk", True),
        ("zoë@例え.example", True),
        ("ann@example", False),
        ("ann@.example.com", False),
        ("ann example.com", False),
        ("a@b@example.com", False),
        ("ann@example.com>", False),
        ("x" * 250 + "@example.com", False),
    ],
)
def test_the_shape_of_an_address(settings: Settings, write_csv: Write, email: str, is_one: bool) -> None:
    path = write_csv("c.csv", f"u1,{email}", "u2,", header="user_id,email")
    receipt = ingest(settings, path, ImportOptions(kind="customers"))
    assert receipt["rejected_by_reason"] == ({} if is_one else {"email_unreadable": 1})
    assert set(read.customers(settings)["email"]) == ({email, None} if is_one else {None})


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("20%", "0.2"), ("0.2", "0.2"), ("20", "0.2"), ("12.5 %", "0.125"), ("1%", "0.01"), ("100%", "1"), ("100", "1"),
     ("0", "0"), ("0%", "0"), ("1.5", "0.015"), ("0.5%", "0.005"), ("", None)],
)  # fmt: skip
def test_a_discount_is_a_fraction_or_a_percentage(
    settings: Settings, write_csv: Write, text: str, fraction: str | None
) -> None:
    path = write_csv("p.csv", f"p,i,2026-03-01,{text}", header="promotion_id,item_id,start,discount")
    ingest(settings, path, ImportOptions(kind="promotions"))
    assert read.promotions(settings)["discount"].to_list() == [fraction and Decimal(fraction)]


@pytest.mark.parametrize("text", ["-5", "-5%", "101", "100.5%"])
def test_discounts_below_nothing_and_above_all(settings: Settings, write_csv: Write, text: str) -> None:
    rows = (f"p,i,2026-03-01,{text}", "p,j,2026-03-01,")
    path = write_csv("p.csv", *rows, header="promotion_id,item_id,start,discount")
    receipt = ingest(settings, path, ImportOptions(kind="promotions"))
    assert receipt["rejected_by_reason"] == {"discount_out_of_range": 1}


def test_arms_by_other_words(settings: Settings, write_csv: Write) -> None:
    arms = ("Treatment", "sent", "Control", "hold-out", "A", "b")
    rows = (f"c,u{n},2026-03-01,{arm}" for n, arm in enumerate(arms))
    path = write_csv("c.csv", *rows, header="campaign_id,user_id,sent_at,group")
    options = ImportOptions(kind="campaigns", values={"arm:a": "treated", "arm:B": "holdout"})
    receipt = ingest(settings, path, options)
    assert receipt["rows"]["kept"] == 6
    assert receipt["mapping"]["arm"] == "group"
    assert read.campaigns(settings)["arm"].value_counts().sort("arm").rows() == [("holdout", 3), ("treated", 3)]


def test_days_are_those_of_the_shop_and_an_end_without_a_time_is_the_end_of_its_day(
    settings: Settings, write_csv: Write
) -> None:
    rows = ("i1,2026-07-01,2026-07-03", "i2,2026-07-01 12:00,2026-07-03 08:00", "i3,2026-07-01T22:30:00Z,")
    path = write_csv("s.csv", *rows, header="item_id,out_from,out_to")
    receipt = ingest(settings, path, ImportOptions(kind="stock", timezone="Europe/London"))
    assert (receipt["first"], receipt["last"]) == ("2026-07-01T00:00:00", "2026-07-01T23:30:00")
    found = read.stock(settings)
    assert found["out_from"].to_list() == [
        datetime(2026, 6, 30, 23), datetime(2026, 7, 1, 11), datetime(2026, 7, 1, 22, 30)
    ]  # fmt: skip
    assert found["out_to"].to_list() == [datetime(2026, 7, 3, 23), datetime(2026, 7, 3, 7), None]
    assert found["first_day"].to_list() == [date(2026, 7, 1)] * 3
    assert found["last_day"].to_list() == [date(2026, 7, 3), date(2026, 7, 3), None]


def test_a_promotion_of_one_day(settings: Settings, write_csv: Write) -> None:
    path = write_csv("p.csv", "p,i,2026-03-01,2026-03-01", header="promotion_id,item_id,start,end")
    ingest(settings, path, ImportOptions(kind="promotions"))
    found = read.promotions(settings).row(0, named=True)
    assert (found["start"], found["end"]) == (datetime(2026, 3, 1), datetime(2026, 3, 2))
    assert (found["first_day"], found["last_day"]) == (date(2026, 3, 1), date(2026, 3, 1))


def test_times_written_in_other_ways(settings: Settings, write_csv: Write) -> None:
    header = "promotion_id,item_id,start,end"
    ingest(settings, write_csv("a.csv", "a,i,25/03/2026,26/03/2026", header=header), ImportOptions(kind="promotions"))
    ingest(settings, write_csv("b.csv", "b,i,20260325,20260326", header=header), ImportOptions(kind="promotions"))
    ingest(settings, write_csv("c.csv", "c,i,1774396800,1774569600", header=header), ImportOptions(kind="promotions"))
    assert set(read.promotions(settings)["start"]) == {datetime(2026, 3, 25)}
    assert set(read.promotions(settings)["end"]) == {datetime(2026, 3, 27)}


def test_days_and_months_that_cannot_be_told_apart_are_asked_for(settings: Settings, write_csv: Write) -> None:
    path = write_csv("p.csv", "p,i,01/02/2026,03/02/2026", header="promotion_id,item_id,start,end")
    with pytest.raises(InputError, match="Column start could be day-first or month-first: '01/02/2026'"):
        ingest(settings, path, ImportOptions(kind="promotions"))
    ingest(settings, path, ImportOptions(kind="promotions", day_first=True))
    assert read.promotions(settings)["first_day"].to_list() == [date(2026, 2, 1)]


def test_files_without_times_say_nothing_about_the_time_zone(settings: Settings, write_csv: Write) -> None:
    ingest(settings, write_csv("i.csv", "i1,Mug", header="item_id,name"), ImportOptions(kind="items"))
    log = write_csv("log.csv", "2026-03-01 10:00:00,view,u1,i1,Mug,,,")
    assert ingest(settings, log, ImportOptions(timezone="Asia/Shanghai"))["timezone"] == "Asia/Shanghai"
    path = write_csv("s.csv", "i1,2026-03-01,", header="item_id,out_from,out_to")
    with pytest.raises(InputError, match="This store's days are those of Asia/Shanghai"):
        ingest(settings, path, ImportOptions(kind="stock", timezone="UTC"))
    assert ingest(settings, path, ImportOptions(kind="stock"))["timezone"] == "Asia/Shanghai"
