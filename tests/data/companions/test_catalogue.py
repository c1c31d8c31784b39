"""Through to what pages read: an items file names the catalogue, and after its undo the log does again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data import ledger
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.settings import Settings
from data.store import open_store

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
LOG = [f"2026-03-{day:02d} 10:00:00,purchase,u{day % 4},i{day % 3},Thing {day % 3},2,1,France" for day in range(1, 25)]
FILES = {
    "items": ("item_id,name,category,brand", ("i0,Mug,kitchen > mugs,Northshore", "I1,,home,", "i9,Unsold,x,y")),
    "customers": ("user_id,email", ("u1,ann@example.com", "u2,bad@@example.com", "u3,")),
    "reviews": ("event_time,user_id,item_id,rating", ("2026-03-09,u1,i1,5", "2026-03-10,u9,i1,1")),
    "campaigns": ("campaign_id,user_id,sent_at,arm", ("c,u1,2026-03-05,treated", "c,u2,,holdout")),
    "promotions": ("promotion_id,item_id,start,end", ("p,i1,2026-01-01,2027-02-01", "p,i2,2020-03-01,")),
    "stock": ("item_id,out_from,out_to", ("i1,2020-01-01,2020-01-02", "i2,2026-03-01,")),
}


def names(settings: Settings) -> dict[str, tuple[str, str | None, str | None]]:
    store = open_store(settings)
    assert store is not None
    rows = store.query("select item_id, name, category, brand from item_dimension").rows()
    store.close()
    return {row[0]: row[1:] for row in rows}


def test_what_an_items_file_says_stands_above_the_log(settings: Settings, stores: Any, write_csv: Write) -> None:
    stores.copy(settings, write_csv("log.csv", *LOG))
    before = names(settings)
    assert before["I0"] == ("Thing 0", None, None)
    header, rows = FILES["items"]
    receipt = import_file(settings, write_csv("items.csv", *rows, header=header), ImportOptions(kind="items"))
    found = names(settings)
    assert found["I0"] == ("Mug", "kitchen > mugs", "Northshore")
    assert found["I1"] == ("Thing 1", "home", None)
    assert found["I2"] == before["I2"]
    undo_import(settings, receipt["import"])
    assert names(settings) == before


@pytest.mark.parametrize("kind", FILES)
def test_undo_is_seen_in_what_is_served(
    tmp_path: Path, stores: Any, write_csv: Write, digest: Digest, kind: str
) -> None:
    log = write_csv("log.csv", *LOG)
    never, store = stores.of(log), stores.copy(tmp_path / "store", log)
    after = Settings(var=tmp_path / "after", themes=False)
    header, rows = FILES[kind]
    path = write_csv("companion.csv", *rows, header=header)
    receipt = import_file(store, path, ImportOptions(kind=kind))
    assert open_store(store).version == ledger.data_version(store) == 2  # type: ignore[union-attr]
    reach = open_store(store).meta  # type: ignore[union-attr]
    assert (str(reach.first_day), str(reach.last_day)) == ("2026-03-01", "2026-03-24")
    # The order of import is of no account for what is served.
    import_file(after, path, ImportOptions(kind=kind))
    import_file(after, log, ImportOptions())
    assert digest(store) == digest(after)
    undo_import(store, receipt["import"])
    assert digest(store) == digest(never)
