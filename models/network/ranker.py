"""The network as a ranker among the others: tuned with early stopping, then trained again on the longer log."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.progress import Progress, quiet
from models.baselines.tuning import sample
from models.interactions import Interactions, Requests
from models.network.config import CPU_TOKENS, GPU_TOKENS, NetworkConfig
from models.tensorflow_start import start_tensorflow

if TYPE_CHECKING:
    from models.network.refresh import Start
    from models.network.scoring import Scoring
    from models.network.training import Trained

Told = Callable[[str, dict[str, Any]], None]
"""A stage and its live facts, as `training.Report` has them."""


class NetworkRanker:
    """Says what comes next by the sequence model. TensorFlow starts at the first training."""

    name = "network"

    def __init__(
        self, config: NetworkConfig | None = None, progress: Progress = quiet, *, device: str = "auto",
        folder: Path | None = None, resume: bool = False, report: Told | None = None, start: "Start | None" = None,
    ) -> None:  # fmt: skip
        """`folder` takes the checkpoints of both trainings, from which `resume` goes on; `report` is told the stage and
        the live facts of each epoch, and may raise to stop. `start` are an earlier run's weights: trainings on events
        that go on after them learn what is new, with some replay, instead of everything."""
        self.config = config or NetworkConfig()
        self.progress, self.device = progress, device
        self.folder, self.resume, self.report = folder, resume, report
        self.start = start
        self.epochs: int | None = None
        """The epochs that were best on the validation; None before `tune`."""
        self.tuned: Trained | None = None
        self.trained: Trained | None = None
        self._scoring: Scoring | None = None
        self._learned: Interactions | None = None
        self._tuned_on: Interactions | None = None

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        """Train with early stopping on a sample of the requests, and remember for how many epochs it was worth it."""
        start_tensorflow()
        from models.network.training import Validation

        self.tuned = self._train(train, Validation(log, sample(requests)), self.config.epochs, "network: tuning")
        self.epochs, self._tuned_on = self.tuned.best, train

    def fit(self, train: Interactions) -> None:
        """Train for as many epochs as `tune` found best, `config.epochs` without it. What `tune` learned from these
        very events is kept."""
        if self._learned is not train:
            self._train(train, None, self.epochs or self.config.epochs, "network: training")

    def save_start(self, folder: Path) -> None:
        """Keep the weights of `tune` in a run's folder, for later runs to go on from. Not those of `fit`: a later run
        is validated on events that these have learned from."""
        from models.network.refresh import start_of, write_start

        if self.tuned is not None and self._tuned_on is not None:
            write_start(folder, start_of(self.tuned.network, self._tuned_on))

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): the logarithm of each item's probability to be next."""
        if self._scoring is None:
            raise RuntimeError("The network has learned nothing yet: call fit first.")
        return self._scoring.log_probabilities(log, requests)

    def _train(self, train: Interactions, validation: Any, epochs: int, stage: str) -> "Trained":
        from models.network.devices import devices

        chosen = devices(self.device)
        from models.network.training import Trainer

        def report(facts: dict[str, Any]) -> None:
            if self.report is not None:
                self.report(stage, facts)
            else:
                self.progress(stage, (facts["epoch"] - 1) / facts["epochs"])

        tokens = GPU_TOKENS * chosen.replicas if chosen.name.endswith("GPU") else CPU_TOKENS
        config = replace(self.config.for_log(train, tokens), epochs=epochs)
        # Epochs that were found best for learning everything say nothing of going on, and the other way round.
        start = self.start if validation or self.tuned is None or self.tuned.refreshed else None
        folder = self.folder / ("tune" if validation else "fit") if self.folder else None
        trainer = Trainer(train, config, chosen, validation=validation, folder=folder, report=report, start=start)
        self.trained, self._scoring, self._learned = trainer.run(resume=self.resume), trainer.scoring, train
        return self.trained
