"""Kept answers: whole or not there, gone with the served file they are about."""

import os

import polars as pl
import pytest

from data.kept import lasting, place, prune, read, reset, write
from data.publish import publish
from data.store import open_store

FRAME = pl.DataFrame({"id": ["toys", "tea"], "p": [0.1, 1e-300]})


@pytest.fixture
def store(settings, write_csv, stores):
    opened = open_store(stores.copy(settings, write_csv("log.csv", "2024-01-01 10:00:00,view,u1,i1,x,1,1,France")))
    yield opened
    opened.close()


def test_what_was_kept_comes_back(store):
    path = place(store, "mix", 1, "a")
    assert read(path) is None
    write(path, FRAME, {"facts": "{}"})
    frame, facts = read(path)
    assert frame.equals(FRAME) and facts["facts"] == "{}"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert place(store, "mix", 2, "a") != path


def test_a_damaged_file_counts_as_none(store):
    path = place(store, "mix")
    write(path, FRAME, {})
    path.write_bytes(path.read_bytes()[:50])
    assert read(path) is None


def test_a_disk_that_takes_no_more_keeps_nothing(store, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    path = place(store, "mix")
    monkeypatch.setattr(os, "replace", full)
    write(path, FRAME, {})
    assert list(path.parent.iterdir()) == []


def test_the_files_written_longest_ago_go_first(store):
    paths = [place(store, number) for number in range(4)]
    for number, path in enumerate(paths):
        write(path, FRAME, {}, most=3)
        os.utime(path, (number, number))
    assert [path.exists() for path in paths] == [False, True, True, True]


def test_answers_go_with_the_served_file(store):
    settings = store.settings
    path, other = place(store, "mix"), lasting(settings, "people", "mix")
    write(path, FRAME, {})
    write(other, FRAME, {})
    prune(settings)
    assert path.exists()
    publish(settings, rebuild=True)
    assert path.exists()  # the file before the current one may still be read
    publish(settings, rebuild=True)
    assert not path.parent.exists() and other.exists()
    reset(settings)
    assert not other.exists()
