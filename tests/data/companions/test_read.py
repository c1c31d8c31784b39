"""The tables as they count: the newest import wins by key, and what was undone leaves no trace."""

import re
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data import ledger
from data.companions import read
from data.errors import StoreError
from data.ingest import ImportOptions, ingest
from data.settings import Settings
from data.undo import undo

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
StoreOf = Callable[..., Settings]
TABLES = {
    "items": ("items", "item_facts"), "customers": ("customers", "consents"), "campaigns": ("campaigns",),
    "promotions": ("promotions",), "stock": ("stock",),
}  # fmt: skip
"""What is read of the files of a kind."""
FILES = {
    "items": (
        "item_id,name,price", ("i1,Mug,1", "i2,Vase,2"), ("I2,Bowl,3", "i3,Cup,x", "i4,Jar,4"), ("i1,Pot,", "i5,Lid,"),
    ),
    "customers": (
        "user_id,email,consent_email", ("u1,a@example.com,yes", "u2,b@example.com,yes"),
        ("u2,c@example.com,no", "u3,bad,yes", "u4,,"), ("u1,,", "u5,,1"),
    ),
    "campaigns": (
        "campaign_id,user_id,sent_at,arm,converted", ("c1,u1,2026-03-01,treated,", "c1,u2,,holdout,"),
        ("c1,u1,2026-03-01,treated,yes", "c1,u3,x,treated,", "c2,u1,,holdout,no"),
        ("c1,u2,,holdout,no", "c3,u9,,holdout,"),
    ),
    "promotions": (
        "promotion_id,item_id,start,end", ("p,i1,2026-03-01,2026-03-02", "p,i2,2026-03-01,"),
        ("p,i2,2026-03-01,2026-03-09", "p,i3,x,", "q,i1,2026-03-01,"), ("p,i1,2026-03-01,", "r,i1,2026-03-01,"),
    ),
    "stock": (
        "item_id,out_from,out_to", ("i1,2026-03-01,", "i2,2026-03-01,2026-03-02"),
        ("i1,2026-03-01,2026-03-04", "i3,x,", "i4,2026-03-01,"), ("I1,2026-03-01,2026-03-05", "i5,2026-03-01,"),
    ),
}  # fmt: skip


@pytest.fixture
def paths(write_csv: Write) -> dict[str, list[Path]]:
    """Three files of each kind; each later one holds a key of the first again."""
    return {
        kind: [write_csv(f"{kind}{n}.csv", *rows, header=header) for n, rows in enumerate(files)]
        for kind, (header, *files) in FILES.items()
    }


@pytest.fixture
def store_of(stores: Any) -> StoreOf:
    """A function from a kind and files of it to a store that holds them: the same one each time, or a copy."""

    def give(kind: str, *paths: Path, copy: Path | None = None) -> Settings:
        files = [(path, ImportOptions(kind=kind)) for path in paths]
        found = stores.copy(copy, *files, published=False) if copy else stores.of(*files, published=False)
        assert isinstance(found, Settings)
        return found

    return give


def tables(settings: Settings, kind: str) -> list[pl.DataFrame]:
    return [getattr(read, name)(settings) for name in TABLES[kind]]


def test_an_empty_store_has_every_table_with_its_columns(settings: Settings, store_of: StoreOf, paths: dict) -> None:
    for kind, files in paths.items():
        store = store_of(kind, files[0])
        empty, full = getattr(read, kind)(settings), getattr(read, kind)(store)
        assert (empty.height, full.height) == (0, 2)
        assert empty.schema == full.schema


def test_the_newest_import_has_the_last_word(store_of: StoreOf, paths: dict) -> None:
    stores = {kind: store_of(kind, *files) for kind, files in paths.items()}
    items = read.items(stores["items"])
    assert items.select("item_id", "item_code", "name").rows() == [
        ("I1", "i1", "Pot"), ("I2", "I2", "Bowl"), ("I4", "i4", "Jar"), ("I5", "i5", "Lid")
    ]  # fmt: skip
    assert items["price"].to_list()[0] is None  # a row replaces a row, not a value a value
    customers = read.customers(stores["customers"])
    assert customers.select("user_id", "email", "consent_email").sort("user_id").rows() == [
        ("u1", None, None), ("u2", "c@example.com", False), ("u4", None, None), ("u5", None, True)
    ]  # fmt: skip
    campaigns = read.campaigns(stores["campaigns"])
    ids = dict(identities(stores["campaigns"]))
    rows = campaigns.select("campaign_id", "user_no", "converted").rows()
    assert sorted((campaign, ids[user], converted) for campaign, user, converted in rows) == [
        ("c1", "u1", True), ("c1", "u2", False), ("c2", "u1", False), ("c3", "u9", None)
    ]  # fmt: skip
    promotions = read.promotions(stores["promotions"])
    assert promotions.select("promotion_id", "item_id", pl.col("last_day").cast(pl.String)).rows() == [
        ("p", "I1", None), ("p", "I2", "2026-03-09"), ("q", "I1", None), ("r", "I1", None)
    ]  # fmt: skip
    stock = read.stock(stores["stock"])
    assert stock.select("item_id", pl.col("last_day").cast(pl.String)).rows() == [
        ("I1", "2026-03-05"), ("I2", "2026-03-02"), ("I4", None), ("I5", None)
    ]  # fmt: skip


