"""The shop benchmark on a few hundred rows: every step and question runs, and a missed bar is told."""

import random
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from benchmarks import shop


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    draw = random.Random(3)
    folder = tmp_path_factory.mktemp("shop")
    rows = [
        (
            datetime(2024, 1, 1, 12) + timedelta(days=draw.randrange(200)),
            f"u{draw.randrange(30)}",
            f"i{draw.randrange(9)}",
            draw.choice(["France", "Spain"]),
            draw.randrange(1, 4),
        )
        for _ in range(400)
    ]
    log = pl.DataFrame(rows, schema=["event_time", "user_id", "item_id", "country", "quantity"], orient="row")
    log.with_columns(event_type=pl.lit("purchase"), price=pl.lit("2.50")).write_parquet(folder / "log.parquet")
    return shop.run(folder / "log.parquet", folder, rounds=1, apart=False)


def test_every_row_is_imported_and_every_step_has_its_cost(found: dict[str, Any]) -> None:
    rows = found["steps"]["import with receipt"]["result"]
    assert rows["read"] == rows["kept"] + rows["duplicate"] == 400
    assert set(shop.BARS) <= set(found["steps"])
    assert all(step["cpu_s"] > 0 and step["peak_mb"] > 0 for step in found["steps"].values())


def test_every_question_of_a_page_is_asked(found: dict[str, Any]) -> None:
    asked = {"trend", "compared", "interest_table", "item_trend", "risers", "retention", "cohort_mix", "moved_to",
             "lifecycle", "kpis", "cell_users", "by_day", "segment_values"}  # fmt: skip
    assert asked <= set(found["questions"])
    assert any("country=France" in cost["about"] for cost in found["questions"]["trend"])


def test_a_missed_bar_is_told(found: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert shop.held(found)
    shop.report(found)
    assert "MISSED" not in capsys.readouterr().out
    slow = {**found, "steps": {**found["steps"], "import with receipt": {"cpu_s": 99.0, "peak_mb": 1, "result": {}}}}
    assert not shop.held(slow)
    shop.report(slow)
    assert "MISSED" in capsys.readouterr().out
