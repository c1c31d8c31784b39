"""Training: epochs over packed rows until the validation gets no better, with a checkpoint after each."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.interactions import Interactions, Requests
from models.network.checkpoint import check_same, fingerprint, read_checkpoint, write_checkpoint
from models.network.config import NetworkConfig
from models.network.devices import Devices
from models.network.encoder import Network, build_network, give_catalogue
from models.network.packing import Batches, Fill, event_counts
from models.network.refresh import Start, take_up
from models.network.scoring import Scoring, score
from models.network.steps import Steps

Report = Callable[[dict[str, Any]], None]
"""Told what `status.json` shows: {"stage", "epoch", "epochs", "loss", "metric", "examples_per_second",
"seconds_left"}; may raise to stop, after which training can be resumed."""
EVERY_SECONDS = 2.0
"""Between two reports inside an epoch."""


def silent(facts: dict[str, Any]) -> None:
    """The report of callers that show none."""


@dataclass(frozen=True)
class Validation:
    """Later requests by which training ends: their histories are rows of `log`."""

    log: Interactions
    requests: Requests


@dataclass
class Trained:
    """A network with the weights of its best epoch, and how it came to them."""

    network: Network
    device: str
    epochs: list[dict[str, Any]] = field(default_factory=list)
    """{"epoch", "loss", "ndcg@10", "logloss", "examples_per_second", "fill"}: from 1; None where not measured."""
    best: int = 0
    """The epoch whose weights these are."""
    cpu_seconds: float = 0.0
    refreshed: bool = False
    """Whether it went on from an earlier run's weights."""

    def told(self) -> dict[str, Any]:
        """What metrics.json keeps of it."""
        return {
            "epochs": self.epochs, "best": self.best, "device": self.device, "cpu_seconds": self.cpu_seconds,
            "refreshed": self.refreshed,
        }  # fmt: skip


