"""Publishing: an increment equals a rebuild, a reader keeps its version, a damaged file is not the end."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.errors import StoreError
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.publish import publish
from data.serving import current_file, published_version
from data.settings import Settings
from data.store import open_store

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]

MARCH = [
    "2026-03-02 10:00:00,purchase,u1,i1,Lamp,2,1,France",
    "2026-03-02 10:00:00,purchase,u1,i2,Vase,3,2,France",
    "2026-03-31 10:00:00,view,u2,i1,Lamp,,,Spain",
    "2026-03-31 11:00:00,purchase,,i1,Lamp,2,1,Spain",
    "2026-03-31 12:00:00,refund,u1,i2,Vase,3,1,France",
]
APRIL = ["2026-04-01 10:00:00,purchase,u2,i1,Lamp,2,3,Spain", "2026-07-20 10:00:00,purchase,u1,i1,Lamp,2,1,France"]


def trend(
    settings: Settings, grain: str, by: str = "all", segment: str = ""
) -> list[tuple[date, str, int, int, float]]:
    store = open_store(settings)
    assert store is not None
    frame = store.query(
        "select start, id, events, users, revenue from trend"
        ' where grain = ? and "by" = ? and segment = ? order by 1, 2',
        [grain, by, segment],
    ).cast({"revenue": pl.Float64})
    return frame.rows()


def test_measures(stores: Any, write_csv: Write) -> None:
    settings = stores.of(write_csv("a.csv", *MARCH))
    assert trend(settings, "day") == [(date(2026, 3, 2), "", 2, 1, 8.0), (date(2026, 3, 31), "", 2, 1, -1.0)]
    assert trend(settings, "month", "item") == [
        (date(2026, 3, 1), "I1", 3, 2, 4.0),
        (date(2026, 3, 1), "I2", 1, 1, 3.0),
    ]


def test_a_week_over_two_months_counts_its_people_once(stores: Any, write_csv: Write) -> None:
    settings = stores.of(write_csv("a.csv", *MARCH), write_csv("b.csv", *APRIL))
    assert (date(2026, 3, 30), "", 3, 1, 5.0) in trend(settings, "week")


def test_increments_equal_a_rebuild(settings: Settings, stores: Any, write_csv: Write, digest: Digest) -> None:
    stores.copy(settings, write_csv("a.csv", *MARCH), write_csv("b.csv", *APRIL))
    before = digest(settings)
    publish(settings, rebuild=True)
    assert digest(settings) == before


def test_lifecycle_counts_people_at_the_end_of_each_period(stores: Any, write_csv: Write) -> None:
    settings = stores.of(write_csv("a.csv", *MARCH, *APRIL))
    store = open_store(settings)
    assert store is not None
    frame = store.query(
        'select start, new, "returning", resurrected, lapsing, dormant from lifecycle'
        " where \"by\" = 'all' and grain = 'month' order by start"
    )
    # u1: 2 March, 20 July (140 days later). u2: 31 March, 1 April.
    assert frame.rows() == [
        (date(2026, 3, 1), 1, 0, 0, 1, 0),
        (date(2026, 4, 1), 0, 0, 0, 2, 0),
        (date(2026, 5, 1), 0, 0, 0, 1, 1),
        (date(2026, 6, 1), 0, 0, 0, 0, 2),
        (date(2026, 7, 1), 0, 0, 1, 0, 1),
    ]


def test_cohorts_by_age(stores: Any, write_csv: Write) -> None:
    settings = stores.of(write_csv("a.csv", *MARCH, *APRIL))
    store = open_store(settings)
    assert store is not None
    frame = store.query(
        "select cohort, age, users from cohort where \"by\" = 'all' and grain = 'month' and segment = '' order by 1, 2"
    )
    # u2 first bought in April; what it looked at in March is before its cohort's first period.
    assert frame.rows() == [
        (date(2026, 3, 1), 0, 1),
        (date(2026, 3, 1), 4, 1),
        (date(2026, 4, 1), 0, 1),
    ]


def test_free_columns_with_few_values_are_segments(settings: Settings, write_csv: Write) -> None:
    header = "event_time,event_type,user_id,item_id,channel,token"
    rows = [f"2026-03-{d:02d} 10:00:00,view,u{d},i1,{'mail' if d % 2 else 'web'},{d}" for d in range(1, 29)]
    rows += [f"2026-04-{d:02d} 10:00:00,view,u{d},i1,web,{100 + d}" for d in range(1, 29)]
    import_file(settings, write_csv("a.csv", *rows, header=header), ImportOptions())
    store = open_store(settings)
    assert store is not None
    assert "channel" in store.meta.segments
    assert "token" not in store.meta.segments
    frame = store.query(
        "select value, events from trend where segment = 'channel' and \"by\" = 'all' and grain = 'month' order by all"
    )
    assert frame.rows() == [("mail", 14), ("web", 14), ("web", 28)]


def test_an_open_version_stays_readable_while_newer_ones_come(
    settings: Settings, stores: Any, write_csv: Write
) -> None:
    stores.copy(settings, write_csv("a.csv", *MARCH))
    old = open_store(settings)
    assert old is not None
    import_file(settings, write_csv("b.csv", *APRIL), ImportOptions())
    assert old.meta.events == 4
    assert old.query("select count(*) from users").item() == 2
    new = open_store(settings)
    assert new is not None
    assert (new.version, new.meta.events) == (2, 6)


def test_a_damaged_served_file_falls_back_to_the_one_before(settings: Settings, stores: Any, write_csv: Write) -> None:
    stores.copy(settings, write_csv("a.csv", *MARCH), write_csv("b.csv", *APRIL))
    damaged = current_file(settings)
    assert damaged is not None
    damaged.write_bytes(b"not a database")
    store = open_store(settings)
    assert store is not None
    assert store.version == 1
    publish(settings, rebuild=True)
    assert published_version(settings) == 2
    (settings.serve / "serve-1.duckdb").unlink()
    rebuilt = current_file(settings)
    assert rebuilt is not None
    assert rebuilt != damaged
    rebuilt.write_bytes(b"not a database")
    with pytest.raises(StoreError, match="Build it again from the lake with `python -m data rebuild`"):
        open_store(settings)


def test_a_store_that_never_held_anything(settings: Settings) -> None:
    assert open_store(settings) is None
    assert published_version(settings) == 0


def test_a_page_cannot_reach_other_files(stores: Any, write_csv: Write) -> None:
    settings = stores.of(write_csv("a.csv", *MARCH))
    store = open_store(settings)
    assert store is not None
    with pytest.raises(Exception, match="disabled by configuration"):
        store.query("select * from read_csv('/etc/passwd')")
