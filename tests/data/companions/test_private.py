"""Contact data and consents lie with the identity table and nowhere else: not in the lake, not in what is served."""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data import ledger
from data.errors import InputError
from data.ingest import ImportOptions, ingest
from data.preview import preview
from data.publish import publish
from data.rejects import rejects
from data.settings import Settings

Write = Callable[..., Path]
SECRETS = (
    "ann.secret@example.com", "bob.secret@@example.com", "cyd.secret@example.com", "7700 900111", "7700900111",
    "07700 900222", "Secretname", "secret-tier", "dee.secret@example.com",
)  # fmt: skip
CUSTOMERS = (
    "u1,ann.secret@example.com,+44 7700 900111,Secretname,yes,secret-tier",
    "u2,bob.secret@@example.com,,,no,",
    "u3,cyd.secret@example.com,07700 900222,,maybe,",
    "u4,,,,,",
    "u5,,,,no,",
    "u6,too,few",
)
CUSTOMER_HEADER = "user_id,email,phone,first_name,consent_email,tier"
CAMPAIGNS = (
    "c1,dee.secret@example.com,2026-03-01,treated,yes,Secretname",
    "c1,u2,2026-03-01,treated,cyd.secret@example.com,",
    "c1,u3,,holdout,no,",
)
CAMPAIGN_HEADER = "campaign_id,user_id,sent_at,arm,converted,note"


@pytest.fixture
def loaded(settings: Settings, write_csv: Write) -> Settings:
    ingest(settings, write_csv("log.csv", "2026-03-01 10:00:00,view,u1,i1,Mug,,,"), ImportOptions())
    customers = write_csv("customers.csv", *CUSTOMERS, header=CUSTOMER_HEADER)
    assert ingest(settings, customers, ImportOptions(kind="customers"))["rows"] == {
        "read": 6, "kept": 3, "duplicate": 0, "rejected": 3
    }  # fmt: skip
    campaigns = write_csv("campaigns.csv", *CAMPAIGNS, header=CAMPAIGN_HEADER)
    assert ingest(settings, campaigns, ImportOptions(kind="campaigns"))["rows"] == {
        "read": 3, "kept": 2, "duplicate": 0, "rejected": 1
    }  # fmt: skip
    return settings


def texts(path: Path) -> str:
    """Everything a file says: its bytes, and its values once decoded."""
    said = path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        said += repr(pl.read_parquet(path, hive_partitioning=False).rows())
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                said += repr(connection.execute(f'select * from "{table}"').fetchall())
    return said


def leaks(folder: Path) -> list[tuple[str, str]]:
    found = [(path.relative_to(folder).as_posix(), texts(path)) for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(name, secret) for name, said in found for secret in SECRETS if secret in said]


def test_only_the_identity_table_holds_contact_data(loaded: Settings) -> None:
    everywhere = leaks(loaded.var)
    assert {name.split("/")[0] for name, _ in everywhere} == {"identity"}
    assert {secret for _, secret in everywhere} == set(SECRETS)
    assert {name.split("/")[1] for name, _ in everywhere} >= {"customers", "campaigns", "rejects"}


def test_nothing_that_is_served_holds_contact_data(loaded: Settings) -> None:
    publish(loaded)
    assert list(loaded.serve.glob("*.duckdb"))
    for folder in ("lake", "serve", "text"):
        assert leaks(loaded.var / folder) == []
    assert leaks(loaded.var) and all(name.startswith("identity/") for name, _ in leaks(loaded.var))


def test_the_lake_knows_people_by_number_only(loaded: Settings) -> None:
    assert [f.path for f in ledger.files(loaded, "campaigns", "customers") if not f.path.startswith("identity/")] == []
    for row in ledger.imports(loaded):
        for file in ledger.files(loaded, "rejects", import_id=row.import_id):
            assert file.path.startswith("identity/rejects/")


def test_refused_rows_come_out_for_who_asks_by_name(loaded: Settings) -> None:
    row = next(row for row in ledger.imports(loaded) if row.kind == "customers")
    found = rejects(loaded, row.import_id)
    assert set(found["reason"]) == {"email_unreadable", "consent_email_unreadable", "too_few_columns"}
    assert "bob.secret@@example.com" in found["found"].to_list()


@pytest.mark.parametrize(
    ("kind", "header", "rows", "message"),
    [
        ("customers", CUSTOMER_HEADER, [CUSTOMERS[1], "u8,bad.secret@@x,,,,"],
         "2 of the first 2 rows of c.csv cannot be used: 2 email_unreadable (first in row 1)"),
        ("customers", CUSTOMERS[0], CUSTOMERS[1:3],
         "The first line of c.csv holds values, not the names of columns. Put"),
        ("customers", "cyd.secret@example.com", [], "c.csv has a single column ('(hidden)')."),
        ("customers", "07700 900222,07700 900222", [], "a column twice or not at all ('(hidden)')"),
        ("customers", "user_id,email", [CUSTOMERS[0]] * 3,
         "3 of the first 3 rows do not have the 2 columns of the header (the first is row 1)."),
        ("events", CUSTOMERS[0], CUSTOMERS[1:2],
         "Its columns are u1, (hidden), (hidden), Secretname, yes, secret-tier."),
        ("events", "event_time,event_type,user_id,item_id", ["ann.secret@example.com,view,u,i"],
         "1 event_time_unreadable (such as '(hidden)', row 1)"),
    ],
)  # fmt: skip
def test_messages_repeat_no_address(
    settings: Settings, write_csv: Write, kind: str, header: str, rows: list[str], message: str
) -> None:
    path = write_csv("c.csv", *rows, header=header)
    with pytest.raises(InputError, match=re.escape(message)) as raised:
        ingest(settings, path, ImportOptions(kind=kind))
    assert [secret for secret in SECRETS[:6] if secret in raised.value.message] == []


def test_a_look_at_a_file_shows_no_contact_data(settings: Settings, write_csv: Write) -> None:
    path = write_csv("c.csv", *CUSTOMERS[:3], header=CUSTOMER_HEADER)
    look = preview(settings, path)
    assert (look.suggested, look.kind) == ("customers", "customers")
    assert set(look.examples.values()) == {()}
    as_log = preview(settings, path, kind="events")
    assert as_log.examples["email"] == as_log.examples["phone"] == as_log.examples["first_name"] == ()
    unnamed = write_csv("d.csv", *CUSTOMERS[:3], header="a,b,c,d,e,f")
    assert preview(settings, unnamed).examples["b"] == ("(hidden)", "(hidden)", "(hidden)")
    headerless = write_csv("e.csv", *CUSTOMERS[1:3], header=CUSTOMERS[0])
    with pytest.raises(InputError, match=r"The first line of e.csv holds values, not the names of columns."):
        preview(settings, headerless)
