"""Reading logs: what is kept, what is a duplicate, what is refused and why; nothing is lost."""

import gzip
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from data import ledger
from data.errors import InputError
from data.ingest import ImportOptions, ingest
from data.rejects import rejects
from data.settings import Settings

Write = Callable[..., Path]
Events = Callable[[Settings], pl.DataFrame]
A = "2026-03-01 10:00:00,view,u1,i1,Lamp,9.50,1,France"
B = "2026-03-01 10:05:00,purchase,u1,i1,Lamp,9.50,2,France"
C = "2026-03-02 09:00:00,purchase,,i2,Vase,3,1,Spain"


def test_kept_rows_are_typed(settings: Settings, write_csv: Write, events: Events) -> None:
    receipt = ingest(settings, write_csv("log.csv", A, B, C), ImportOptions())
    assert receipt["rows"] == {"read": 3, "kept": 3, "duplicate": 0, "rejected": 0}
    assert receipt["events_by_type"] == {"purchase": 2, "view": 1}
    assert (receipt["users"], receipt["items"]) == (1, 2)
    assert (receipt["first"], receipt["last"]) == ("2026-03-01T10:00:00", "2026-03-02T09:00:00")
    rows = events(settings)
    assert rows["event_time"].to_list()[0] == datetime(2026, 3, 1, 10)
    assert rows["revenue"].to_list() == [Decimal("0.0000"), Decimal("19.0000"), Decimal("3.0000")]
    assert rows["user_no"].is_null().to_list() == [False, False, True]
    assert rows["item_id"].to_list() == ["I1", "I1", "I2"]
    assert rows["item_code"].to_list() == ["i1", "i1", "i2"]


def test_rows_equal_in_every_column_count_once(settings: Settings, write_csv: Write) -> None:
    receipt = ingest(settings, write_csv("log.csv", A, B, A, A), ImportOptions())
    assert receipt["rows"] == {"read": 4, "kept": 2, "duplicate": 2, "rejected": 0}


def test_rows_that_differ_in_a_name_only_are_two_events(settings: Settings, write_csv: Write) -> None:
    receipt = ingest(settings, write_csv("log.csv", A, A.replace("Lamp", "LAMP")), ImportOptions())
    assert receipt["rows"]["kept"] == 2


@pytest.mark.parametrize(
    ("row", "reason", "column", "found"),
    [
        (",view,u1,i1,,,,", "event_time_missing", "event_time", None),
        ("31/02/2026x,view,u1,i1,,,,", "event_time_unreadable", "event_time", "31/02/2026x"),
        ("1970-01-01 00:00:00,view,u1,i1,,,,", "event_time_out_of_range", "event_time", "1970-01-01 00:00:00"),
        ("2026-03-01 10:00:00,,u1,i1,,,,", "event_type_missing", "event_type", None),
        ("2026-03-01 10:00:00,zoom,u1,i1,,,,", "event_type_unknown", "event_type", "zoom"),
        ("2026-03-01 10:00:00,view,u1,,,,,", "item_id_missing", "item_id", None),
        ("2026-03-01 10:00:00,view,u1,i1,,cheap,,", "price_unreadable", "price", "cheap"),
        ("2026-03-01 10:00:00,view,u1,i1,,1,many,", "quantity_unreadable", "quantity", "many"),
        ("2026-03-01 10:00:00,purchase,u1,i1,,1,-2,", "quantity_not_positive", "quantity", "-2"),
        ("2026-03-01 10:00:00,purchase,u1,i1,,9999999999999,9999,", "amount_too_large", "price", "9999999999999"),
    ],
)
def test_refused_rows_say_why(
    settings: Settings, write_csv: Write, row: str, reason: str, column: str, found: str | None
) -> None:
    receipt = ingest(settings, write_csv("log.csv", A, B, row), ImportOptions())
    assert receipt["rows"] == {"read": 3, "kept": 2, "duplicate": 0, "rejected": 1}
    assert receipt["rejected_by_reason"] == {reason: 1}
    refused = rejects(settings, receipt["import"]).row(0, named=True)
    assert (refused["line"], refused["counted"], refused["reason"]) == (3, "record", reason)
    assert (refused["column"], refused["found"]) == (column, found)
    assert json.loads(refused["raw"])["event_time"] == (row.split(",")[0] or None)


def test_rows_of_the_wrong_shape_keep_their_physical_line_and_exact_text(settings: Settings, write_csv: Write) -> None:
    quoted = '2026-03-01 11:00:00,view,u2,i1,"two\nlines",1,1,France'
    receipt = ingest(settings, write_csv("log.csv", A, quoted, "too,few", B, B + ",extra"), ImportOptions())
    assert receipt["rows"] == {"read": 5, "kept": 3, "duplicate": 0, "rejected": 2}
    refused = rejects(settings, receipt["import"]).sort("line")
    assert refused["line"].to_list() == [5, 7]
    assert refused["counted"].to_list() == ["line", "line"]
    assert refused["reason"].to_list() == ["too_few_columns", "too_many_columns"]
    assert refused["raw"].to_list() == ["too,few", B + ",extra"]


