"""What the rivals share: scores of at least 0 become probabilities with recent popularity under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, ClassVar, Self

import numpy as np

from models.baselines.histories import Histories, Weighted, read_histories, weighted
from models.baselines.popularity import Popularity
from models.baselines.state import State
from models.baselines.tuning import log_loss, ndcg, ndcg_of, one_by_one, sample
from models.interactions import Catalogue, Interactions, Requests
from models.ranking import BATCH, batches, expects_repeats, seen_cells, without_seen

DECAYS = (1.0, 0.98, 0.95, 0.9, 0.8, 0.7, 0.5)
"""What a step back leaves of an event's weight, as tried."""
HALF_LIVES = (np.inf, 364.0, 91.0, 28.0, 7.0)
"""Days after which an event of a history weighs half, as tried beside it."""
SMOOTHING = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85)
"""Parts of recent popularity, as tried."""
IN_COMPANY = {"smoothing": 0.1, "power": 1.0}
"""How a rival speaks in a blend, where popularity has a weight of its own and need not be under everything."""
BESIDE = (0.0, 0.15, 0.3, 0.45)
"""Weights of popularity beside it, as tried, when its decay for company is chosen."""
FEW = 500
"""Requests on which that is."""
POWERS = (0.5, 1.0, 1.5, 2.0)
"""Powers of the scores, as tried: what a temperature does to probabilities. Only powers that need no logarithm."""

SPEAKS = 1e-30
"""A history whose scores together are less says nothing: dividing by them would leave the numbers that are."""


