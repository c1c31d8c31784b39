"""Which events a ranker may learn from and what it is asked then."""

from dataclasses import dataclass

import numpy as np

from data.errors import InputError
from models.evaluate.metrics import unique_targets
from models.interactions import Interactions, Requests, successive_requests

MOST_TUNING = 5_000
MOST_TEST = 20_000
"""Requests sampled where there are more."""
CUTS = (0.8, 0.9)
"""The parts of the log's events before the middle part, where knobs are chosen, and before the test."""


@dataclass(frozen=True)
class Stage:
    """Learn from `train`, then answer `requests`, whose histories are rows of `log`."""

    train: Interactions
    log: Interactions
    requests: Requests
    asked: int
    """How many requests there were before sampling."""


def stage(train: Interactions, log: Interactions, requests: Requests, most: int, seed: int) -> Stage:
    """A stage of at most so many requests, drawn by the seed, in their order."""
    asked = len(requests)
    if asked > most:
        chosen = np.sort(np.random.default_rng(seed).choice(asked, most, replace=False))
        requests = requests.part(chosen)
    return Stage(train, log, unique_targets(requests), asked)


def temporal_stages(
    log: Interactions, *, seed: int = 0, most_tuning: int = MOST_TUNING, most_test: int = MOST_TEST
) -> tuple[Stage, Stage, tuple[int, int]]:
    """The stage that chooses, the stage that tests, and the two cuts, in seconds since 1970.

    Nobody who chooses sees anything from the second cut on: the first stage's log ends there.
    """
    if not log.events:
        raise InputError("There are no events to evaluate on: import a log or name another file.")
    first, second = log.cuts(*CUTS)
    middle = log.before(second)
    choosing = stage(log.before(first), middle, successive_requests(middle, first), most_tuning, seed)
    testing = stage(middle, log, successive_requests(log, second), most_test, seed)
    for part, found in (("choose with", choosing), ("test on", testing)):
        if not len(found.requests) or not found.train.events:
            raise InputError(
                f"There is nothing to {part}: of {log.events:,} events none after the time quantile "
                f"{CUTS[0] if found is choosing else CUTS[1]} belongs to somebody with earlier events. "
                "A longer log is needed."
            )
    return choosing, testing, (first, second)


def window_stage(testing: Stage, log: Interactions, start: int, end: int, *, seed: int = 0) -> Stage | None:
    """One request for everybody with a history at `start`: which items come until `end`? The same training as
    `testing`, at most MOST_TEST people. None where nobody with a history comes back."""
    before = log.offsets[:-1] + np.diff(testing.train.offsets)
    inside = np.flatnonzero((log.time >= start) & (log.time < end) & (log.item >= 0))
    inside = inside[before[log.user[inside]] > log.offsets[log.user[inside]]]
    people = np.unique(log.user[inside])
    if not len(people):
        return None
    offsets = np.searchsorted(log.user[inside], np.append(people, log.users)).astype(np.int64)
    requests = Requests(
        people.astype(np.int32), before[people], np.full(len(people), start, np.int64), log.item[inside], offsets
    )
    return stage(testing.train, log, requests, MOST_TEST, seed)
