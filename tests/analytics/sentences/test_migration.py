from datetime import date

import polars as pl

from analytics.migration.flows import FLOW_SCHEMA, SUMMARY_SCHEMA
from analytics.sentences.migration import clear_flows, moved_between, step


def summary(*rows, ages=False):
    starts = range(len(rows) + 1) if ages else [date(2024 + n // 4, 1 + 3 * (n % 4), 1) for n in range(len(rows) + 1)]
    when = {"period_before": list(starts)[:-1], "period_after": list(starts)[1:]}
    return pl.DataFrame(rows, SUMMARY_SCHEMA).select(*(pl.Series(name, days) for name, days in when.items()), pl.all())


QUIET = {
    "users": 1112, "apparent": 0.31, "floor": 0.37, "across": 0.382, "excess": 0.012, "low": -0.004, "high": 0.028,
    "verdict": "no clear change",
}  # fmt: skip
LOUD = {**QUIET, "across": 0.45, "excess": 0.08, "low": 0.05, "high": 0.11, "verdict": "moved"}
FEW = {"users": 40, "verdict": "not enough data"}


def test_what_seems_to_move_stands_beside_what_chance_makes():
    assert moved_between(summary(LOUD)) == (
        "From Q1 2024 to Q2 2024 people clearly moved between groups of interest: +8.0 points (+5.0 to +11.0) beyond "
        "chance. 31 % of 1,112 people seem to be in another group; but two halves of one person's visits already "
        "differ in 37.0 % within the same quarter, and in 45.0 % across both."
    )


def test_the_latest_step_that_can_be_judged_is_told_and_the_others_are_counted():
    said = moved_between(summary(LOUD, QUIET, FEW))
    assert said.startswith("From Q2 2024 to Q3 2024 no clear move between groups of interest: +1.2 points (-0.4 to")
    assert said.endswith("across both. Of 2 steps that can be judged, 1 is clear.")


def test_too_few_people_are_said_to_be_too_few():
    assert moved_between(summary(FEW)) == (
        "Too few people came in two periods in a row for their moves to be told from chance: at most 40 made 6 visits "
        "in both, and 50 are needed."
    )
    assert moved_between(summary(FEW), "month").endswith("needed. Choose longer periods.")


def test_ages_are_named_by_their_number():
    assert moved_between(summary(QUIET, ages=True), "month").startswith("From month 0 to month 1 no clear move")
    assert step(date(2024, 1, 1), date(2024, 2, 1), "month") == "Jan 2024 to Feb 2024"


def test_clear_moves_are_named_largest_first():
    rows = [
        {"from_name": a, "to_name": b, "excess": excess, "clear": clear}
        for a, b, excess, clear in (("a", "b", 0.01, True), ("b", "a", 0.03, True), ("a", "c", 0.05, False))
    ]
    flows = pl.DataFrame(rows, FLOW_SCHEMA)
    assert (
        clear_flows(flows)
        == "Beyond chance people went from 'b' to 'a' (+3.0 points) and from 'a' to 'b' (+1.0 points)."
    )
    assert clear_flows(flows.filter(~pl.col("clear"))) == (
        "No single move from one group to another is clearly larger than chance makes it."
    )
