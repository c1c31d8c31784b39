from datetime import date

import polars as pl
import pytest

from analytics.figures.colours import GREY, HUES
from analytics.figures.migration import alt_migration, migration_steps
from analytics.migration.flows import SUMMARY_SCHEMA

NAMES = ("Q1 to Q2", "Q2 to Q3", "Q3 to Q4")


@pytest.fixture
def summary():
    """A step of too few people, one without a clear move, one with."""
    rows = [
        {"users": 20, "verdict": "not enough data"},
        {"users": 500, "apparent": 0.31, "floor": 0.37, "across": 0.38, "excess": 0.01, "low": -0.01, "high": 0.03,
         "verdict": "no clear change"},
        {"users": 400, "apparent": 0.36, "floor": 0.35, "across": 0.43, "excess": 0.08, "low": 0.05, "high": 0.12,
         "verdict": "moved"},
    ]  # fmt: skip
    when = pl.Series("period_before", [date(2024, month, 1) for month in (1, 4, 7)])
    return pl.DataFrame(rows, SUMMARY_SCHEMA).select(when, pl.all())


def test_the_floor_stands_beside_what_it_looks_like(summary):
    drawn = {trace.name: trace for trace in migration_steps(summary, NAMES).data if trace.name}
    floor = drawn["differ by chance: halves of one period"]
    assert list(floor.y) == ["Q2 to Q3", "Q3 to Q4"] and list(floor.x) == pytest.approx([0.37, 0.35])
    assert list(drawn["seem to have moved, by all visits"].x) == pytest.approx([0.31, 0.36])


def test_the_excess_has_its_interval_and_a_colour_where_it_is_clear(summary):
    excess = migration_steps(summary, NAMES).data[-1]
    assert excess.xaxis == "x2" and list(excess.x) == pytest.approx([0.01, 0.08])
    assert list(excess.error_x.array) == pytest.approx([0.02, 0.04])
    assert list(excess.error_x.arrayminus) == pytest.approx([0.02, 0.03])
    assert excess.marker.color == (GREY, HUES[1])


def test_the_bar_goes_from_the_floor_to_what_is_seen(summary):
    span = migration_steps(summary, NAMES).data[0]
    assert span.x == (0.37, 0.38, None, 0.35, 0.43, None)
    assert span.y == ("Q2 to Q3", "Q2 to Q3", None, "Q3 to Q4", "Q3 to Q4", None)


def test_the_words_hold_what_can_be_judged(summary):
    said = alt_migration(summary, NAMES)
    assert "Q1 to Q2" not in said
    assert (
        "Q3 to Q4: 36.0% seem to have moved, chance alone makes 35.0%, beyond it +8.0% (+5.0% to +12.0%), moved" in said
    )
    assert alt_migration(summary.head(1), NAMES[:1]) == (
        "Moves between groups of interest by step. No step can be judged."
    )
