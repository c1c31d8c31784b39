"""Leave one out: the last event of each person is the test, as most published tables have it.

It is only for comparison with those tables: what others did after a test event is learned from, which no shop could,
and figures come out far too high (1.2 to 2.8 times, and in another order).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data.errors import InputError
from data.progress import Progress, quiet
from models.evaluate.protocol import Evaluation, evaluate
from models.evaluate.split import MOST_TEST, MOST_TUNING, Stage, stage
from models.interactions import Interactions, Requests, offsets_of
from models.ranking import Ranker

LEAST_EVENTS = 3
"""A person's events: one to learn from, one to choose by, one to test."""


def evaluate_leave_one_out(
    log: Interactions, rankers: Sequence[Ranker], progress: Progress = quiet, *, seed: int = 0
) -> Evaluation:
    """The figures of `protocol.evaluate` with "protocol" and "note", and the blend.

    `log` has every row as a step (`arranged(..., every_row_a_step=True)`): ties are broken by the order of the file.
    """
    choosing, testing = leave_one_out_stages(log, seed=seed)
    found = evaluate(choosing, testing, rankers, progress)
    told = {
        "protocol": "loo",
        "note": "Leave one out, ties broken by file order: only to compare with published tables. It learns from what "
        "others did after the test events; the temporal protocol says what a shop can expect.",
    }
    return replace(found, figures={**told, **found.figures})


def leave_one_out_stages(log: Interactions, *, seed: int = 0) -> tuple[Stage, Stage]:
    """The last but one event of each person is asked for first, then the last. A stage's log ends before what it asks
    for, so that nothing can read it."""
    items = _with_items(log)
    enough = np.diff(items.offsets) >= LEAST_EVENTS
    if not enough.any():
        raise InputError(
            f"Nobody of {log.users:,} people has {LEAST_EVENTS} events, which leave-one-out needs: one to learn from, "
            "one to choose by, one to test. Use another file or the temporal protocol."
        )
    people = np.flatnonzero(enough)
    last = items.offsets[people + 1] - 1
    return (
        _stage(items, people, last - 1, left_out=np.concatenate([last - 1, last]), most=MOST_TUNING, seed=seed),
        _stage(items, people, last, left_out=last, most=MOST_TEST, seed=seed),
    )


def _stage(
    log: Interactions, people: np.ndarray, asked: np.ndarray, *, left_out: np.ndarray, most: int, seed: int
) -> Stage:
    kept = _rows(log, np.setdiff1d(np.arange(log.events), left_out))
    requests = Requests(
        people.astype(np.int32), kept.offsets[people + 1], log.time[asked], log.item[asked],
        np.arange(len(people) + 1, dtype=np.int64),
    )  # fmt: skip
    return stage(kept, kept, requests, most, seed)


def _with_items(log: Interactions) -> Interactions:
    return log if (log.item >= 0).all() else _rows(log, np.flatnonzero(log.item >= 0))


def _rows(log: Interactions, kept: np.ndarray) -> Interactions:
    columns = {name: getattr(log, name)[kept] for name in ("user", "item", "query", "kind", "time", "step")}
    return replace(log, **columns, offsets=offsets_of(columns["user"], log.users))
