"""Cells of one segment value that lie ready say what looking its people up says."""

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.cohorts import cells
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.scope import Scope
from data.settings import Settings
from data.store import Store, open_store

HEADER = "event_time,event_type,user_id,item_id,item_name,category,price,country,platform,tier"
COHORTS = ("week", "month", "quarter")


def lines() -> list[str]:
    """Forty people in half a year, who change country, platform and tier as they like."""
    draw = random.Random(3)
    found = []
    for _ in range(700):
        day, item = date(2026, 1, 5) + timedelta(days=draw.randrange(180)), draw.randrange(9)
        kind = draw.choice(["view", "view", "purchase", "refund"])
        about = draw.choice(["UK", "FR", ""]), draw.choice(["web", "app"]), draw.choice(["gold", "plain"])
        found.append(
            f"{day} 12:{draw.randrange(60):02d}:{draw.randrange(60):02d},{kind},u{draw.randrange(40)},i{item},"
            f"Lamp {item},home > c{item % 3},2.50,{','.join(about)}"
        )
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """That log, published."""
    folder: Path = tmp_path_factory.mktemp("cells")
    settings = Settings(var=folder / "var", themes=False)
    (folder / "log.csv").write_text("\n".join([HEADER, *lines()]) + "\n")
    import_file(settings, folder / "log.csv", ImportOptions())
    opened = open_store(settings)
    assert opened is not None
    return opened


@pytest.fixture
def looked_up(monkeypatch):
    """A function that asks as if nothing but the counts of everybody lay ready."""

    def ask(question, *arguments, **knobs):
        with monkeypatch.context() as patch:
            real = cells.people
            patch.setattr(cells, "people", lambda store, scope, personal=False: real(store, scope, personal=True))
            return question(*arguments, **knobs)

    return ask


@pytest.mark.parametrize("segment", [("country", "FR"), ("platform", "web"), ("rfm", "loyal"), ("cohort", "2026-02")])
@pytest.mark.parametrize("cohort", COHORTS)
def test_one_segment_lies_ready(store, looked_up, segment, cohort):
    scope = Scope(segments=(segment,))
    ready = cells.sizes(store, scope, cohort)
    assert ready.height and ready.equals(looked_up(cells.sizes, store, scope, cohort))
    order = ["cohort", "age", "id"]
    for by, users in (("all", True), ("category", False)):
        ready = cells.cells(store, scope, cohort, by, users=users).sort(order)
        found = looked_up(cells.cells, store, scope, cohort, by, users=users).sort(order)
        columns = ["users", "events", "revenue"] if users else ["events", "revenue"]
        assert ready.height and some(ready, columns).equals(some(found, columns)), (by, ready, found)


def some(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The cells in which anything happened."""
    return frame.filter(pl.any_horizontal(pl.col(columns) != 0)).select("cohort", "age", "id", *columns)


@pytest.mark.parametrize("segment", [("rfm", "loyal"), ("cohort", "2026-02")])
def test_tiers_and_cohorts_know_the_people_of_every_interest(store, looked_up, segment):
    scope, order = Scope(segments=(segment,)), ["cohort", "age", "id"]
    for cohort in ("month", "quarter"):
        ready = cells.cells(store, scope, cohort, "category").sort(order)
        columns = ["users", "events", "revenue"]
        found = looked_up(cells.cells, store, scope, cohort, "category").sort(order)
        assert ready.height and some(ready, columns).equals(some(found, columns))


def test_people_of_an_interest_in_a_country_are_looked_up(store):
    scope = Scope(segments=(("country", "FR"),))
    assert cells.cells(store, scope, "month", "category")["users"].null_count() == 0


def test_a_column_of_the_log_can_be_a_segment_of_cohorts(store):
    gold = cells.cells(store, Scope(segments=(("tier", "gold"),)), "month", "all")
    plain = cells.cells(store, Scope(segments=(("tier", "plain"),)), "month", "all")
    both = pl.concat([gold, plain]).group_by("cohort", "age").agg(pl.col("events", "revenue").sum())
    whole = cells.cells(store, Scope(), "month", "all").select("cohort", "age", "events", "revenue")
    assert both.sort("cohort", "age").equals(whole.sort("cohort", "age"))
