"""The page benchmark on a small log: it reaches the pages, finds the controls, and tells what fails or is too large."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import browserless, pages
from data.ingest import ImportOptions, ingest
from data.publish import publish
from data.settings import Settings


@pytest.mark.slow
def test_a_changed_filter_comes_back_with_its_cost(
    settings: Settings, write_csv: Callable[..., Path], tmp_path: Path
) -> None:
    rows = [
        f"2024-{month:02}-{day:02}T12:00:00,purchase,u{day % 7},i{day % 5},Item {day % 5},2.50,1,France"
        for month in range(1, 7)
        for day in range(1, 29)
    ]
    ingest(settings, write_csv("log.csv", *rows), ImportOptions())
    publish(settings)
    server = browserless.Server(settings.var, tmp_path / "app.log")
    try:
        server.warm_up()
        metric = asyncio.run(pages.changed(server, pages.Change("trends", "Metric", ("events", "share")), 2))
        missing = asyncio.run(pages.changed(server, pages.Change("trends", "Nothing", ("a", "b")), 2))
        unknown = asyncio.run(_open(server, "no-such-page"))
    finally:
        server.stop()
    assert metric.problems == []
    assert metric.what.endswith("[fragment]")
    assert metric.kb > 1
    assert metric.cpu_ms > 0
    assert "plotly_chart trends_chart" in [name for _, name in metric.largest]
    assert missing.problems == ["no such control on the page"]
    assert unknown.problems == ["page no-such-page not found"]


def test_a_missed_bar_and_a_failure_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        pages.Row("trends", "small", 10, 150, 10, 40, [], [(9.0, "plotly_chart trends_chart")]),
        pages.Row("trends", "large", 151, 150, 10, 40, [], [(140.0, "dataframe board")]),
        pages.Row("trends", "slow", 10, 150, 41, 40, [], []),
        pages.Row("trends", "broken", 10, 150, 10, 40, ["KeyError"], []),
    ]
    assert [row.missed for row in rows] == [False, True, True, True]
    pages.report(rows, elements=False)
    told = capsys.readouterr().out
    assert told.count("MISSED") == 3
    assert "failed: KeyError" in told
    assert "largest: dataframe board 140.0 KB" in told


async def _open(server: browserless.Server, page: str) -> browserless.Run:
    async with browserless.visit(server, page) as visitor:
        return await visitor.open()
