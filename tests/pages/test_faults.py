"""Pages when something is broken below them: they show the last good version, and say what it is and what to do."""

import os
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from data import jobs, ledger
from data.lock import worker_lock, writer_lock
from data.publish import publish
from data.serving import current_file, serve_files
from pages.shared import jobstrip

PAGES = ("start/home", "start/data", "interest/trends", "interest/cohorts", "model/people")


def warnings(app):
    return [each.value for each in app.warning]


def words(app):
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.title))


def badge(app):
    return next(each.value for each in app.markdown if "version" in each.value and "events" in each.value)


@pytest.mark.parametrize("damage", ["emptied", "truncated", "gone"])
def test_every_page_shows_the_version_before_and_says_so(two_versions, visit, damage):
    path = current_file(two_versions)
    if damage == "gone":
        path.unlink()
    else:
        os.truncate(path, 0 if damage == "emptied" else path.stat().st_size // 2)
    for page in PAGES:
        app = visit(page)
        assert not app.exception, page
        assert not app.error, (page, [each.value for each in app.error])
        said = [text for text in warnings(app) if "python -m data rebuild" in text]
        assert len(said) == 1, page
        assert "You see version 1, published 20" in said[0]
        assert "version 1" in badge(app)
    publish(two_versions, rebuild=True)
    app.run()
    assert warnings(app) == []
    assert "version 2" in badge(app)


@pytest.mark.parametrize("page", PAGES)
def test_damage_found_while_a_page_is_drawn_leads_to_the_version_before(two_versions, visit, damage_inside, page):
    # All pages ask for the segments, in the filters that stand around them.
    damage_inside(two_versions, "select * from segments")
    app = visit("interest/trends")
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert not app.error, [each.value for each in app.error]
    said = [text for text in warnings(app) if "Corrupt database file" in text]
    assert len(said) == 1
    assert "You see version 1, published 20" in said[0]
    assert "version 1" in badge(app)


def test_a_page_that_is_open_goes_over_to_a_rebuilt_file_of_the_same_version(two_versions, visit):
    app = visit("interest/trends")
    first = badge(app)
    publish(two_versions, rebuild=True)
    app.run()
    assert not app.exception
    assert not app.error
    assert badge(app) == first


def test_nothing_that_can_be_read(shop, visit):
    for path in serve_files(shop):
        os.truncate(path, 0)
    for page in ("", *PAGES):
        app = visit(page)
        assert not app.exception, page
        assert any("Build it again from the lake with `python -m data rebuild`" in text for text in warnings(app)), page
    assert "Try Tideline on a sample shop" not in words(visit())
    publish(shop, rebuild=True)
    app.run()
    assert warnings(app) == []


def test_an_import_that_was_never_published_is_said_but_not_while_somebody_writes(shop, visit):
    with ledger.connect(shop) as connection:
        ledger.bump_version(connection)
    app = visit("interest/trends")
    assert any("What was imported or undone last is not shown yet" in text for text in warnings(app))
    with writer_lock(shop):
        app.run()
        assert warnings(app) == []


@pytest.mark.parametrize("name", ["ledger.sqlite", "jobs.sqlite"])
def test_a_ledger_or_list_of_jobs_that_cannot_be_read(shop, visit, name):
    (shop.var / name).write_bytes(b"no database at all" * 100)
    for page in PAGES:
        app = visit(page)
        assert not app.exception, page
        said = " ".join([*warnings(app), *(each.value for each in app.error)])
        assert "cannot be read: file is not a database" in said, page
        assert "could not be shown" not in said, page
        assert "version 1" in badge(app)


def waiting(settings, status="queued", started=None):
    jobs.jobs(settings)
    with jobs._connect(settings):
        pass
    with sqlite3.connect(settings.jobs_path) as connection:
        connection.execute(
            "insert into jobs (name, args, title, status, submitted, started) values"
            " ('data.tasks.undo_import', '{}', 'Undo', ?, ?, ?)",
            (status, datetime.now(UTC).isoformat(), started),
        )


def test_a_job_without_a_worker_is_said_to_wait_for_one(shop, visit):
    waiting(shop)
    app = visit("start/data")
    assert any("No worker is running" in text and "python -m data worker" in text for text in warnings(app))
    with worker_lock(shop, wait=0) as mine:
        assert mine
        app.run()
        assert warnings(app) == []


def test_a_clock_that_is_set_back_makes_no_job_take_less_than_nothing(shop, visit):
    ahead = datetime.now(UTC) + timedelta(hours=3)
    waiting(shop, "running", ahead.isoformat(timespec="seconds"))
    app = visit("start/data")
    bars = [each.proto.text for each in app.get("progress")]
    assert bars == ["**Undo**: starting, 0 %, 0 s"]
    assert jobstrip._since(ahead) == 0
    assert 3599 <= jobstrip._since(datetime.now(UTC) - timedelta(hours=1)) <= 3700
