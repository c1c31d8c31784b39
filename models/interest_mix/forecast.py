"""The shrunk exponentially weighted interest mix: what a person's next 28 days look like if little changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.baselines.state import State
from models.baselines.tuning import one_by_one
from models.interactions import Interactions
from models.interest_mix import correction as correcting
from models.interest_mix.bands import Concentration, bands, calibrated, fitted
from models.interest_mix.correction import Correction, Signals
from models.interest_mix.losing import difference, is_better, losses
from models.interest_mix.periods import Asked, Periods, cut_periods, everyones_mix

HALF_LIVES = (6.0, 1.0, 2.0, 3.0, 4.0, 9.0, 13.0, np.inf)
"""Periods after which an event counts half, as tried."""
PSEUDO = (80.0, 5.0, 10.0, 20.0, 40.0, 160.0, 320.0)
"""Events of everybody's mix that are added to a person's own, as tried."""
NAME = "interest-mix"
SEED = 5
CORRECTION = ("shared", "intercept", "related", "between")


@dataclass
class InterestMix:
    """p_k = (w_k + pseudo q_k) / (sum w + pseudo), w_k being the person's events with interest k, one of j periods ago
    weighing 2^(-j / half_life), and q everybody's mix in the last period (the interest vector of
    drift-and-targeting.md, B4, in whole periods)."""

    half_life: float = 6.0
    """In periods of 28 days."""
    pseudo: float = 80.0
    concentration: Concentration = field(default_factory=Concentration)
    everyone: np.ndarray | None = None
    """float64 (interests,): everybody's mix at the end of the log of `keep`, by which histories alone are foretold."""

    correction: Correction | None = None
    """Where one was learned and won: see `correct`."""

    name = NAME

    def tune(self, periods: Periods, asked: Asked) -> None:
        """Half-life and pseudo-events by log-loss, then the concentration by likelihood and the bands by coverage."""
        if not len(asked):
            return

        def goodness(knobs: dict[str, float]) -> float:
            self.half_life, self.pseudo = knobs["half_life"], knobs["pseudo"]
            return -float(losses(self.log_mix(periods, asked), asked).mean())

        start = {"half_life": self.half_life, "pseudo": self.pseudo}
        best = one_by_one({"half_life": HALF_LIVES, "pseudo": PSEUDO}, start, goodness)
        self.half_life, self.pseudo = best["half_life"], best["pseudo"]
        mix, weight = self.mix(periods, asked)
        self.concentration = calibrated(fitted(mix, weight, asked.counts), mix, weight, asked.counts)

    def mix(self, periods: Periods, asked: Asked) -> tuple[np.ndarray, np.ndarray]:
        """float64 (rows, interests), rows summing to 1, and (rows,): the person's decayed events behind each; corrected
        where a correction is kept. Only periods before the one asked for are read."""
        if self.correction is None:
            return self.plain(periods, asked)
        found = np.empty((len(asked), periods.interests))
        for number in np.unique(asked.number):
            rows = asked.number == number
            found[rows] = np.exp(self.correction.log_mix(self._signals(periods, int(number), asked.user[rows])))
        return found, self.plain(periods, asked)[1]

    def plain(self, periods: Periods, asked: Asked) -> tuple[np.ndarray, np.ndarray]:
        """The same without a correction."""
        found = np.empty((len(asked), periods.interests))
        weight = np.empty(len(asked))
        for number in np.unique(asked.number):
            rows = asked.number == number
            own = np.zeros((int(rows.sum()), periods.interests))
            for ago, counts in periods.before(int(number)):
                own += counts[asked.user[rows]].toarray() * 2.0 ** (-ago / self.half_life)
            found[rows], weight[rows] = self._shrunk(own, everyones_mix(periods, int(number)))
        return found, weight

    def log_mix(self, periods: Periods, asked: Asked) -> np.ndarray:
        """float64 (rows, interests): the natural logarithm of `mix`."""
        return np.log(self.mix(periods, asked)[0])

    def correct(self, periods: Periods, earlier: Asked, validation: Asked) -> dict[str, Any] | None:
        """Learn a correction from earlier periods, and keep it only where it beats the plain mix on the validation
        periods, the interval over people above 0; then it learns from these too, and the bands are fitted again.

        Comes back with {"kept", "difference", "interval"} on validation; None where there is too little to learn from.
        `tune` comes first.
        """
        if len(earlier) < correcting.FEWEST_ROWS or not len(validation):
            return None
        if len(earlier) > correcting.MOST_ROWS:
            earlier = earlier.part(
                np.random.default_rng(SEED).choice(len(earlier), correcting.MOST_ROWS, replace=False)
            )
        before, then = (self._all_signals(periods, each) for each in (earlier, validation))
        tried = [(ridge, correcting.learned(before, earlier.counts, ridge)) for ridge in correcting.RIDGES]
        ridge, best = min(tried, key=lambda each: losses(each[1].log_mix(then), validation).mean())
        corrected = best.log_mix(then)
        kept = is_better(then.plain, corrected, validation)
        if kept:
            weight = self.plain(periods, validation)[1]
            self.concentration = calibrated(
                fitted(np.exp(corrected), weight, validation.counts), np.exp(corrected), weight, validation.counts
            )
            counts = np.concatenate([earlier.counts, validation.counts])
            self.correction = correcting.learned(correcting.joined([before, then]), counts, ridge, best)
        return {"kept": kept, **difference(then.plain, corrected, validation)}

    def keep(self, log: Interactions) -> None:
        """Remember everybody's mix at the end of this log."""
        end = int(log.time.max()) + 1 if log.events else 0
        self.everyone = everyones_mix(cut_periods(log, end), 0)

    def of_histories(self, log: Interactions, when: int, events: np.ndarray | None = None) -> Forecast:
        """The mix of the 28 days after `when` of everybody in the log, with 80 % bands.

        Only events before `when` count. `events` (users,) is how many events each will have, by default as many as
        in a usual period of theirs, at least 1; bands are of shares of so many events. Without `keep` the log itself
        says what everybody likes, which the history of one person does not know.
        """
        now, mix, weight, usual = self.expected(log, when)
        low, high = bands(mix, weight, usual if events is None else events, self.concentration)
        return Forecast(now, mix, low, high)

    def expected(self, log: Interactions, when: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """`Forecast.now` and `Forecast.mix`, and of each person the decayed events and the events of a usual period,
        both (users,): what `of_histories` makes bands of."""
        periods = cut_periods(log, when, when)
        everyone = everyones_mix(periods, 0) if self.everyone is None else self.everyone
        before = [(ago, counts.toarray()) for ago, counts in periods.before(0)]
        decays = [2.0 ** (-ago / self.half_life) for ago, _ in before]
        own = np.zeros((log.users, periods.interests))
        for decay, (_, counts) in zip(decays, before, strict=True):
            own += counts * decay
        mix, weight = self._shrunk(own, everyone)
        if self.correction is not None:
            found = correcting.signals(before, everyone, self.half_life, self.pseudo, log.users)
            mix = np.exp(self.correction.log_mix(found))
        usual = np.maximum(np.round(weight / max(sum(decays), 1e-12)), 1)
        now = np.where(weight[:, None] > 0, own / np.maximum(weight, 1e-12)[:, None], everyone)
        return now, mix, weight, usual

    def state(self) -> State:
        """Knobs and everybody's mix."""
        knobs = {
            "half_life": self.half_life, "pseudo": self.pseudo, "base": self.concentration.base,
            "growth": self.concentration.growth, "tail": self.concentration.tail,
        }  # fmt: skip
        arrays = {} if self.everyone is None else {"everyone": self.everyone}
        if self.correction is not None:
            arrays |= {f"correction-{name}": getattr(self.correction, name) for name in CORRECTION}
        return State(knobs, arrays)

    @classmethod
    def from_state(cls, state: State) -> InterestMix:
        """The forecast as it was kept."""
        knobs = state.knobs
        concentration = Concentration(knobs["base"], knobs["growth"], knobs["tail"])
        kept = [state.arrays.get(f"correction-{name}") for name in CORRECTION]
        correction = None if kept[0] is None else Correction(*(np.asarray(each) for each in kept))
        return cls(knobs["half_life"], knobs["pseudo"], concentration, state.arrays.get("everyone"), correction)

    def _signals(self, periods: Periods, number: int, user: np.ndarray) -> Signals:
        before = [(ago, counts[user].toarray()) for ago, counts in periods.before(number)]
        return correcting.signals(before, everyones_mix(periods, number), self.half_life, self.pseudo, len(user))

    def _all_signals(self, periods: Periods, asked: Asked) -> Signals:
        """Signals of every row, in order."""
        numbers = np.unique(asked.number)
        rows = [np.flatnonzero(asked.number == number) for number in numbers]
        parts = [self._signals(periods, int(n), asked.user[r]) for n, r in zip(numbers, rows, strict=True)]
        return correcting.chosen(correcting.joined(parts), np.argsort(np.concatenate(rows), kind="stable"))

    def _shrunk(self, own: np.ndarray, everyone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weight = own.sum(axis=1)
        return (own + self.pseudo * everyone) / (weight + self.pseudo)[:, None], weight


@dataclass(frozen=True)
class Forecast:
    """Interest mixes, all float64 (users, interests)."""

    now: np.ndarray
    """The person's own decayed mix; everybody's where there is no history."""
    mix: np.ndarray
    """The forecast: the mix to expect."""
    low: np.ndarray
    """The lower end of the 80 % band of the share that will be seen."""
    high: np.ndarray
