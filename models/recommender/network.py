"""The network as it serves: LiteRT on NumPy arrays, TensorFlow never."""

import threading
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import StoreError
from models.baselines.popularity import RecentPopularity
from models.baselines.state import State, load_state, save_state
from models.interactions import Catalogue, Interactions, Requests
from models.network.config import NetworkConfig
from models.network.inputs import request_inputs
from models.ranking import normalised, without_seen

CONFIG = "network.json"
FILES = {1: "network.tflite", 64: "network-64.tflite"}
"""By requests of one call, as `models.network.exporting` writes them."""
SHORT = 16
SHORT_FILE = "network-64-short.tflite"
"""For as many requests with at most SHORT events each, where the run has it."""
STATE_FILES = {1: "network-state.tflite", 64: "network-64-state.tflite"}
NAME = "network"


class ServedNetwork:
    """A ranker by the exported network; safe to share between threads, which wait for each other."""

    name = NAME

    def __init__(self, folder: Path, config: NetworkConfig, popularity: RecentPopularity) -> None:
        self.config, self.popularity = config, popularity
        self._folder = folder
        self._has_short = (folder / SHORT_FILE).exists()
        self._calls: dict[str, Any] = {}
        self._lock = threading.Lock()

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        """Nothing: it has learned."""

    def fit(self, train: Interactions) -> None:
        """Nothing: it has learned."""

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): the logarithm of each item's probability to be next."""
        found = normalised(self.logits(log, requests))
        return without_seen(found, log, requests) if self.config.mask_seen else found

    def logits(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): log-probabilities but for a constant of each request, seen items as likely as
        others."""
        found = np.empty((len(requests), self.config.items), np.float32)
        arrays = request_inputs(log, requests, self.config)
        moments, place = np.unique(requests.time, return_inverse=True)
        is_short = (arrays["segment"][:, SHORT:] == 0).all(axis=1) & self._has_short
        for number, shares in enumerate(self.popularity.log_at(moments)):
            for short in (True, False):
                chosen = np.flatnonzero((place == number) & (is_short == short))
                size = 1 if len(chosen) == 1 else max(FILES)
                name = SHORT_FILE if short and size > 1 else FILES[size]
                tokens = SHORT if name == SHORT_FILE else self.config.history
                for start in range(0, len(chosen), size):
                    rows = chosen[start : start + size]
                    part = {key: filled(array[rows, :tokens], size) for key, array in arrays.items()}
                    logits = self._call(name, {**part, "popularity": shares[None, :]})[: len(rows)]
                    if len(rows) == len(found):
                        return logits
                    found[rows] = logits
        return found

    def states(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, width): what the encoder knows of each, for the interest head. Only a run that keeps one
        has the files for it."""
        found = np.empty((len(requests), self.config.width), np.float32)
        arrays = request_inputs(log, requests, self.config)
        size = 1 if len(requests) == 1 else max(STATE_FILES)
        for start in range(0, len(requests), size):
            part = {key: filled(array[start : start + size], size) for key, array in arrays.items()}
            found[start : start + size] = self._call(STATE_FILES[size], part)[: len(requests) - start]
        return found

    def _call(self, file: str, arrays: dict[str, np.ndarray]) -> np.ndarray:
        with self._lock:
            if file not in self._calls:
                self._calls[file] = _runner(self._folder / file)
            run, names = self._calls[file]
            (logits,) = run(**{name: arrays[name] for name in names}).values()
            return np.asarray(logits)


def load_network(folder: Path, catalogue: Catalogue) -> ServedNetwork | None:
    """The run's network; None where the run has none. Raises StoreError where a file is missing or damaged."""
    if not (folder / CONFIG).exists():
        return None
    config = NetworkConfig.from_json((folder / CONFIG).read_text())
    missing = [name for name in FILES.values() if not (folder / name).exists()]
    if missing or config.items != catalogue.items:
        what = f"{missing[0]} is missing" if missing else f"it knows {config.items:,} items"
        raise StoreError(
            f"The network of run {folder.name} does not fit its catalogue of {catalogue.items:,} items ({what})."
            " Train again, or activate another run."
        )
    return ServedNetwork(folder, config, _popularity(load_state(folder, NAME + "-popularity")))


def save_popularity(folder: Path, popularity: RecentPopularity) -> None:
    """Write what was popular when, as the network is told it."""
    knobs = {"first": popularity.first, "step": popularity.step, "pseudo": popularity.pseudo}
    save_state(folder, NAME + "-popularity", State(knobs, {"counts": popularity.counts}))


def _popularity(state: State) -> RecentPopularity:
    knobs = state.knobs
    return RecentPopularity(knobs["first"], knobs["step"], state.arrays["counts"], knobs["pseudo"])


def _runner(path: Path) -> tuple[Any, list[str]]:
    """A LiteRT file as a function of its inputs by name, and their names."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        run = interpreter.get_signature_runner()
    except (ValueError, RuntimeError) as error:
        raise StoreError(
            f"{path.name} of run {path.parent.name} cannot be read ({str(error).splitlines()[0]}). Train again, or"
            " activate another run."
        ) from error
    return run, list(run.get_input_details())


def filled(array: np.ndarray, rows: int) -> np.ndarray:
    """The array with rows of zeros added."""
    missing = rows - len(array)
    return np.concatenate([array, np.zeros((missing, *array.shape[1:]), array.dtype)]) if missing else array
