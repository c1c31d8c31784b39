"""The shrunk exponentially weighted interest mix: what a person's next 28 days look like if little changes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.baselines.state import State
from models.baselines.tuning import one_by_one
from models.interactions import Interactions
from models.interest_mix.bands import Concentration, bands, calibrated, fitted
from models.interest_mix.periods import Asked, Periods, cut_periods

HALF_LIVES = (6.0, 1.0, 2.0, 3.0, 4.0, 9.0, 13.0, np.inf)
"""Periods after which an event counts half, as tried."""
PSEUDO = (80.0, 5.0, 10.0, 20.0, 40.0, 160.0, 320.0)
"""Events of everybody's mix that are added to a person's own, as tried."""
LONG_RUN = 5.0
"""Events per interest of the long-run mix that are added to everybody's last period, so that an interest that rested
a month is not impossible."""
NAME = "interest-mix"


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
        """float64 (rows, interests), rows summing to 1, and (rows,): the person's decayed events behind each.

        Only periods before the one asked for are read.
        """
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
        periods = cut_periods(log, when, when)
        everyone = everyones_mix(periods, 0) if self.everyone is None else self.everyone
        own = np.zeros((log.users, periods.interests))
        spread = 0.0
        for ago, counts in periods.before(0):
            decay = 2.0 ** (-ago / self.half_life)
            own += counts.toarray() * decay
            spread += decay
        mix, weight = self._shrunk(own, everyone)
        usual = np.maximum(np.round(weight / max(spread, 1e-12)), 1) if events is None else events
        low, high = bands(mix, weight, usual, self.concentration)
        now = own / np.maximum(weight, 1e-12)[:, None]
        return Forecast(np.where(weight[:, None] > 0, now, everyone), mix, low, high)

    def state(self) -> State:
        """Knobs and everybody's mix."""
        knobs = {
            "half_life": self.half_life, "pseudo": self.pseudo, "base": self.concentration.base,
            "growth": self.concentration.growth, "tail": self.concentration.tail,
        }  # fmt: skip
        return State(knobs, {} if self.everyone is None else {"everyone": self.everyone})

    @classmethod
    def from_state(cls, state: State) -> InterestMix:
        """The forecast as it was kept."""
        knobs = state.knobs
        concentration = Concentration(knobs["base"], knobs["growth"], knobs["tail"])
        return cls(knobs["half_life"], knobs["pseudo"], concentration, state.arrays.get("everyone"))

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


def everyones_mix(periods: Periods, number: int) -> np.ndarray:
    """float64 (interests,), all above 0: everybody's mix in the period before, with a little of the long run."""
    total = np.full(periods.interests, 0.5)
    last = np.zeros(periods.interests)
    for ago, counts in periods.before(number):
        found = np.asarray(counts.sum(axis=0), np.float64)
        total += found
        if ago == 0:
            last = found
    mixed = last + LONG_RUN * len(total) * total / total.sum()
    return np.asarray(mixed / mixed.sum())


def losses(log_mix: np.ndarray, asked: Asked) -> np.ndarray:
    """float64 (rows,): the mean of -log p over the events of each person and period, in nats an event."""
    return np.asarray(-(asked.counts * log_mix).sum(axis=1) / asked.counts.sum(axis=1))
