"""A log as periods of 28 days: how many events each person has with each interest in each of them."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.interactions import Interactions

DAYS = 28
DAY = 86_400
LEAST = 5
"""Events before a period, and in it, from which a person's forecast is judged."""
LONG_RUN = 5.0
"""Events per interest of the long-run mix that are added to everybody's last period, so that an interest that rested
a month is not impossible."""
HISTORY = 2
"""Complete periods before one that a correction learns from."""


@dataclass(frozen=True)
class Periods:
    """Events with items that have an interest, by person and interest, in successive periods."""

    origin: int
    """Seconds since 1970, UTC, at which period 0 begins."""
    first: int
    """The number of the earliest period, 0 or below."""
    counts: list[sparse.csr_array]
    """float32 (users, interests) of each period from `first` on, empty ones too."""
    complete: range
    """Numbers of the periods that lie wholly in the log."""

    @property
    def interests(self) -> int:
        return int(self.counts[0].shape[1])

    def __getitem__(self, number: int) -> sparse.csr_array:
        """The counts of a period."""
        return self.counts[number - self.first]

    def before(self, number: int) -> list[tuple[int, sparse.csr_array]]:
        """The periods before a period, each with how many periods ago it was; 0 is the one just before."""
        return [
            (number - 1 - each, self[each]) for each in range(self.first, min(number, self.first + len(self.counts)))
        ]


@dataclass(frozen=True)
class Asked:
    """People and periods whose mix is foretold, and what came."""

    number: np.ndarray
    """int64 (rows,): the period."""
    user: np.ndarray
    """int64 (rows,)."""
    counts: np.ndarray
    """float64 (rows, interests): the person's events in the period."""

    def __len__(self) -> int:
        return len(self.user)

    def part(self, rows: np.ndarray) -> "Asked":
        """Some of the rows."""
        return Asked(self.number[rows], self.user[rows], self.counts[rows])


def cut_periods(log: Interactions, origin: int, end: int | None = None) -> Periods:
    """The log cut at `origin` and every 28 days before and after it; up to `end`, by default the log's last event."""
    interest = np.where(log.item >= 0, log.catalogue.interest[log.item], -1)
    told = interest >= 0
    shape = (log.users, log.catalogue.interests)
    if not told.any():
        return Periods(origin, 0, [sparse.csr_array(shape, dtype=np.float32)], range(0))
    user, interest, time = log.user[told], interest[told], log.time[told]
    end = int(time.max()) + 1 if end is None else end
    known = time < end
    user, interest, time = user[known], interest[known], time[known]
    number = (time - origin) // (DAYS * DAY)
    first, last = min(int(number.min(initial=0)), 0), max(int(number.max(initial=0)), 0)
    counts = []
    for each in range(first, last + 1):
        rows = number == each
        cells = (np.ones(int(rows.sum()), np.float32), (user[rows], interest[rows]))
        counts.append(sparse.csr_array(cells, shape=shape))
    begun = -((origin - int(log.time.min())) // (DAYS * DAY))
    return Periods(origin, first, counts, range(begun, max(begun, (end - origin) // (DAYS * DAY))))


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


def asked_of(periods: Periods, numbers: range | list[int], least: int = LEAST) -> Asked:
    """Everybody with `least` events before a period and in it, for each of these periods."""
    number, user, counts = [], [], []
    for each in numbers:
        then = np.asarray(periods[each].sum(axis=1))
        earlier = np.zeros_like(then)
        for _, found in periods.before(each):
            earlier += np.asarray(found.sum(axis=1))
        who = np.flatnonzero((then >= least) & (earlier >= least))
        number.append(np.full(len(who), each))
        user.append(who)
        counts.append(periods[each][who].toarray().astype(np.float64))
    if not user:
        return Asked(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, periods.interests)))
    return Asked(np.concatenate(number), np.concatenate(user), np.concatenate(counts))


def earlier_periods(periods: Periods, chosen: list[int], least: int = HISTORY) -> list[int]:
    """Numbers of the complete periods before those on which knobs are chosen that have `least` complete ones before
    themselves: what a correction can learn from."""
    return [
        each for each in periods.complete if each >= periods.complete.start + least and each < min(chosen, default=0)
    ]


def judged_periods(periods: Periods, choose_from: int, test_from: int) -> tuple[list[int], list[int]]:
    """Numbers of the periods on which knobs are chosen, and of those on which the forecast is tested, of a log that is
    cut at `test_from`: complete periods between the two moments, and after the second. Where the first stretch is
    shorter than a period, the last period before the test serves: knobs may see it, the test may not."""
    test = [each for each in periods.complete if each >= 0]
    span = DAYS * DAY
    chosen = [each for each in periods.complete if each < 0 and periods.origin + each * span >= choose_from]
    if not chosen and -1 in periods.complete and test_from == periods.origin:
        chosen = [-1]
    return chosen, test
