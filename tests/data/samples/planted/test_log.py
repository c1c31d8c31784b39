"""The log of a planted shop: as many rows as asked for, in order, the same each time, and believable."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from data.samples.planted import log
from data.schema import EVENT_NAMES, EVENT_TYPES

Make = Callable[..., Any]


def test_rows_columns_and_order(whole: Any) -> None:
    events = whole.events
    assert events.height == whole.truth["rows"] == 100_000
    assert set(events.columns) <= set(EVENT_NAMES)
    assert events["event_time"].is_sorted()
    assert (events["event_time"].min().date(), events["event_time"].max().date()) == (
        date(2023, 12, 30),
        date(2025, 12, 28),
    )
    assert set(events["event_type"]) == set(EVENT_TYPES)
    assert events.is_duplicated().sum() == 0


@pytest.mark.parametrize("rows", [5_000, 5_001, 23_457])
def test_exactly_as_many_rows_as_asked_for(make_shop: Make, rows: int) -> None:
    assert make_shop(rows=rows, days=90).events.height == rows


def test_the_same_at_any_number_of_threads_and_batches(
    make_shop: Make, monkeypatch: pytest.MonkeyPatch, whole: Any
) -> None:
    assert make_shop(rows=100_000, threads=1).events.equals(whole.events)
    assert not make_shop(rows=100_000, seed=2).events.equals(whole.events)
    monkeypatch.setattr(log, "BATCH", 1_500)
    several = make_shop(rows=100_000, threads=4)
    # Another cut into batches takes other surplus views out, and changes nothing else.
    acts = pl.col("event_type").is_in(["purchase", "refund", "review", "cart", "search"])
    assert several.events.filter(acts).equals(whole.events.filter(acts))
    assert several.events.height == 100_000


def test_csv_holds_the_same_rows(make_shop: Make) -> None:
    one, other = (make_shop(rows=6_000, days=60, only=["burst"], kind=kind) for kind in ("csv", "parquet"))
    read = pl.read_csv(one.folder / "events.csv", infer_schema=False)
    columns = ["event_type", "user_id", "item_id", "order_id", "session_id", "query", "review_text"]
    assert read.select(columns).equals(other.events.select(columns))
    assert not (one.folder / "events.parquet").exists()


def test_a_visit_narrows_from_views_to_purchases(still: Any) -> None:
    counts = dict(still.events["event_type"].value_counts().iter_rows())
    order = ["view", "cart", "purchase", "review", "refund"]
    assert sorted(counts, key=lambda kind: -counts[kind] if kind in order else 0)[: len(order)] == order
    acts = still.events.filter(pl.col("session_id").is_not_null() & pl.col("item_id").is_not_null())
    steps = acts.group_by("session_id", "item_id").agg(
        *(pl.col("event_time").filter(pl.col("event_type") == kind).min().alias(kind) for kind in counts)
    )
    bought = steps.filter(pl.col("purchase").is_not_null())
    assert bought.height > 1_000
    assert bought.select((pl.col("view") < pl.col("cart")).all() & (pl.col("cart") < pl.col("purchase")).all()).item()
    assert steps.filter(pl.col("remove_from_cart") <= pl.col("cart")).is_empty()


def test_a_visit_is_one_person_on_one_day(whole: Any) -> None:
    visits = whole.events.filter(pl.col("session_id").is_not_null()).group_by("session_id").agg(
        pl.col("user_id").n_unique(), pl.col("event_time").dt.date().n_unique().alias("days"), pl.len().alias("events")
    )  # fmt: skip
    assert (visits["user_id"].max(), visits["days"].max()) == (1, 1)
    assert 4 < visits["events"].mean() < 6


def test_refunds_and_reviews_follow_a_purchase(still: Any) -> None:
    events = still.events
    bought = events.filter(pl.col("event_type") == "purchase").select(
        "user_id", "item_id", pl.col("event_time").alias("then")
    )
    late = events.filter(pl.col("event_type").is_in(["refund", "review"]), pl.col("event_time") > date(2024, 2, 1))
    matched = late.join(bought, on=["user_id", "item_id"]).filter(pl.col("then") < pl.col("event_time"))
    assert matched.select("event_time", "user_id", "item_id").n_unique() == late.height > 500
    first = events.filter(pl.col("event_time") < date(2024, 1, 29), pl.col("event_type") == "review").height
    assert first > 0.5 * 30 / 730 * (events["event_type"] == "review").sum()  # no slow beginning


def test_few_users_and_items_have_most_events(still: Any) -> None:
    for column in ("user_id", "item_id"):
        counts = still.events[column].drop_nulls().value_counts(sort=True)["count"]
        assert counts.head(len(counts) // 10).sum() > 0.3 * counts.sum(), column
    assert still.events["user_id"].value_counts()["count"].max() < 0.02 * 100_000 * 1.5


def test_nothing_changes_without_a_fact(still: Any) -> None:
    assert still.truth["facts"] == {}
    # Person by person, so that nobody's habits count as change: interests in the two halves, weekdays and months alike.
    events = still.events.filter(pl.col("category").is_not_null()).with_columns(
        late=pl.col("event_time") > date(2024, 12, 28), weekend=pl.col("event_time").dt.weekday() >= 6
    )
    visits = still.events.group_by(pl.col("event_time").dt.date()).agg(pl.col("session_id").n_unique().alias("n"))
    assert visits["n"].std() < 1.5
    for column, part in (("late", 0.5), ("weekend", 2 / 7)):
        table = events.group_by("category", "user_id").agg(
            pl.col(column).sum().alias("in"), pl.len().alias("of"), (pl.col(column) - part).sum().alias("over")
        )
        scores = table.group_by("category").agg(
            (pl.col("over").sum() / (pl.col("over") ** 2).sum().sqrt()).alias("z"), pl.len().alias("people")
        )
        assert scores.height == 78
        assert (scores["z"].abs() > 1.96).mean() < 0.13, column
        assert scores["z"].abs().max() < 4, column