class Trainer:
    """One training, which `run` carries out or goes on with."""

    def __init__(
        self, log: Interactions, config: NetworkConfig, devices: Devices, *, validation: Validation | None = None,
        folder: Path | None = None, report: Report = silent, start: Start | None = None,
    ) -> None:  # fmt: skip
        """`log` is all that is learned from. Without `validation` it runs `config.epochs` epochs and keeps the last.
        `folder` takes checkpoints and TensorBoard's logs. `start` is where to go on from: then only windows with events
        that are newer are learned from, and a few others; it is left aside where the log does not go on from there, or
        the network was built differently."""
        rows = -(-max(config.batch, 1) // devices.replicas) * devices.replicas
        config = replace(config, batch=rows)
        self.log, self.config, self.devices = log, config, devices
        self.validation, self.folder, self.report = validation, folder, report
        keras.utils.set_random_seed(config.seed)
        with devices.strategy.scope(), _precision(devices.precision):
            self.network = build_network(config)
            give_catalogue(self.network, log.catalogue, event_counts(log))
            goes_on = start is not None and start.leads_to(log) and take_up(self.network, log.catalogue, start)
            self.batches = Batches(log, config, start.until if start is not None and goes_on else None)
            self.steps = Steps(self.network, devices, self.batches)
        self.scoring = Scoring(self.network)
        self.trained = Trained(self.network, devices.name, refreshed=goes_on)
        self._best: list[np.ndarray] = []
        self._fingerprint = fingerprint(log, f"{config.to_json()} {self.batches.since}")

    def run(self, *, resume: bool = False) -> Trained:
        """Train; with `resume` from the last checkpoint of the folder, where there is one."""
        began = time.process_time()
        before = 0.0
        if resume and self.folder is not None:
            before = self._take_up(self.folder)
        board = tf.summary.create_file_writer(str(self.folder / "tensorboard")) if self.folder else None
        for number in range(len(self.trained.epochs), self.config.epochs):
            if self._is_over(number):
                break
            told = self._epoch(number)
            self.trained.epochs.append(told)
            self.trained.cpu_seconds = before + time.process_time() - began
            if board:
                _draw(board, told)
            if self.folder is not None:
                self._put_down(self.folder)
        self.steps.give_weights(self._best or self.steps.weights())
        return self.trained

    def _is_over(self, number: int) -> bool:
        return self.validation is not None and number - self.trained.best >= self.config.patience and number > 0

    def _epoch(self, number: int) -> dict[str, Any]:
        fill, began, last = Fill(), time.monotonic(), time.monotonic()
        losses, expected = [], self.batches.expected
        facts: dict[str, Any] = {"stage": "training", "epoch": number + 1, "epochs": self.config.epochs}
        self.report({**facts, "seconds_left": None})
        for count, batch in enumerate(self.steps.dataset(number, fill), start=1):
            losses.append(self.steps.step(batch, count))
            now = time.monotonic()
            if now - last > EVERY_SECONDS:
                last = now
                rate = count / (now - began)
                left = (expected - count) / rate + (self.config.epochs - number - 1) * expected / rate
                self.report({
                    **facts, "loss": float(losses[-1]), "examples_per_second": round(fill.targets / (now - began)),
                    "seconds_left": round(max(left, 0)),
                })  # fmt: skip
        self.steps.average()
        seconds = time.monotonic() - began
        loss = float(np.mean([float(each) for each in losses])) if losses else None
        told: dict[str, Any] = {
            "epoch": number + 1, "loss": loss, "ndcg@10": None, "logloss": None,
            "examples_per_second": round(fill.targets / max(seconds, 1e-9)), "fill": fill.share,
        }  # fmt: skip
        self._judge(told)
        left = round((self.config.epochs - number - 1) * (time.monotonic() - began))
        self.report({
            **facts, "loss": loss, "metric": told["ndcg@10"], "examples_per_second": told["examples_per_second"],
            "seconds_left": left,
        })  # fmt: skip
        return told

    def _judge(self, told: dict[str, Any]) -> None:
        """Measure the weights as they would be kept, and keep them where they are the best so far."""
        if self.validation is None:
            self.trained.best = told["epoch"]
            self._best = self.steps.averaged() if told["epoch"] == self.config.epochs else []
            return
        raw, averaged = self.steps.weights(), self.steps.averaged()
        self.steps.give_weights(averaged)
        told["ndcg@10"], told["logloss"] = self.scoring.quality(self.validation.log, self.validation.requests)
        self.steps.give_weights(raw)
        earlier = [score(each["ndcg@10"], each["logloss"]) for each in self.trained.epochs]
        if score(told["ndcg@10"], told["logloss"]) > max(earlier, default=-np.inf):
            self.trained.best, self._best = told["epoch"], averaged

    def _put_down(self, folder: Path) -> None:
        arrays = {**self.steps.state(), "best": self._best}
        state = {
            "fingerprint": self._fingerprint, "epochs": self.trained.epochs, "best": self.trained.best,
            "cpu_seconds": self.trained.cpu_seconds,
        }  # fmt: skip
        write_checkpoint(folder, arrays, state)

    def _take_up(self, folder: Path) -> float:
        found = read_checkpoint(folder)
        if found is None:
            return 0.0
        arrays, state = found
        check_same(state, self._fingerprint, folder)
        self.steps.restore(arrays)
        self._best = arrays.get("best", [])
        self.trained.epochs, self.trained.best = state["epochs"], state["best"]
        return float(state["cpu_seconds"])


@contextmanager
def _precision(name: str) -> Iterator[None]:
    """Make layers of this precision."""
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(before)


def _draw(board: Any, told: dict[str, Any]) -> None:
    """Write an epoch's figures as TensorBoard reads them, which need not be installed for it."""
    scalar = tf.compat.v1.SummaryMetadata(data_class=1)
    scalar.plugin_data.plugin_name = "scalars"
    with board.as_default(step=told["epoch"]):
        for name in ("loss", "ndcg@10", "logloss", "examples_per_second"):
            if told[name] is not None:
                tf.summary.write(name, tf.constant(told[name], tf.float32), metadata=scalar)
    board.flush()
