"""A sample's companions come with it, belong to it, and leave with it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from data import ledger
from data.companions import read
from data.errors import InputError
from data.ingest import ImportOptions, ingest
from data.pipeline import import_file, leave_sample, load_sample
from data.samples import SAMPLES, Sample, prepare_sample
from data.settings import Settings

Write = Callable[..., Path]
A = "2026-03-01 10:00:00,view,u1,i1,Lamp,9.50,1,France"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, write_csv: Write) -> Sample:
    """A tiny sample with items and customers."""
    log = write_csv("log.csv", A)
    files = {
        "items": write_csv("items.csv", "i1,Mug", header="item_id,name"),
        "customers": write_csv("customers.csv", "u1,ann@example.com", header="user_id,email"),
        "reviews": write_csv("reviews.csv", "2026-03-02,u1,i1,5", header="event_time,user_id,item_id,rating"),
    }
    sample = Sample("one", "One", "One", 1, "none", True, "Europe/London", lambda settings: log, lambda folder: files)
    monkeypatch.setitem(SAMPLES, "one", sample)
    return sample


def active(settings: Settings) -> list[tuple[str, str | None]]:
    return [(row.kind, row.sample) for row in ledger.imports(settings, active_only=True)]


@pytest.mark.usefixtures("small")
def test_companions_come_and_go_with_their_sample(settings: Settings, write_csv: Write) -> None:
    receipt = load_sample(settings, "one")
    assert [each["kind"] for each in receipt["companions"]] == ["customers", "items", "reviews"]
    everything = [("events", "one"), ("customers", "one"), ("items", "one"), ("reviews", "one")]
    assert active(settings) == everything
    assert (read.items(settings).height, read.customers(settings).height) == (1, 1)
    again = load_sample(settings, "one")
    assert [each["rows"]["kept"] for each in (again, *again["companions"])] == [0, 0, 0, 0]
    assert active(settings) == everything
    left = leave_sample(settings)
    assert len(left["removed"]) == 4
    assert (active(settings), ledger.files(settings)) == ([], [])
    assert (read.items(settings).height, read.customers(settings).height) == (0, 0)


def test_a_sample_made_anew_replaces_all_of_what_it_was(
    settings: Settings, small: Sample, monkeypatch: pytest.MonkeyPatch, write_csv: Write
) -> None:
    load_sample(settings, "one")
    items = write_csv("new-items.csv", "i1,Cup", header="item_id,name")
    fewer = replace(small, companions=lambda folder: {"items": items})
    monkeypatch.setitem(SAMPLES, "one", fewer)
    load_sample(settings, "one")
    assert active(settings) == [("events", "one"), ("items", "one")]
    assert read.items(settings)["name"].to_list() == ["Cup"]
    other = write_csv("other.csv", A.replace("u1", "u9"))
    monkeypatch.setitem(SAMPLES, "one", replace(fewer, prepare=lambda settings: other))
    load_sample(settings, "one")
    assert active(settings) == [("events", "one"), ("items", "one")]
    assert [row.file_name for row in ledger.imports(settings, active_only=True)] == ["other.csv", "new-items.csv"]


@pytest.mark.usefixtures("small")
def test_ones_own_companion_removes_the_sample(settings: Settings, write_csv: Write) -> None:
    load_sample(settings, "one")
    import_file(settings, write_csv("own.csv", "i9,Jug", header="item_id,name"), ImportOptions(kind="items"))
    assert active(settings) == [("items", None)]
    assert read.items(settings)["item_id"].to_list() == ["I9"]
    with pytest.raises(InputError, match="This store holds imports of your own, so the sample 'one' was not loaded"):
        load_sample(settings, "one")


def test_a_sample_never_takes_away_what_is_ones_own(settings: Settings, small: Sample, write_csv: Write) -> None:
    import_file(settings, small.prepare(settings), ImportOptions())
    own = import_file(settings, write_csv("own.csv", A.replace("u1", "u2")), ImportOptions())
    with pytest.raises(InputError, match="was not loaded beside them"):
        load_sample(settings, "one")
    assert own["import"] in {row.import_id for row in ledger.imports(settings, active_only=True)}
    assert len(ledger.imports(settings, active_only=True)) == 2


@pytest.mark.slow
def test_the_campaigns_and_coupons_of_complete_journey(settings: Settings) -> None:
    sample = SAMPLES["complete-journey"]
    folder = prepare_sample(settings, "complete-journey").parent
    files = sample.companions(folder)
    assert sorted(files) == ["campaigns", "promotions"]
    receipts = {
        kind: ingest(settings, path, ImportOptions(kind=kind, sample="complete-journey"))
        for kind, path in files.items()
    }
    assert receipts["campaigns"]["rows"] == {"read": 6_589, "kept": 6_589, "duplicate": 0, "rejected": 0}
    assert receipts["promotions"]["rows"] == {"read": 116_204, "kept": 111_332, "duplicate": 4_872, "rejected": 0}
    campaigns = read.campaigns(settings)
    assert set(campaigns["arm"]) == {"treated"}
    assert campaigns["campaign_id"].n_unique() == 27
    assert campaigns["converted"].sum() == 792
    assert campaigns["revenue"].null_count() == 6_589
    promotions = read.promotions(settings)
    assert promotions["discount"].null_count() == promotions.height
    assert str(promotions.filter(pl.col("promotion_id") == "1")["last_day"].unique().item()) == "2017-04-09"
