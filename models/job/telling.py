"""How a training tells how far it is, and how it is stopped: by a signal, or by whoever it tells."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from data.errors import AppError
from data.progress import Progress
from models.runs import read_status, write_status

EVERY = 0.5
"""Seconds between two changes of status.json."""


class Stopped(AppError):
    """Somebody asked the training to stop."""

    title = "The training was stopped"


STOPPED = "The training was cancelled. Its checkpoints are kept until the next one: python -m models train --resume."


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn SIGTERM into Stopped while the block runs, where this is the process's main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(STOPPED)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Teller:
    """Writes status.json and passes on to a progress callback; no oftener than every EVERY seconds."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder, self._progress = folder, progress
        self._last = 0.0
        self._stage = ""
        self._history: list[dict[str, Any]] = list(read_status(folder).get("history") or [])  # of one that is resumed
        self._from, self._to, self._done, self._base = 0.0, 1.0, 0.0, 0.0

    def part(self, low: float, high: float) -> "Teller":
        """From now on fractions told mean this part of the whole."""
        self._from, self._to = low, high
        return self

    def __call__(self, stage: str, fraction: float) -> None:
        """A stage of the training and how much of the present part is done."""
        whole = self._whole(fraction)
        if stage != self._stage:
            # What was told of the network's epochs says nothing of another stage.
            nothing = dict.fromkeys(("epoch", "epochs", "loss", "metric", "examples_per_second", "seconds_left"))
            self._write(stage, fraction=whole, **nothing)
        elif time.monotonic() - self._last > EVERY:
            self._write(stage, fraction=whole)
        self._progress(stage, whole)

    def report(self, stage: str, facts: dict[str, Any]) -> None:
        """The live facts of the network's training: epoch, epochs, loss, metric, examples_per_second, seconds_left.

        Epochs that ended with a metric are kept as "history", in the form of a run's training: epoch, loss, ndcg@10,
        examples_per_second.
        """
        known = {name: value for name, value in facts.items() if name != "stage"}
        has_ended = facts.get("metric") is not None
        if has_ended:
            ended = {name: facts.get(name) for name in ("epoch", "loss", "examples_per_second")}
            before = [each for each in self._history if each["epoch"] < facts["epoch"]]
            self._history = [*before, {**ended, "ndcg@10": facts["metric"]}]
            known["history"] = self._history
        done = (facts["epoch"] - 1) / facts["epochs"] if facts.get("epochs") else 0.0
        if stage != self._stage:
            self._base = max(self._done, self._from)
        # A training takes half of what is left of its part, for the next one comes after it.
        whole = self._whole((self._base + (self._to - self._base) * done / 2 - self._from) / (self._to - self._from))
        if has_ended or stage != self._stage or time.monotonic() - self._last > EVERY:
            self._write(stage, fraction=whole, **known)
        self._progress(stage, whole)

    def _whole(self, fraction: float) -> float:
        """The part of the whole training that is done, which never falls: some stages come twice."""
        now = self._from + (self._to - self._from) * min(max(fraction, 0.0), 1.0)
        self._done = max(self._done, now)
        return self._done

    def _write(self, stage: str, **facts: Any) -> None:
        write_status(self._folder, state="running", stage=stage, **facts)
        self._stage, self._last = stage, time.monotonic()