def identities(settings: Settings) -> list[tuple[int, str]]:
    frames = [pl.read_parquet(settings.var / f.path) for f in ledger.files(settings, "identity")]
    return pl.concat(frames).select("user_no", "user_id").rows()


def test_people_have_the_number_that_they_have_in_the_log(settings: Settings, write_csv: Write, paths: dict) -> None:
    ingest(settings, write_csv("log.csv", "2026-03-01 10:00:00,view,u1,i1,Mug,,,"), ImportOptions())
    ingest(settings, paths["customers"][0], ImportOptions(kind="customers"))
    events = pl.concat(
        pl.read_parquet(settings.var / f.path, hive_partitioning=False) for f in ledger.files(settings, "events")
    )
    known = read.customers(settings).filter(pl.col("user_id") == "u1")
    assert events["user_no"].to_list() == known["user_no"].to_list()


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("order", [*permutations(range(3), 2), (0,), (1,), (2,)])
def test_undo_leaves_the_store_as_if_the_import_had_never_been(
    tmp_path: Path, store_of: StoreOf, paths: dict, digest: Digest, kind: str, order: tuple[int, ...]
) -> None:
    store = store_of(kind, *paths[kind], copy=tmp_path / "all")
    ids = {row.file_name: row.import_id for row in ledger.imports(store)}
    for gone in order:
        result = undo(store, ids[f"{kind}{gone}.csv"])
        assert (result["removed"], result["handed_over"]) == (2, 0)
    rest = store_of(kind, *(p for n, p in enumerate(paths[kind]) if n not in order))
    assert digest(store) == digest(rest)
    for found, wanted in zip(tables(store, kind), tables(rest, kind), strict=True):
        assert_frame_equal(found, wanted)
    named = {file.path for file in ledger.files(store)}
    assert {str(p.relative_to(store.var)) for p in store.var.rglob("*.parquet")} == named


def test_a_log_that_is_undone_frees_the_time_zone_and_forgets_themes(settings: Settings, write_csv: Write) -> None:
    log = write_csv("log.csv", "2026-03-01 10:00:00,view,u1,i1,Mug,,,")
    receipt = ingest(settings, log, ImportOptions(timezone="Europe/London"))
    ingest(settings, write_csv("i.csv", "i1,Mug", header="item_id,name"), ImportOptions(kind="items"))
    undo(settings, receipt["import"])
    assert ledger.get_state(settings, "timezone") is None
    assert ledger.get_state(settings, "forget") == "themes"
    assert ingest(settings, log, ImportOptions(timezone="Asia/Shanghai"))["rows"]["kept"] == 1


def test_reviews_are_events(settings: Settings, write_csv: Write, events: Callable[[Settings], pl.DataFrame]) -> None:
    header = "event_time,user_id,item_id,rating,review_text,event_type"
    rows = (
        "2026-03-01 10:00,u1,i1,5,Lovely,x", "2026-03-01 10:00,u1,i1,5,Lovely,x", "2026-03-02 10:00,,i2,,Dull,",
        "2026-03-03 10:00,u2,i2,6,Wow,", "2026-03-03 10:00,u2,i2,0.5,Bad,", "2026-03-03 10:00,u2,i2,,,",
        "2026-03-03 10:00,u2,,4,What,", "2026-03-04 10:00,u3,i1,1,,", "2026-03-05 10:00,u3,i3,3,,",
        "2026-03-06 10:00,u4,i3,3,Fine,",
    )  # fmt: skip
    receipt = ingest(settings, write_csv("r.csv", *rows, header=header), ImportOptions(kind="reviews"))
    assert (receipt["kind"], receipt["events_by_type"]) == ("reviews", {"review": 5})
    assert receipt["rows"] == {"read": 10, "kept": 5, "duplicate": 1, "rejected": 4}
    assert receipt["rejected_by_reason"] == {"item_id_missing": 1, "rating_out_of_range": 2, "review_empty": 1}
    found = events(settings)
    assert set(found["event_type"]) == {"review"}
    assert found["rating"].cast(pl.Float64).to_list() == [5.0, None, 1.0, 3.0, 3.0]
    assert found["review_text"].to_list() == ["Lovely", "Dull", None, None, "Fine"]


def test_a_review_in_the_log_and_in_a_file_of_reviews_counts_once(settings: Settings, write_csv: Write) -> None:
    header, row = "event_time,user_id,item_id,rating", "2026-03-01 10:00,u1,i1,5"
    path = write_csv("r.csv", row, header=header)
    first = ingest(settings, path, ImportOptions(constants={"event_type": "review"}))
    again = ingest(settings, path, ImportOptions(kind="reviews"))
    assert (first["rows"]["kept"], again["rows"]["kept"], again["rows"]["duplicate"]) == (1, 0, 1)
    assert again["import"] != first["import"]
    undo(settings, first["import"])
    assert [f.import_id for f in ledger.files(settings, "events")] == [again["import"]]


def test_a_damaged_file_is_named(settings: Settings, write_csv: Write) -> None:
    ingest(settings, write_csv("items.csv", "i1,Mug,1", header="item_id,name,price"), ImportOptions(kind="items"))
    (file,) = ledger.files(settings, "items")
    (settings.var / file.path).write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(
        StoreError, match=f"{re.escape(file.path)}, .* `python -m data undo {file.import_id}` and import"
    ):
        read.items(settings)
