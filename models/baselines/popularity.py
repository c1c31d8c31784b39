"""Recent popularity: decayed counts of everybody's events, strictly before the moment of asking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.baselines.state import State
from models.baselines.tuning import Scored, log_loss, ndcg, sample
from models.interactions import Interactions, Requests
from models.ranking import expects_repeats, without_seen

DAY = 86_400
ROWS = 512
"""Moments for which counts are kept at most."""
CELLS = 1 << 24
"""Counts kept at most: 64 MB. A log of more days or items is counted at fewer moments."""
HALF_LIVES = (1.0, 3.0, 7.0, 14.0, 28.0, 91.0, 364.0, np.inf)
"""Days after which an event counts half, as tried."""
PSEUDO = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Events that every item is given beside its own, as tried: what makes an item that nobody knows possible."""


@dataclass(frozen=True)
class RecentPopularity:
    """Decayed counts at moments of equal distance (a day, less in a log of days, more where CELLS would not do)."""

    first: int
    """Seconds since 1970, UTC, of the first moment, at which nothing has happened yet."""
    step: int
    """Seconds from one moment to the next."""
    counts: np.ndarray
    """float32 (moments, items): events before each moment, an event one half-life old counting half."""
    pseudo: float
    """Events added to every item's."""

    @classmethod
    def of(cls, log: Interactions, half_life: float, pseudo: float) -> RecentPopularity:
        """Counted in one pass over the log; half_life in days, inf for plain counts."""
        is_item = log.item >= 0
        item, time = log.item[is_item], log.time[is_item]
        items = log.catalogue.items
        if not len(time):
            return cls(0, DAY, np.zeros((1, items), np.float32), pseudo)
        first = int(time.min())
        span = int(time.max()) - first + 1
        most = max(2, min(ROWS, CELLS // max(items, 1)))
        step = max(1, min(DAY, span // 64), -(-span // (most - 1)))
        cell = (time - first) // step
        order = np.argsort(cell, kind="stable")
        item, cell = item[order], cell[order]
        bounds = np.searchsorted(cell, np.arange(int(cell[-1]) + 2))
        kept = np.float32(2 ** (-step / (half_life * DAY)))
        counts = np.zeros((len(bounds), items), np.float32)
        for row in range(1, len(bounds)):
            now = np.bincount(item[bounds[row - 1] : bounds[row]], minlength=items)
            np.add(counts[row - 1] * kept, now, out=counts[row])
        return cls(first, step, counts, pseudo)

    def at(self, times: np.ndarray) -> np.ndarray:
        """float32 (times, items): each item's share, all above 0, from events strictly before the moments given."""
        shares, place = self._shares(times)
        return np.asarray(shares[place])

    def log_at(self, times: np.ndarray) -> np.ndarray:
        """float32 (times, items): the natural logarithm of `at`."""
        shares, place = self._shares(times)
        return np.asarray(np.log(shares)[place])

    def _shares(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shares at the moments used, each once, and which of them each time takes."""
        row = np.clip((np.asarray(times) - self.first) // self.step, 0, len(self.counts) - 1)
        used, place = np.unique(row, return_inverse=True)
        shares = self.counts[used] + np.float32(self.pseudo)
        shares /= shares.sum(axis=1, keepdims=True)
        return shares, place


class Popularity:
    """Ranks by recent popularity; the other rivals fall back to it, and the network may read it."""

    name = "popularity"

    def __init__(self) -> None:
        self.half_life = 28.0
        self.pseudo = 0.1
        self.masks_seen = False
        self.is_tuned = False
        self._kept: RecentPopularity | None = None
        self._counted: tuple[Interactions, float, RecentPopularity] | None = None

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        """Half-life by NDCG@10, then the events added to every item by log-loss, on a sample of the requests."""
        self.masks_seen = not expects_repeats(train)
        self.is_tuned = True
        asked = sample(requests)
        if not len(asked):
            return
        span = max(int(log.time.max() - log.time.min()), 1) / DAY
        best = -1.0
        for half_life in (each for each in HALF_LIVES if each <= span or np.isinf(each)):
            recent = RecentPopularity.of(log, half_life, self.pseudo)
            found = ndcg(self._scored(recent, log), asked)
            if found >= best:
                best, self.half_life = found, half_life
        counted = self.recent(log)
        losses = {}
        for pseudo in PSEUDO:
            tried = RecentPopularity(counted.first, counted.step, counted.counts, pseudo)
            losses[pseudo] = log_loss(self._scored(tried, log), asked)
        self.pseudo = min(losses, key=losses.__getitem__)

    def fit(self, train: Interactions) -> None:
        """Learn whether items are asked for again; counts follow the log by themselves."""
        self.masks_seen = not expects_repeats(train)

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): the logarithm of each item's recent share."""
        return self._masked(self.recent(log), log, requests)

    def recent(self, log: Interactions) -> RecentPopularity:
        """Counts of a log with the knobs chosen, counted once for each log. Where counts were loaded from a run they
        answer for every log: the log of one edited history says nothing of everybody."""
        if self._kept is not None:
            return self._kept
        if self._counted is None or self._counted[0] is not log or self._counted[1] != self.half_life:
            self._counted = (log, self.half_life, RecentPopularity.of(log, self.half_life, self.pseudo))
        found = self._counted[2]
        return RecentPopularity(found.first, found.step, found.counts, self.pseudo)

    def state(self, log: Interactions) -> State:
        """Knobs, and the counts of this log."""
        recent = self.recent(log)
        knobs = {
            "half_life": self.half_life, "pseudo": self.pseudo, "masks_seen": self.masks_seen,
            "first": recent.first, "step": recent.step,
        }  # fmt: skip
        return State(knobs, {"counts": recent.counts})

    @classmethod
    def from_state(cls, state: State) -> Popularity:
        """The ranker as it was kept, counts included."""
        found = cls()
        knobs = state.knobs
        found.half_life, found.pseudo, found.masks_seen = knobs["half_life"], knobs["pseudo"], knobs["masks_seen"]
        found.is_tuned = True
        found._kept = RecentPopularity(knobs["first"], knobs["step"], state.arrays["counts"], found.pseudo)
        return found

    def _scored(self, recent: RecentPopularity, log: Interactions) -> Scored:
        return lambda requests: self._masked(recent, log, requests)

    def _masked(self, recent: RecentPopularity, log: Interactions, requests: Requests) -> np.ndarray:
        found = recent.log_at(requests.time)
        return without_seen(found, log, requests) if self.masks_seen else found
