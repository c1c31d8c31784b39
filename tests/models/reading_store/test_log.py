"""The store's log as arrays."""

import numpy as np
import polars as pl
import pytest

from data import themes
from data.errors import InputError
from data.ledger import scratch
from data.themes import Theme
from models.interactions import KINDS, NO_ITEM, arranged
from models.reading_store import interactions
from models.reading_store import log as log_module
from models.themes import theme_text
from models.vectors import Vectors

HEADER = "event_time,event_type,user_id,item_id,item_name,category,order_id,query"
ROWS = (
    "2026-03-01 10:00:00,view,ann,a1,Blue cup,home > cups,,",
    "2026-03-01 10:00:00,view,ann,b2,Red lamp,home > lamps,,",
    "2026-03-01 10:05:00,search,ann,,,,,Garden Chair",
    "2026-03-02 09:00:00,purchase,ann,b2,Red lamp,home > lamps,7,",
    "2026-03-02 09:30:00,purchase,ann,a1,Blue cup,home > cups,7,",
    "2026-03-02 09:10:00,view,ann,c3,Oddity,,,",
    "2026-03-02 09:20:00,remove_from_cart,ann,c3,Oddity,,,",
    "2026-03-03 09:00:00,refund,ann,a1,Blue cup,home > cups,7,",
    "2026-03-01 08:00:00,view,,a1,Blue cup,home > cups,,",
    "2026-02-01 08:00:00,cart,bob,c3,Oddity,,,",
)


@pytest.fixture
def store(stores, write_csv):
    return stores.of(write_csv("log.csv", *ROWS, header=HEADER))


def test_events_of_known_people_in_order_without_refunds_and_emptied_carts(store):
    log = interactions(store)
    assert (log.users, log.events) == (2, 7)
    by_person = {}
    for row in range(log.events):
        item = "" if log.item[row] == NO_ITEM else log.catalogue.item_ids[log.item[row]]
        by_person.setdefault(int(log.user[row]), []).append((KINDS[log.kind[row]], item))
    longer = max(by_person.values(), key=len)
    assert longer == [
        ("view", "A1"), ("view", "B2"), ("search", ""), ("purchase", "A1"), ("purchase", "B2"), ("view", "C3")
    ]  # fmt: skip
    assert log.query[log.item == NO_ITEM].tolist() == [0]


def test_an_order_is_one_step_at_its_first_moment(store):
    log = interactions(store)
    ann = max((log.offsets[u], log.offsets[u + 1]) for u in range(2) if np.diff(log.offsets)[u] == 6)
    step = log.step[slice(*ann)] - log.step[ann[0]]
    assert step.tolist() == [0, 0, 1, 2, 2, 3]
    times = log.time[slice(*ann)]
    assert times[3] == times[4] and times[5] - times[3] == 600


def test_interests_are_what_the_store_shows_and_none_is_none(store):
    catalogue = interactions(store).catalogue
    assert catalogue.item_ids == ["A1", "B2", "C3"] and catalogue.names == ["Blue cup", "Red lamp", "Oddity"]
    assert sorted(catalogue.interest_ids) == ["home > cups", "home > lamps"]
    assert [catalogue.interest_ids[i] if i >= 0 else None for i in catalogue.interest] == [
        "home > cups", "home > lamps", None,
    ]  # fmt: skip


def test_people_are_numbers_of_the_store_in_rising_order(store):
    people = interactions(store).user_ids
    assert len(people) == 2 and list(people) == [str(number) for number in sorted(people.numbers)]
    assert people.place_of(int(people.numbers[1])) == 1
    assert people.place_of(-5) is None
    assert people[1:][0] == people[1]


def test_it_is_what_arranging_the_same_rows_gives(store, events, monkeypatch):
    monkeypatch.setattr(log_module, "BATCH", 2)  # several batches, which steps go across
    log = interactions(store)
    kept = events(store).filter(
        pl.col("user_no").is_not_null(), ~pl.col("event_type").is_in(["refund", "remove_from_cart"])
    )
    items, orders = list(log.catalogue.item_ids), ["7"]
    rows = kept.select("user_no", "item_id", "event_time", "event_type", "order_id", "query").rows()
    expected = arranged(
        np.array([log.user_ids.place_of(row[0]) for row in rows]),
        np.array([items.index(row[1]) if row[1] else NO_ITEM for row in rows]),
        np.array([int(row[2].timestamp()) for row in kept.with_columns(
            pl.col("event_time").dt.replace_time_zone("UTC")).select(
            "user_no", "item_id", "event_time").rows()]),
        users=log.user_ids, catalogue=log.catalogue,
        kind=np.array([KINDS.index(row[3]) for row in rows]),
        order=np.array([orders.index(row[4]) if row[4] else NO_ITEM for row in rows]),
        query=np.array([0 if row[5] else NO_ITEM for row in rows]),
    )  # fmt: skip
    for name in ("user", "item", "query", "kind", "time", "step", "offsets"):
        assert getattr(log, name).tolist() == getattr(expected, name).tolist(), name


def test_columns_are_memory_mapped_files_which_are_used_again(store, tmp_path):
    log = interactions(store, tmp_path / "kept")
    assert isinstance(log.item, np.memmap)
    written = (tmp_path / "kept" / "item.npy").stat().st_mtime_ns
    again = interactions(store, tmp_path / "kept")
    assert (tmp_path / "kept" / "item.npy").stat().st_mtime_ns == written
    assert again.item.tolist() == log.item.tolist()
    (tmp_path / "kept" / "log.json").unlink()
    interactions(store, tmp_path / "kept")
    assert (tmp_path / "kept" / "item.npy").stat().st_mtime_ns > written


def test_without_a_folder_the_files_lie_in_the_scratch_folder_of_the_process(store):
    interactions(store)
    assert (scratch(store, "log") / "log.json").exists()


def test_beyond_a_limit_some_of_the_people_are_read_whole(stores, write_csv):
    rows = [f"2026-03-{1 + n % 28:02} 10:00:0{n % 3},view,user{n // 3},a{n % 5},Cup,,," for n in range(600)]
    settings = stores.of(write_csv("many.csv", *rows, header=HEADER))
    whole = interactions(settings)
    part = interactions(settings, most=300)
    assert whole.users == 200
    assert 60 < part.users < 140
    assert set(np.diff(part.offsets)) == {3}


def test_vectors_come_from_the_cache_and_are_zeros_where_it_has_none(stores, write_csv, tmp_path):
    settings = stores.copy(tmp_path / "own", write_csv("log.csv", *ROWS, header=HEADER))
    assert interactions(settings).catalogue.vectors is None
    centroid = np.ones(384, np.float32) / 384**0.5
    themes.save_clustering(settings, "minilm", [Theme("t1", "Cups", ("cup",), centroid, 1, 1.0)], [])
    vector = np.zeros((2, 384), np.float32)
    vector[0, 3] = vector[1, 5] = 1
    Vectors(settings, "minilm").add([theme_text("Blue cup"), "garden chair"], vector)
    catalogue = interactions(settings).catalogue
    assert catalogue.vectors.shape == (3, 384)
    assert catalogue.vectors[0].argmax() == 3 and not catalogue.vectors[1:].any()
    assert catalogue.query_vectors.shape == (1, 384) and catalogue.query_vectors[0].argmax() == 5


def test_an_empty_store_says_what_to_do(settings):
    with pytest.raises(InputError, match=r"no events in this store yet.*python -m data import"):
        interactions(settings)
