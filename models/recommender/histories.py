"""Histories of single people as the arrays that rankers read, whole and with one event taken out."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import polars as pl

from models.interactions import KINDS, NO_ITEM, Interactions, Requests, arranged
from models.recommender.vocabulary import Vocabulary


@dataclass(frozen=True)
class Asked:
    """One person's history as a log of its own, and the request that is made of it."""

    log: Interactions
    requests: Requests
    rows: np.ndarray
    """int64 (events,): the row of the history's frame behind each event of the log."""
    unknown: int
    """Events left out: of items and words that the run never met."""


def asked(history: pl.DataFrame, when: datetime, vocabulary: Vocabulary) -> Asked:
    """The request for what comes at `when` (UTC, without zone) after the history [event_time, event_type, item_id,
    query, order_id], whose events from `when` on are left out."""
    moment = seconds(when)
    times = history["event_time"].dt.epoch("s").to_numpy()
    kinds, orders = history["event_type"].to_list(), history["order_id"].to_list()
    items = [vocabulary.item.get(item or "", NO_ITEM) for item in history["item_id"].to_list()]
    words = [vocabulary.query.get(query or "", NO_ITEM) for query in history["query"].to_list()]
    rows = np.array([
        row for row, (kind, item, word) in enumerate(zip(kinds, items, words, strict=True))
        if times[row] < moment and kind in KINDS and (item != NO_ITEM or word != NO_ITEM)
    ], np.int64)  # fmt: skip
    number = {order: place for place, order in enumerate(sorted({orders[row] for row in rows} - {None}))}
    order = np.array([number.get(orders[row], NO_ITEM) for row in rows], np.int64)
    kind = np.array([KINDS.index(kinds[row]) for row in rows], np.int8)
    item, word = np.array(items, np.int32)[rows], np.array(words, np.int32)[rows]
    # The same order as in a log, found here as well so that events can be told by their rows.
    began = times[rows].copy()
    for each in number.values():
        began[order == each] = began[order == each].min()
    place = np.lexsort((kind, word, item, order, began))
    found = arranged(
        np.zeros(len(rows), np.int32), item[place], began[place], users=[""], catalogue=vocabulary.catalogue,
        query=word[place], kind=kind[place], order=order[place],
    )  # fmt: skip
    past = int((times < moment).sum())
    return Asked(found, one_request(found, moment), rows[place], past - len(rows))


def one_request(log: Interactions, moment: int) -> Requests:
    """What comes next of the only person in a log, at a moment in seconds since 1970."""
    return Requests(
        np.zeros(1, np.int32), np.array([log.events], np.int64), np.array([moment], np.int64), np.zeros(0, np.int32),
        np.zeros(2, np.int64),
    )  # fmt: skip


def next_requests(log: Interactions, people: np.ndarray, moment: int) -> Requests:
    """What comes next of each of these people after all their events."""
    count = len(people)
    return Requests(
        people.astype(np.int32), log.offsets[people + 1], np.full(count, moment, np.int64), np.zeros(0, np.int32),
        np.zeros(count + 1, np.int64),
    )  # fmt: skip


def without_each(log: Interactions, moment: int, newest: int) -> tuple[Interactions, Requests]:
    """A log of as many people as the only person of `log` has events, `newest` at most, each with one of the newest
    events taken out, the oldest of them first; and the requests for what comes to each at that moment."""
    events = log.events
    count = min(events, newest)
    rows = np.broadcast_to(np.arange(events), (count, events))
    rows = rows[rows != (events - count + np.arange(count))[:, None]].reshape(count, max(events - 1, 0))
    flat = rows.ravel()
    begins = np.ones(rows.shape, bool)
    begins[:, 1:] = log.step[rows[:, 1:]] != log.step[rows[:, :-1]]
    columns = {name: np.asarray(getattr(log, name))[flat] for name in ("item", "query", "kind", "time")}
    user = np.repeat(np.arange(count, dtype=np.int32), events - 1 if events else 0)
    offsets = np.arange(count + 1, dtype=np.int64) * max(events - 1, 0)
    several = replace(log, user=user, step=np.cumsum(begins) - 1, offsets=offsets, user_ids=[""] * count, **columns)
    requests = Requests(
        np.arange(count, dtype=np.int32), offsets[1:], np.full(count, moment, np.int64), np.zeros(0, np.int32),
        np.zeros(count + 1, np.int64),
    )  # fmt: skip
    return several, requests


def seconds(when: datetime) -> int:
    """Seconds since 1970 of a time in UTC without zone."""
    return int(when.replace(tzinfo=UTC).timestamp())