def test_a_quote_that_is_never_closed_stops_the_import(settings: Settings, write_csv: Write) -> None:
    with pytest.raises(InputError, match="a quote is opened and never closed"):
        ingest(settings, write_csv("log.csv", A, B, '2026-03-01 12:00:00,view,u1,"i1'), ImportOptions())
    assert ledger.imports(settings) == []
    assert ledger.files(settings) == []


def test_blank_lines_are_no_rows(settings: Settings, write_csv: Write) -> None:
    assert ingest(settings, write_csv("log.csv", A, "", B, "", ""), ImportOptions())["rows"]["read"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_are_recognised(settings: Settings, write_csv: Write, events: Events, encoding: str) -> None:
    path = write_csv("log.csv", A.replace("Lamp", "Crème brûlée"), encoding=encoding)
    ingest(settings, path, ImportOptions())
    assert events(settings)["item_name"].to_list() == ["Crème brûlée"]


def test_chinese_headers_and_text_in_gb18030(settings: Settings, write_csv: Write, events: Events) -> None:
    path = write_csv(
        "log.csv",
        "2026-03-01 10:00:00,购买,买家一,货号一,红色连衣裙",
        header="时间,行为类型,用户ID,商品ID,商品名称",
        encoding="gb18030",
    )
    receipt = ingest(settings, path, ImportOptions(values={"购买": "purchase"}))
    assert receipt["warnings"] == ["The file is not UTF-8; it was read as gb18030."]
    assert events(settings)["item_name"].to_list() == ["红色连衣裙"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends(settings: Settings, write_csv: Write, ending: str) -> None:
    assert ingest(settings, write_csv("log.csv", A, B, ending=ending), ImportOptions())["rows"]["kept"] == 2


def test_compressed_csv(settings: Settings, write_csv: Write, tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(write_csv("log.csv", A, B, "too,few").read_bytes()))
    receipt = ingest(settings, path, ImportOptions())
    assert receipt["rows"] == {"read": 3, "kept": 2, "duplicate": 0, "rejected": 1}
    assert rejects(settings, receipt["import"])["line"].to_list() == [4]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_separators(settings: Settings, write_csv: Write, delimiter: str) -> None:
    header = "event_time,event_type,user_id,item_id".replace(",", delimiter)
    row = "2026-03-01 10:00:00,view,u1,i1".replace(",", delimiter)
    assert ingest(settings, write_csv("log.csv", row, header=header), ImportOptions())["rows"]["kept"] == 1


def test_parquet_with_large_ids_and_leading_zeros(settings: Settings, tmp_path: Path, events: Events) -> None:
    path = tmp_path / "log.parquet"
    pl.DataFrame(
        {
            "event_time": [datetime(2026, 3, 1, 10), datetime(2026, 3, 1, 11)],
            "event_type": ["view", "view"],
            "user_id": [2103807459595387724, 2103807459595387725],
            "item_id": ["0007", "0008"],
        }
    ).write_parquet(path)
    receipt = ingest(settings, path, ImportOptions())
    assert receipt["users"] == 2
    assert events(settings)["item_id"].to_list() == ["0007", "0008"]
    identity = pl.concat(pl.read_parquet(settings.var / f.path) for f in ledger.files(settings, "identity"))
    assert sorted(identity["user_id"]) == ["2103807459595387724", "2103807459595387725"]


def test_columns_are_mapped_and_others_kept_as_attributes(settings: Settings, write_csv: Write, events: Events) -> None:
    path = write_csv("log.csv", "2026-03-01 10:00:00,u1,i1,mail", header="wann,wer,was,channel")
    options = ImportOptions(
        mapping={"event_time": "wann", "user_id": "wer", "item_id": "was"}, constants={"event_type": "purchase"}
    )
    assert ingest(settings, path, options)["attributes"] == {"channel": 1}
    assert json.loads(events(settings)["attributes"][0]) == {"channel": "mail"}


def test_days_are_those_of_the_shops_time_zone(settings: Settings, write_csv: Write, events: Events) -> None:
    rows = ("2026-07-01 00:30:00,view,u1,i1,,,,", "2026-06-30T23:30:00Z,view,u1,i2,,,,")
    receipt = ingest(settings, write_csv("log.csv", *rows), ImportOptions(timezone="Europe/London"))
    assert events(settings)["event_time"].to_list() == [datetime(2026, 6, 30, 23, 30)] * 2
    assert events(settings)["day"].to_list() == [date(2026, 7, 1)] * 2
    assert receipt["first"] == "2026-07-01T00:30:00"


def test_another_time_zone_is_refused_while_imports_stand(settings: Settings, write_csv: Write) -> None:
    ingest(settings, write_csv("a.csv", A), ImportOptions(timezone="Europe/Paris"))
    with pytest.raises(InputError, match="This store's days are those of Europe/Paris"):
        ingest(settings, write_csv("b.csv", B), ImportOptions(timezone="Asia/Shanghai"))


def test_the_same_file_again_adds_nothing(settings: Settings, write_csv: Write) -> None:
    path = write_csv("log.csv", A, B, C)
    first = ingest(settings, path, ImportOptions())
    again = ingest(settings, path, ImportOptions())
    assert again["import"] == first["import"]
    assert again["rows"] == {"read": 3, "kept": 0, "duplicate": 3, "rejected": 0}
    assert again["warnings"][0].startswith("This very file was imported before as imp-")
    assert len(ledger.imports(settings)) == 1


def test_a_dry_run_keeps_nothing(settings: Settings, write_csv: Write) -> None:
    assert ingest(settings, write_csv("log.csv", A, B), ImportOptions(), dry_run=True)["rows"]["kept"] == 2
    assert ledger.imports(settings) == []
    assert [p for p in (settings.var / "lake").rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("event_time,user_id,item_id", ["2026-03-01,u,i"], "has no column for event_type. Its columns are"),
        ("a,a", ["1,2"], "the header names a column twice or not at all"),
        ("only", ["1"], "has a single column"),
        ("a,b,c", ["1", "2", "3,4,5"], "2 of the first 3 rows do not have the 3 columns of the header"),
        (
            "event_time,event_type,user_id,item_id",
            ["x,view,u,i", "y,view,u,j"],
            "2 of the first 2 rows of log.csv cannot be used: 2 event_time_unreadable",
        ),
    ],
)
def test_files_that_cannot_be_used(
    settings: Settings, write_csv: Write, header: str, rows: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        ingest(settings, write_csv("log.csv", *rows, header=header), ImportOptions())
    assert ledger.imports(settings) == []


def test_missing_empty_and_foreign_files(settings: Settings, tmp_path: Path) -> None:
    for name, content, message in (
        ("empty.csv", b"", "is empty: it has 0 bytes"),
        ("book.xlsx", b"PK\x03\x04rest", "is a spreadsheet or a zip archive"),
        ("bad.parquet", b"PAR1garbage", "starts like Parquet but cannot be read"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=message):
            ingest(settings, tmp_path / name, ImportOptions())
    with pytest.raises(InputError, match="There is no file"):
        ingest(settings, tmp_path / "nowhere.csv", ImportOptions())


def test_hostile_headers_are_only_names(settings: Settings, write_csv: Write, events: Events) -> None:
    hostile = '"x"" FROM ev; DROP TABLE ev; --",\'); select 1; --'
    path = write_csv(
        "log'; drop.csv", "2026-03-01,view,u,i,1,2", header=f"event_time,event_type,user_id,item_id,{hostile}"
    )
    assert ingest(settings, path, ImportOptions())["rows"]["kept"] == 1
    assert set(json.loads(events(settings)["attributes"][0]).values()) == {"1", "2"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ImportOptions(format="nope"), "There is no format 'nope'. Known formats: tideline, online-retail"),
        (ImportOptions(mapping={"item_id": "nope"}), "has no column 'nope'. It has event_time"),
        (ImportOptions(mapping={"nope": "item_id"}), "there is no canonical column 'nope'"),
        (ImportOptions(constants={"nope": "x"}), "there is no canonical column 'nope'"),
        (ImportOptions(values={"buy": "nope"}), "'nope' is not an event type"),
        (ImportOptions(timezone="Mars/Base"), "'Mars/Base' is not a time zone"),
    ],
)
def test_options_that_make_no_sense(settings: Settings, write_csv: Write, options: ImportOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ingest(settings, write_csv("log.csv", A), options)


def test_a_few_good_rows_behind_many_bad_ones_are_not_lost_in_silence(settings: Settings, write_csv: Write) -> None:
    bad = [f"2026-03-01 10:00:00,zoom,u{i},i1,,,," for i in range(30_000)]
    with pytest.raises(
        InputError, match=r"10,000 of the first 10,000 rows .* 10,000 event_type_unknown \(such as 'zoom'"
    ):
        ingest(settings, write_csv("log.csv", *bad, A), ImportOptions())
    good = [A.replace("u1", f"v{i}") for i in range(20_000)]
    receipt = ingest(settings, write_csv("late.csv", *good, *bad, B), ImportOptions())
    assert receipt["rows"] == {"read": 50_001, "kept": 20_001, "duplicate": 0, "rejected": 30_000}


def test_many_rows_of_the_wrong_shape_before_good_ones(settings: Settings, write_csv: Write) -> None:
    good = [A.replace("u1", f"v{i}") for i in range(12_000)]
    receipt = ingest(settings, write_csv("log.csv", *good, *["too,few"] * 20_000, B), ImportOptions())
    assert receipt["rows"] == {"read": 32_001, "kept": 12_001, "duplicate": 0, "rejected": 20_000}
