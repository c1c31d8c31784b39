"""The one place where a page asks the model about a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from analytics.person import events_of
from data.store import Store
from models.interactions import KINDS
from models.recommender import Answer, Masks, Recommender, load, out_of_stock
from pages.shared import cached, state

ITEMS = 10


def loaded(run: str) -> Recommender:
    """The run's recommender, loaded once for all visitors."""
    return cached.held(load, state.settings(), run)


def foretold(store: Store, *, run: str, user_no: int, by: str, until: date) -> Answer:
    """What a run says of one person at the end of a day: ten items with reasons, interests now and next.

    What cannot be had then is left out.
    """
    events = cached.answer(events_of, store, user_no=user_no, by=by).filter(pl.col("day") <= until)
    when = end_of(until, store.meta.timezone)
    masks = Masks(out_of_stock=out_of_stock(state.settings(), when))
    return loaded(run).recommend(history_of(events), when, ITEMS, masks)


def history_of(events: pl.DataFrame) -> pl.DataFrame:
    """The events of `person.events_of` as the recommender reads them: what counts as history, oldest first."""
    words = pl.when(pl.col("item_id").is_null()).then("query").alias("query")
    known = pl.col("event_type").is_in(KINDS) & (pl.col("item_id").is_not_null() | pl.col("query").is_not_null())
    return events.filter(known).select(pl.col("moment").alias("event_time"), "event_type", "item_id", words, "order_id")


def end_of(day: date, timezone: str) -> datetime:
    """The end of a day of the shop, in UTC without zone.

    >>> end_of(date(2026, 7, 1), "Europe/London")
    datetime.datetime(2026, 7, 1, 23, 0)
    """
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(timezone))
    return midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
