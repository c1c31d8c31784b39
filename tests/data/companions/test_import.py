"""Companion files into the store: receipts that add up, refused rows with a reason, all or nothing."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data import ledger
from data.companions import read
from data.companions.rules import meanings
from data.errors import InputError
from data.ingest import ImportOptions, ingest
from data.rejects import rejects
from data.settings import ROOT, Settings

Write = Callable[..., Path]
ITEMS = "item_id,name,category,brand,price,description"
MUG = "i1,Mug,kitchen > mugs,Northshore,12.50,Holds tea"
VASE = "i2,Vase,home,,,"
HEADERS = {
    "items": ITEMS,
    "customers": "user_id,email,phone,consent_email,consent_sms",
    "campaigns": "campaign_id,user_id,sent_at,arm,channel,converted,revenue",
    "promotions": "promotion_id,item_id,start,end,discount,coupon",
    "stock": "item_id,out_from,out_to",
}
GOOD = {
    "items": (MUG, VASE),
    "customers": ("u1,ann@example.com,+44 7700 900111,yes,no", "u2,,,,"),
    "campaigns": ("c1,u1,2026-03-01 09:00,treated,email,yes,20", "c1,u2,,holdout,,no,"),
    "promotions": ("p1,i1,2026-03-01,2026-03-07,20%,", "p1,i2,2026-03-01,,,X1"),
    "stock": ("i1,2026-03-01,2026-03-02", "i2,2026-03-01,"),
}


@pytest.fixture
def bring(settings: Settings, write_csv: Write) -> Callable[..., dict]:
    """Import rows as a file of `kind`; comes back with the receipt."""

    def go(kind: str, *rows: str, name: str = "file.csv", header: str | None = None, **options: object) -> dict:
        path = write_csv(name, *rows, header=header or HEADERS[kind])
        return ingest(settings, path, ImportOptions(kind=kind, **options))  # type: ignore[arg-type]

    return go


@pytest.mark.parametrize("kind", HEADERS)
def test_receipts_add_up_and_say_what_they_are(bring, kind: str) -> None:
    receipt = bring(kind, *GOOD[kind], GOOD[kind][0])
    assert receipt["rows"] == {"read": 3, "kept": 2, "duplicate": 1, "rejected": 0}
    assert (receipt["kind"], receipt["format"], receipt["rejected_by_reason"]) == (kind, "tideline", {})
    assert receipt["import"].startswith("imp-")
    assert (receipt["users"], receipt["items"]) == ((2, None) if kind in ("customers", "campaigns") else (None, 2))
    assert (receipt["first"] is None) == (kind in ("items", "customers"))
    assert receipt["timezone"] == (None if kind in ("items", "customers") else "UTC")


REFUSED = [
    ("items", ",Cup,,,,", "item_id_missing", "item_id", None, "no item_id"),
    ("items", "i3,Cup,,,cheap,", "price_unreadable", "price", "cheap", "price is not a number"),
    ("items", "i3,Cup,,,-1,", "price_negative", "price", "-1", "price is below zero"),
    ("customers", ",x@example.com,,,", "user_id_missing", "user_id", None, "no user_id"),
    ("customers", "u3,x@@example.com,,,", "email_unreadable", "email", "x@@example.com",
     "email is not the shape of an e-mail address"),
    ("customers", "u3,,12-34,,", "phone_unreadable", "phone", "12-34", "phone is not a phone number of 7 to 15 digits"),
    ("customers", "u3,,,maybe,", "consent_email_unreadable", "consent_email", "maybe",
     "consent_email is not yes or no"),
    ("customers", "u3,,,,2", "consent_sms_unreadable", "consent_sms", "2", "consent_sms is not yes or no"),
    ("campaigns", ",u3,2026-03-01,treated,,,", "campaign_id_missing", "campaign_id", None, "no campaign_id"),
    ("campaigns", "c1,,2026-03-01,treated,,,", "user_id_missing", "user_id", None, "no user_id"),
    ("campaigns", "c1,u3,2026-03-01,,,,", "arm_missing", "arm", None, "no arm"),
    ("campaigns", "c1,u3,2026-03-01,B,,,", "arm_unreadable", "arm", "B",
     "arm is not treated or holdout; say what it means with --value arm:THEIRS=OURS"),
    ("campaigns", "c1,u3,,treated,,,", "sent_at_missing", "sent_at", None,
     "no sent_at, and the person is not held out"),
    ("campaigns", "c1,u3,soon,treated,,,", "sent_at_unreadable", "sent_at", "soon",
     "sent_at is not a date or time that can be read"),
    ("campaigns", "c1,u3,2999-01-01,treated,,,", "sent_at_out_of_range", "sent_at", "2999-01-01",
     "sent_at is before 1995 or after tomorrow"),
    ("campaigns", "c1,u3,2026-03-01,treated,,perhaps,", "converted_unreadable", "converted", "perhaps",
     "converted is not yes or no"),
    ("campaigns", "c1,u3,2026-03-01,treated,,,much", "revenue_unreadable", "revenue", "much",
     "revenue is not a number"),
    ("promotions", ",i3,2026-03-01,,,", "promotion_id_missing", "promotion_id", None, "no promotion_id"),
    ("promotions", "p1,,2026-03-01,,,", "item_id_missing", "item_id", None, "no item_id"),
    ("promotions", "p1,i3,,,,", "start_missing", "start", None, "no start"),
    ("promotions", "p1,i3,1990-03-01,,,", "start_out_of_range", "start", "1990-03-01",
     "start is before 1995 or more than ten years ahead"),
    ("promotions", "p1,i3,March,,,", "start_unreadable", "start", "March",
     "start is not a date or time that can be read"),
    ("promotions", "p1,i3,2026-03-01,9999-12-31,,", "end_out_of_range", "end", "9999-12-31",
     "end is before 1995 or more than ten years ahead"),
    ("promotions", "p1,i3,2026-03-01,2026-02-28,,", "end_before_start", "end", "2026-02-28", "end is not after start"),
    ("promotions", "p1,i3,2026-03-01,,5 off,", "discount_unreadable", "discount", "5 off",
     "discount is not a number or a percentage"),
    ("promotions", "p1,i3,2026-03-01,,1,", "discount_ambiguous", "discount", "1",
     "discount is 1, which could be 1 % or all; write 1% or 100%"),
    ("promotions", "p1,i3,2026-03-01,,120,", "discount_out_of_range", "discount", "120",
     "discount is below 0 or above 100 %"),
    ("stock", ",2026-03-01,", "item_id_missing", "item_id", None, "no item_id"),
    ("stock", "i3,,", "out_from_missing", "out_from", None, "no out_from"),
    ("stock", "i3,2026-03-05,2026-03-04 10:00", "out_to_before_out_from", "out_to", "2026-03-04 10:00",
     "out_to is not after out_from"),
    ("stock", "i3,2026-03-05,later", "out_to_unreadable", "out_to", "later",
     "out_to is not a date or time that can be read"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "row", "reason", "column", "found", "meaning"), REFUSED)
def test_refused_rows_say_why(
    bring, settings: Settings, kind: str, row: str, reason: str, column: str, found: str | None, meaning: str
) -> None:
    receipt = bring(kind, *GOOD[kind], row)
    assert receipt["rows"] == {"read": 3, "kept": 2, "duplicate": 0, "rejected": 1}
    assert receipt["rejected_by_reason"] == {reason: 1}
    refused = rejects(settings, receipt["import"]).row(0, named=True)
    assert (refused["line"], refused["counted"], refused["reason"]) == (3, "record", reason)
    assert (refused["column"], refused["found"]) == (column, found)
    assert list(json.loads(refused["raw"])) == HEADERS[kind].split(",")
    assert meanings(kind)[reason] == meaning


@pytest.mark.parametrize("kind", HEADERS)
def test_every_reason_of_a_kind_has_words(kind: str) -> None:
    said = meanings(kind)
    assert {"too_few_columns", "too_many_columns", "malformed", "replaced_by_later_row"} < set(said)
    assert all(said.values())


def test_of_two_rows_with_one_key_the_later_counts_and_the_earlier_is_told(bring, settings: Settings) -> None:
    receipt = bring("items", MUG, VASE, "I1,Cup,kitchen,,9,", MUG.replace("Holds", "Holds hot"))
    assert receipt["rows"] == {"read": 4, "kept": 2, "duplicate": 0, "rejected": 2}
    assert receipt["rejected_by_reason"] == {"replaced_by_later_row": 2}
    assert meanings("items")["replaced_by_later_row"] == (
        "a later row of the file has the same item_id, and the later one counts"
    )
    assert read.items(settings)["description"].to_list() == ["Holds hot tea", None]
    refused = rejects(settings, receipt["import"])
    assert refused["line"].to_list() == [1, 3]
    assert refused["found"].to_list() == ["i1", "I1"]


def test_a_copy_of_an_earlier_row_is_a_duplicate_and_says_it_once_more(bring, settings: Settings) -> None:
    receipt = bring("items", MUG, "i1,Cup,,,,", MUG)
    assert receipt["rows"] == {"read": 3, "kept": 1, "duplicate": 1, "rejected": 1}
    assert read.items(settings)["name"].to_list() == ["Mug"]


def test_a_refused_row_replaces_none(bring, settings: Settings) -> None:
    receipt = bring("items", MUG, VASE, "i1,Cup,,,cheap,")
    assert receipt["rejected_by_reason"] == {"price_unreadable": 1}
    assert read.items(settings)["name"].to_list() == ["Mug", "Vase"]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("promotions", "p1,i1,2026-03-01,2026-03-07,20%,A", "p1,i1,2026-03-01,2026-03-07,20%,B"),
        ("promotions", "p1,i1,2026-03-01,2026-03-07,20%,", "p1,i1,2026-04-01,2026-04-07,20%,"),
        ("campaigns", "c1,u1,2026-03-01,treated,,,", "c2,u1,2026-03-01,treated,,,"),
        ("stock", "i1,2026-03-01,2026-03-02", "i1,2026-04-01,"),
    ],
)
def test_rows_with_different_keys_are_kept_side_by_side(bring, kind: str, first: str, second: str) -> None:
    assert bring(kind, first, second)["rows"]["kept"] == 2


def test_a_person_is_in_one_arm_of_a_campaign(bring, settings: Settings) -> None:
    receipt = bring(
        "campaigns", "c1,u1,2026-03-01,treated,email,,", "c1,u1,2026-03-02,treated,sms,,", "c1,u2,,holdout,,,"
    )
    assert receipt["rejected_by_reason"] == {"replaced_by_later_row": 1}
    assert meanings("campaigns")["replaced_by_later_row"] == (
        "a later row of the file has the same campaign_id and user_id, and the later one counts"
    )
    assert sorted(filter(None, read.campaigns(settings)["channel"])) == ["sms"]


def test_rows_of_the_wrong_shape_keep_their_line_and_text(bring, settings: Settings) -> None:
    receipt = bring("items", MUG, "too,few", VASE)
    assert receipt["rejected_by_reason"] == {"too_few_columns": 1}
    refused = rejects(settings, receipt["import"]).row(0, named=True)
    assert (refused["line"], refused["counted"], refused["raw"]) == (3, "line", "too,few")


def test_the_same_file_again_adds_nothing(bring, settings: Settings) -> None:
    first = bring("items", MUG, VASE)
    again = bring("items", MUG, VASE)
    assert again["import"] == first["import"]
    assert again["rows"] == {"read": 2, "kept": 0, "duplicate": 2, "rejected": 0}
    assert again["warnings"] == [
        f"This very file was imported before as {first['import']} (file.csv); nothing was added. "
        "To import it with other options, undo that import first."
    ]
    assert len(ledger.imports(settings)) == 1


def test_the_same_file_as_another_kind_is_another_import(bring, settings: Settings) -> None:
    header, rows = "item_id,out_from,name", ("i1,2026-03-01,Mug", "i2,2026-03-01,Vase")
    ids = {bring(kind, *rows, header=header)["import"] for kind in ("items", "stock")}
    assert len(ids) == 2
    assert [row.kind for row in ledger.imports(settings, active_only=True)] == ["items", "stock"]


def test_a_dry_run_keeps_nothing(settings: Settings, write_csv: Write) -> None:
    path = write_csv("items.csv", MUG, "i9,,,,x,", MUG, VASE, header=ITEMS)
    receipt = ingest(settings, path, ImportOptions(kind="items"), dry_run=True)
    assert receipt["rows"] == {"read": 4, "kept": 2, "duplicate": 1, "rejected": 1}
    assert ledger.imports(settings) == []
    assert list(settings.var.rglob("*.parquet")) == []


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_separators_and_encodings(settings: Settings, write_csv: Write, delimiter: str, encoding: str) -> None:
    rows = [row.replace(",", delimiter) for row in (MUG.replace("Mug", "Crème"), VASE)]
    path = write_csv("items.csv", *rows, header=ITEMS.replace(",", delimiter), encoding=encoding)
    ingest(settings, path, ImportOptions(kind="items"))
    assert read.items(settings)["name"].to_list() == ["Crème", "Vase"]


def test_compressed_csv_and_parquet(settings: Settings, write_csv: Write, tmp_path: Path) -> None:
    packed = tmp_path / "items.csv.gz"
    packed.write_bytes(gzip.compress(write_csv("items.csv", MUG, header=ITEMS).read_bytes()))
    assert ingest(settings, packed, ImportOptions(kind="items"))["rows"]["kept"] == 1
    frame = pl.DataFrame(
        {"item_id": ["0007", "0008"], "name": ["a", "b"], "price": [1.5, None], "color": ["red", None]}
    )
    frame.write_parquet(tmp_path / "items.parquet")
    receipt = ingest(settings, tmp_path / "items.parquet", ImportOptions(kind="items"))
    assert receipt["other_columns"] == ["color"]
    found = read.items(settings)
    assert found["item_id"].to_list() == ["0007", "0008", "I1"]
    assert found["attributes"].to_list() == ['{"color":"red"}', None, None]


def test_headers_by_other_names_and_by_map(bring, settings: Settings) -> None:
    receipt = bring(
        "items", "A-1,Mug,Northshore,blue", header="SKU,Product Name,Maker,Colour", mapping={"brand": "Maker"}
    )
    assert receipt["mapping"] == {"item_id": "SKU", "name": "Product Name", "brand": "Maker"}
    assert receipt["other_columns"] == ["Colour"]
    assert read.item_facts(settings).row(0) == ("A-1", "Mug", None, "Northshore", None, None)
    bring("customers", "u1,yes", header="Customer ID,Accepts Email Marketing", name="shopify.csv")
    assert read.consents(settings)["consent_email"].to_list() == [True]


def test_a_value_for_every_row_stands_above_a_column_of_that_name(bring, settings: Settings) -> None:
    bring("items", "i1,Mug,x", header="item_id,name,brand", constants={"brand": "Ours"})
    assert read.items(settings)["brand"].to_list() == ["Ours"]


@pytest.mark.parametrize(
    ("kind", "header", "options", "message"),
    [
        ("items", "id,name", {}, "file.csv has no column for item_id. Its columns are id, name. Name the right one with"
                                 " --map item_id=COLUMN."),
        ("campaigns", "campaign_id,user_id", {}, "has no column for sent_at, arm"),
        ("items", ITEMS, {"mapping": {"colour": "name"}},
         "there is no canonical column 'colour'. They are item_id, name"),
        ("items", ITEMS, {"mapping": {"name": "title"}}, "file.csv has no column 'title'. It has item_id, name"),
        ("items", ITEMS, {"constants": {"colour": "x"}}, "--set colour=...: there is no canonical column 'colour'."),
        ("items", ITEMS, {"format": "rees46"}, "--format rees46 is a format of logs. Leave it out with --kind items."),
        ("items", ITEMS, {"values": {"arm:B": "treated"}},
         r"--value arm:B=treated: write it as COLUMN:THEIRS=OURS. Columns of items that take it: none\."),
        ("campaigns", HEADERS["campaigns"], {"values": {"arm:B": "sent"}},
         "--value arm:B=sent: 'sent' is not a value of arm. They are treated, holdout."),
        ("customers", HEADERS["customers"], {"constants": {"email": "x"}},
         "--set email=...: email belongs to one person and cannot be the same in every row."),
        ("nothing", ITEMS, {}, "There is no kind 'nothing'. Kinds of file: events, items, customers, reviews"),
        ("events", ITEMS, {}, "It looks like a file of items: try --kind items."),
    ],
)  # fmt: skip
def test_what_cannot_be_imported(
    bring, settings: Settings, kind: str, header: str, options: dict, message: str
) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        bring(kind, ",".join("x" for _ in header.split(",")), header=header, **options)
    assert ledger.imports(settings) == []


def test_a_file_of_which_most_rows_are_refused_is_not_imported(bring, settings: Settings) -> None:
    with pytest.raises(
        InputError, match=r"2 of the first 3 rows of file.csv cannot be used: 2 price_unreadable \(such as"
    ):
        bring("items", MUG, "i2,Vase,,,x,", "i3,Cup,,,y,")
    assert ledger.imports(settings) == []
    # Rows that later ones replace were understood, however many they are.
    assert bring("items", *[f"i1,Mug {i},,,," for i in range(9)])["rows"]["kept"] == 1


def test_later_rows_of_another_file_are_told(bring) -> None:
    bring("items", MUG, VASE)
    receipt = bring("items", "i1,Cup,,,,", "i3,Bowl,,,,", "i2,Vase,,,bad,", name="later.csv")
    assert receipt["replaced"] == 1
    assert receipt["warnings"] == [
        "Rows whose item_id an earlier import has: 1. This file counts for them from now on.",
        "Refused rows whose item_id an earlier import has: 1. What that import says still counts. Mend those rows and"
        " import them.",
    ]


def test_companions_leave_the_reach_of_the_log_alone(settings: Settings, write_csv: Write) -> None:
    ingest(settings, write_csv("log.csv", "2026-03-01 10:00:00,view,u1,i1,Mug,,,"), ImportOptions())
    before = ledger.data_version(settings)
    path = write_csv("stock.csv", "i1,2020-01-01,2020-01-05", header=HEADERS["stock"])
    receipt = ingest(settings, path, ImportOptions(kind="stock"))
    assert receipt["first"] == "2020-01-01T00:00:00"
    assert ledger.data_version(settings) == before + 1
    assert [f.path for f in ledger.files(settings, "stock")] == [f"lake/companions/stock/{receipt['import']}.parquet"]


def test_the_documentation_names_every_reason() -> None:
    rows = {line.split("|")[1].strip(): line for line in (ROOT / "docs" / "formats.md").read_text().splitlines()
            if line.startswith("|") and line.count("|") == 3}  # fmt: skip
    always = {"too_few_columns", "too_many_columns", "malformed", "replaced_by_later_row"}
    for kind in HEADERS:
        assert set(re.findall(r"`(\w+)`", rows[kind])) == set(meanings(kind)) - always