class Scored:
    """A rival by its scores. Each has a name, a grid of knobs of its own, `learn` and `scores`."""

    name: str
    grid: ClassVar[Mapping[str, Sequence[Any]]] = {}
    """Knobs that need `learn` again, with the values tried."""

    def __init__(self, catalogue: Catalogue, popularity: Popularity) -> None:
        self.catalogue = catalogue
        self.popularity = popularity
        self.masks_seen = False
        self._learnt: tuple[Interactions, dict[str, Any]] | None = None
        self.knobs: dict[str, Any] = {
            **{name: values[0] for name, values in self.grid.items()},
            "decay": 0.9, "half_life": np.inf, "by_kind": False, "smoothing": 0.1, "power": 1.0,
            "decay_in_company": 0.9,
        }  # fmt: skip

    def learn(self, train: Interactions, *, quick: bool = False) -> None:
        """Learn with the knobs as they are; quick: well enough to choose knobs by."""

    def scores(self, histories: Weighted, requests: int) -> np.ndarray:
        """float32 (requests, items), at least 0."""
        raise NotImplementedError

    def arrays(self) -> dict[str, np.ndarray]:
        """What `learn` made, by name."""
        return {}

    def take(self, arrays: dict[str, np.ndarray]) -> None:
        """Have again what `arrays` gave."""

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        """The knobs of ranking by NDCG@10, one after another, then smoothing and power by log-loss, on a sample."""
        if not self.popularity.is_tuned:
            self.popularity.tune(train, log, requests)
        self.masks_seen = not expects_repeats(train)
        asked = sample(requests)
        if not len(asked):
            return
        self._learnt = None
        learnt: dict[str, Any] | None = None

        def goodness(knobs: dict[str, Any]) -> float:
            nonlocal learnt
            self.knobs = knobs
            own = {name: knobs[name] for name in self.grid}
            if own != learnt:
                self.learn(train, quick=True)
                learnt = own
            return ndcg(lambda part: self.log_probabilities(log, part), asked)

        self.knobs = one_by_one(self._grid(log), self.knobs, goodness)
        self.fit(train)
        self._smooth(log, asked)
        self._accompany(log, sample(asked, FEW))

    def in_company(self) -> Self:
        """The same ranker as it speaks in a blend: with little popularity under its scores, and the decay that made
        the best lists beside popularity. It shares what was learnt."""
        found = copy(self)
        found.knobs = {**self.knobs, **IN_COMPANY, "decay": self.knobs.get("decay_in_company", self.knobs["decay"])}
        return found

    def fit(self, train: Interactions) -> None:
        """Learn from these events with the knobs chosen; nothing where `tune` has just learnt from the same."""
        wanted = (train, {name: self.knobs[name] for name in self.grid})
        if self._learnt is None or self._learnt[0] is not train or self._learnt[1] != wanted[1]:
            self.masks_seen = not expects_repeats(train)
            self.learn(train)
            self._learnt = wanted

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): the logarithm of (1 - smoothing) s^power / sum s^power + smoothing p, p being
        recent popularity; a history that scores nothing gets p alone.

        One request of a log of one person is a what-if: the same numbers as in an evaluation, from the same code.
        """
        found = np.empty((len(requests), self.catalogue.items), np.float32)
        for chosen, part in batches(requests, BATCH):
            prior = self.popularity.recent(log).at(part.time)
            found[chosen] = self._mixed(self._scored(log, part), prior, self.knobs["smoothing"], self.knobs["power"])
            if self.masks_seen:
                found[chosen] = without_seen(found[chosen], log, part)
        return found

    def state(self) -> State:
        """Knobs and arrays, enough to answer again."""
        return State({**self.knobs, "masks_seen": self.masks_seen}, self.arrays())

    @classmethod
    def from_state(cls, state: State, catalogue: Catalogue, popularity: Popularity) -> Self:
        """The rival as it was kept; `popularity` is the one kept beside it."""
        found = cls(catalogue, popularity)
        found.knobs = {name: value for name, value in state.knobs.items() if name != "masks_seen"}
        found.masks_seen = state.knobs["masks_seen"]
        found.take(state.arrays)
        return found

    def _weighted(self, histories: Histories) -> Weighted:
        weight = histories.weights(self.knobs["decay"], self.knobs["half_life"], self.knobs["by_kind"])
        return weighted(histories, weight)

    def _scored(self, log: Interactions, part: Requests) -> np.ndarray:
        scores = self.scores(self._weighted(read_histories(log, part)), len(part))
        if self.masks_seen:
            row, item = seen_cells(log, part)
            scores[row, item] = 0
        return scores

    def _grid(self, log: Interactions) -> dict[str, Sequence[Any]]:
        grid: dict[str, Sequence[Any]] = {"decay": DECAYS, **self.grid, "half_life": HALF_LIVES}
        if len(np.unique(log.kind)) > 1:
            grid["by_kind"] = (False, True)
        return grid

    def _smooth(self, log: Interactions, asked: Requests) -> None:
        parts = [(part, self._scored(log, part)) for _, part in batches(asked)]
        recent = self.popularity.recent(log)

        def goodness(knobs: dict[str, Any]) -> float:
            def probabilities(part: Requests) -> np.ndarray:
                scores = next(scored for each, scored in parts if each.end[0] == part.end[0])
                found = self._mixed(scores, recent.at(part.time), knobs["smoothing"], knobs["power"])
                return without_seen(found, log, part) if self.masks_seen else found

            return -log_loss(probabilities, asked)

        start = {name: self.knobs[name] for name in ("smoothing", "power")}
        self.knobs |= one_by_one({"smoothing": SMOOTHING, "power": POWERS}, start, goodness)

    def _accompany(self, log: Interactions, asked: Requests) -> None:
        own = self.knobs
        gains: dict[float, float] = {}
        for decay in DECAYS:
            self.knobs = {**own, "decay_in_company": decay}
            voice = self.in_company()
            said = [(voice.log_probabilities(log, part), self.popularity.log_probabilities(log, part), part)
                    for _, part in batches(asked)]  # fmt: skip
            gains[decay] = max(
                sum(float(ndcg_of((1 - x) * one + x * other, part).sum()) for one, other, part in said) for x in BESIDE
            )
        self.knobs = {**own, "decay_in_company": max(gains, key=gains.__getitem__)}

    def _mixed(self, scores: np.ndarray, prior: np.ndarray, smoothing: float, power: float) -> np.ndarray:
        raised = _powers(scores, power)
        total = raised.sum(axis=1, keepdims=True)
        says = total > SPEAKS
        share = np.where(says, (1 - smoothing) / np.where(says, total, 1), 0).astype(np.float32)
        raised *= share
        raised += prior * np.where(says, smoothing, 1).astype(np.float32)
        return np.asarray(np.log(raised, out=raised))


def _powers(scores: np.ndarray, power: float) -> np.ndarray:
    """A copy of the scores, brought to one of POWERS."""
    if power == 0.5:
        return np.asarray(np.sqrt(scores))
    if power == 1.5:
        return np.asarray(scores * np.sqrt(scores))
    return scores * scores if power == 2.0 else scores.copy()
