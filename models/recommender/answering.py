"""What comes next for one person: items with scores and reasons, interests now and next, and by which route."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from models.interactions import NO_ITEM
from models.ranking import batches
from models.recommender.histories import Asked, asked, seconds, without_each
from models.recommender.interests import foretell, told_of
from models.recommender.loading import Served
from models.recommender.masks import Masks, hidden
from models.recommender.mixture import Mixture

REASONS = 3
"""Reasons told of an item."""
NEWEST = 40
"""The newest events that are tried as reasons."""
LEAST = 0.01
"""Nats below which an event is no reason: 1 % of the probability."""
PIECE = 64
"""Histories ranked at a time while reasons are looked for."""
NO_HISTORY = "popularity"
DID = {
    "view": "viewed", "cart": "put into the cart", "wishlist": "wished for", "purchase": "bought",
    "review": "reviewed", "search": "searched for",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What is recommended to one person."""

    run: str
    route: str
    """'blend', the name of the one ranker that the run shows, or 'popularity' for somebody without a history."""
    items: list[dict[str, Any]]
    """{"item_id", "name", "interest", "score", "reasons"}, the best first. `score` is the probability that the next
    item is this one; reasons are {"event", "effect", "place", "event_time", "event_type", "item_id"}, largest first:
    an event of the history in words, by how many nats it raises the logarithm of the score, its row in the history and
    what stands there."""
    interests: list[dict[str, Any]]
    """{"interest", "name", "now", "next", "interval"}, the likeliest next first: shares of what was done of late and of
    the next 28 days, and the ends of the 80 % band of the share that will be seen."""
    unknown: int
    """Events of the history that the run knows nothing of."""


class Recommender:
    """A loaded run; safe to keep for as long as the page process lives."""

    def __init__(self, served: Served) -> None:
        self.served = served

    @property
    def run(self) -> str:
        return self.served.run

    @cached_property
    def names(self) -> dict[str, str]:
        """Item id -> name."""
        catalogue = self.served.vocabulary.catalogue
        return dict(zip(catalogue.item_ids, catalogue.names, strict=True))

    def recommend(
        self, history: pl.DataFrame, when: datetime, k: int = 10, masks: Masks | None = None, *, reasons: bool = True,
        interests: bool = True,
    ) -> Answer:  # fmt: skip
        """The k likeliest next items at `when` (UTC) after a history in the columns of `reading_store.HISTORY`, oldest
        first; events from `when` on are left out. Without reasons and interests it takes a fraction of the time."""
        given = asked(history, when, self.served.vocabulary)
        route = self.served.chosen if given.log.events else NO_HISTORY
        found = self.mixtures[route].log_probabilities(given.log, given.requests)[0]
        top = self._top(found, k, given, masks or Masks())
        why = self._reasons(route, history, when, given, found, top) if reasons else [[] for _ in top]
        catalogue = self.served.vocabulary.catalogue
        items = [
            {
                "item_id": catalogue.item_ids[item], "name": catalogue.names[item],
                "interest": catalogue.interest_ids[catalogue.interest[item]]
                if catalogue.interest[item] != NO_ITEM else None,
                "score": float(np.exp(found[item])), "reasons": each,
            }
            for item, each in zip(top.tolist(), why, strict=True)
        ]  # fmt: skip
        moved = self.interests(given, when) if interests else []
        return Answer(self.run, route, items, moved, given.unknown)

    def interests(self, given: Asked, when: datetime) -> list[dict[str, Any]]:
        """The interest mix of a history, the likeliest next first; empty where the shop has no interests."""
        if self.served.forecast is None:
            return []
        found = foretell(self.served.forecast, given.log, seconds(when), self.served.heard)
        return told_of(found, self.served.vocabulary.catalogue)

    @cached_property
    def mixtures(self) -> dict[str, Mixture]:
        """Each route's computation."""
        popularity = self.served.popularity
        routes = {self.served.chosen: self.served.ranker, NO_HISTORY: popularity}
        return {name: Mixture.of_one(each, popularity, self.served.hides_seen) for name, each in routes.items()}

    def _top(self, found: np.ndarray, k: int, given: Asked, masks: Masks) -> np.ndarray:
        """The k likeliest items that are not left out, the best first; fewer where fewer are left."""
        seen = given.log.item[given.log.item >= 0].tolist() if self.served.hides_seen else []
        is_hidden = hidden(masks, self.served.vocabulary, seen)
        score = np.where(is_hidden, -np.inf, found)
        count = min(k, len(score) - int(is_hidden.sum()))
        if count <= 0:
            return np.zeros(0, np.int64)
        top = np.argpartition(-score, count - 1)[:count]
        return np.asarray(top[np.lexsort((top, -score[top]))])

    def _reasons(
        self, route: str, history: pl.DataFrame, when: datetime, given: Asked, found: np.ndarray, top: np.ndarray
    ) -> list[list[dict[str, Any]]]:
        """For each of the items the events whose removal lowers its log-probability most (leave-one-out influence)."""
        log = given.log
        several, requests = without_each(log, seconds(when), NEWEST)
        mixture = self.mixtures[route]
        lost = np.zeros((len(requests), len(top)), np.float32)
        for chosen, part in batches(requests, PIECE):
            lost[chosen] = found[top] - mixture.log_probabilities(several, part)[:, top]
        rows = given.rows[log.events - len(requests) :]
        told: list[list[dict[str, Any]]] = []
        for column in lost.T:
            best = np.argsort(-column, kind="stable")[:REASONS]
            told.append([
                {**self._event(history, int(rows[n])), "effect": float(column[n])}
                for n in best if column[n] >= LEAST
            ])  # fmt: skip
        return told

    def _event(self, history: pl.DataFrame, row: int) -> dict[str, Any]:
        event = history.row(row, named=True)
        name = self.names.get(event["item_id"]) if event["item_id"] else event["query"]
        return {
            "event": f"{name}, {DID[event['event_type']]}", "place": row, "event_time": event["event_time"].isoformat(),
            "event_type": event["event_type"], "item_id": event["item_id"],
        }  # fmt: skip
