"""What is looked at in every run: read again after it was written to, and not before; tables as they are sent."""

import os
import time
from datetime import date

import polars as pl
import pytest
from streamlit import config

from data.annotations import annotate, annotations
from data.jobs import jobs, submit
from pages.shared import cached
from pages.shared.parts.table import as_arrow

DAY = date(2024, 3, 1)


@pytest.fixture
def reads():
    """A reader that counts how often it is called."""

    def reader(here):
        reader.count += 1
        return annotations(here)

    reader.count = 0
    return reader


def _age(path, seconds=10.0):
    for each in (path, path.with_name(f"{path.name}-wal")):
        if each.exists():
            os.utime(each, (time.time() - seconds, time.time() - seconds))


def test_a_file_is_read_again_only_after_it_was_written_to(shop, reads):
    annotations(shop)  # the first look makes the table
    _age(shop.ledger_path)
    assert cached.as_written(reads, shop, shop.ledger_path) == []
    assert cached.as_written(reads, shop, shop.ledger_path) == []
    assert reads.count == 1
    annotate(shop, DAY, "a sale")
    found = cached.as_written(reads, shop, shop.ledger_path)
    assert [(note.day, note.text) for note in found] == [(DAY, "a sale")]
    assert reads.count == 2


def test_a_file_written_to_just_now_is_not_trusted(shop, reads):
    annotate(shop, DAY, "a sale")
    for turn in range(1, 4):
        _age(shop.ledger_path, -1.0)
        cached.as_written(reads, shop, shop.ledger_path)
        assert reads.count == turn


def test_a_job_is_seen_as_soon_as_it_is_submitted(shop):
    assert cached.as_written(jobs, shop, shop.jobs_path) == []
    submit(shop, "data.tasks.load_sample", {"name": "none"}, "Load nothing")
    assert [job.title for job in cached.as_written(jobs, shop, shop.jobs_path)] == ["Load nothing"]


def test_a_table_is_sent_without_going_through_pandas():
    frame = pl.DataFrame(
        {"name": ["a", None, "c"], "base": [1, None, 3], "spark": [[1.0, None, float("nan")], [2.0], []]}
    )
    sent = as_arrow(frame)
    assert sent.to_pydict() == {"name": ["a", None, "c"], "base": [1, None, 3], "spark": [[1.0, 0.0, 0.0], [2.0], []]}
    assert str(sent.schema.field("spark").type) == "list<item: float>"
    assert as_arrow(frame.slice(1, 1)).to_pydict() == {"name": [None], "base": [None], "spark": [[2.0]]}
    assert as_arrow(frame.clear()).num_rows == 0


def test_no_full_collection_after_every_run():
    assert config.get_option("runner.postScriptGC") is False
