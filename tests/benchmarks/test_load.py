"""Load on a small store: users come, click and leave without an error, and what goes wrong is told."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import browserless, load, pages
from data.ingest import ImportOptions, ingest
from data.publish import publish
from data.settings import Settings


@pytest.fixture
def small(settings: Settings, write_csv: Callable[..., Path]) -> Settings:
    """Three countries, three categories and five items over a year."""
    rows = [
        f"2024-{month:02}-{day:02}T12:00:00,purchase,u{day % 7},i{day % 5},toys > kind {day % 3},2.50,1,{country}"
        for month in range(1, 13)
        for day in range(1, 29)
        for country in ("France", "Spain", "Italy")[: 1 + day % 3]
    ]
    header = "event_time,event_type,user_id,item_id,category,price,quantity,country"
    ingest(settings, write_csv("log.csv", *rows, header=header), ImportOptions())
    publish(settings)
    return settings


@pytest.mark.slow
def test_users_browse_without_an_error(small: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [change for change in pages.CHANGES if change.label in ("People", "Metric", "Show") and not change.query]
    monkeypatch.setattr(pages, "CHANGES", few)
    monkeypatch.setattr(load, "IDLE_SECONDS", 0.5)
    monkeypatch.setattr(load, "ALONE_SECONDS", 0.1)
    found = {line.what: line for line in load.measure(small.var, tmp_path / "app.log", (1, 2), 2.0, 0.2)}
    assert {line.note for what, line in found.items() if what.endswith("errors") and line.figure} == set()
    assert [what for what in found if what.endswith("errors")] == [
        "1 user: errors", "2 users: errors", next(what for what in found if "the heaviest page: errors" in what),
    ]  # fmt: skip
    for who in ("1 user", "2 users"):
        assert int(found[f"{who}: cached rerun"].note.split()[0]) > 1  # opened, and clicked on a slow machine too
        assert found[f"{who}: sent per rerun"].figure > 5
        assert found[f"{who}: p95"].figure >= found[f"{who}: p50"].figure > 0
    assert found["2 users: memory per session"].budget == load.SESSION_MB


@pytest.mark.slow
def test_a_change_is_taken_back_to_what_it_was(small: Settings, tmp_path: Path) -> None:
    server = browserless.Server(small.var, tmp_path / "app.log")

    async def clicks() -> tuple[list[browserless.Run], dict[str, object], list[str]]:
        async with browserless.visit(server, "trends") as visitor:
            runs = [await visitor.open()]
            first = dict(visitor.first)
            runs += [await visitor.change("Metric", value) for value in ("users", first["Metric"])]
            runs.append(await visitor.beat(next(iter(visitor.beats))))
            runs.append(await visitor.go("cohorts", load.SHARED))
            return runs, first, list(visitor.widgets)

    try:
        server.warm_up()
        runs, first, widgets = asyncio.run(clicks())
    finally:
        server.stop()
    assert [run.problems for run in runs] == [[]] * 5
    assert (first["Metric"], first["Grain"], first["People"], first["Index"]) == (["share"], ["week"], [], False)
    assert "Metric" not in widgets and "Periods" in widgets
    assert runs[3].kb < runs[1].kb < runs[0].kb


def test_a_run_that_drew_nothing_is_an_error() -> None:
    phase = load.Phase(1)
    change = pages.Change("trends", "Metric", ("events", "share"))
    user = load.User(None, [change], phase, {"open trends?": 40.0}, 5.0, 1)  # type: ignore[arg-type]
    user.note(browserless.Run(kb=39.0), "open trends?")
    user.note(browserless.Run(kb=3.0), "open trends?")
    user.note(browserless.Run(kb=40.0, problems=["KeyError"]), "open trends?")
    assert phase.problems == ["open trends?: 3.0 KB where 40.0 KB are usual", "open trends?: KeyError"]
    errors = next(line for line in load.told(phase, "1 user", 0.0) if line.what.endswith("errors"))
    assert (errors.figure, errors.met) == (2, False)


def test_what_looks_for_news_by_itself_is_not_counted_as_a_rerun() -> None:
    phase = load.Phase(2, runs=[browserless.Run(seconds=each) for each in (0.1, 0.2, 0.3, 0.4)], beats=10, cpu_s=0.2)
    phase.beat_ms = 4.0
    assert phase.cpu_ms == pytest.approx((200 - 40) / 4)
    assert phase.seconds(0.5) == 0.3
    assert phase.seconds(0.95) == 0.4
