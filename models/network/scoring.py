"""What a network says in an evaluation: log-probabilities of requests, by Keras and not by LiteRT."""

from typing import Any

import numpy as np
import tensorflow as tf

from models.baselines.popularity import RecentPopularity
from models.baselines.tuning import log_loss, ndcg
from models.interactions import Interactions, Requests
from models.network.encoder import Network
from models.network.inputs import request_inputs
from models.network.packing import popularity_of
from models.ranking import normalised, without_seen

SCORED = 128
"""Requests of one call; fewer are filled up, so that one graph serves all."""
SCORE_PER_NAT = 0.02
"""NDCG@10 that a nat of log-loss is worth where epochs are compared."""


class Scoring:
    """A network as something that answers requests."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._call = tf.function(lambda arrays: network.scorer(arrays, training=False)[:, 0])
        self._encode = tf.function(lambda arrays: network.encoder(arrays, training=False)["query"][:, 0])
        self._popularity: tuple[Interactions, RecentPopularity] | None = None

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, items): proper log-probabilities; seen items are next to impossible where people of the
        log that was learned from take an item only once."""
        config = self.network.config
        if self._popularity is None or self._popularity[0] is not log:
            self._popularity = (log, popularity_of(log, config))
        found = np.empty((len(requests), config.items), np.float32)
        arrays = request_inputs(log, requests, config)
        arrays["popularity"] = self._popularity[1].log_at(requests.time)
        for start in range(0, len(requests), SCORED):
            part = {name: filled(array[start : start + SCORED]) for name, array in arrays.items()}
            found[start : start + SCORED] = self._call(part).numpy()[: len(requests) - start]
        found = normalised(found)
        return without_seen(found, log, requests) if config.mask_seen else found

    def states(self, log: Interactions, requests: Requests) -> np.ndarray:
        """float32 (requests, width): what the encoder knows of each request."""
        found = np.empty((len(requests), self.network.config.width), np.float32)
        arrays = request_inputs(log, requests, self.network.config)
        for start in range(0, len(requests), SCORED):
            part = {name: filled(array[start : start + SCORED]) for name, array in arrays.items()}
            found[start : start + SCORED] = self._encode(part).numpy()[: len(requests) - start]
        return found

    def quality(self, log: Interactions, requests: Requests) -> tuple[float, float]:
        """NDCG@10 and log-loss (nats per target) on requests."""

        def scored(part: Requests) -> np.ndarray:
            return self.log_probabilities(log, part)

        return ndcg(scored, requests), log_loss(scored, requests)


def score(ndcg_10: float, loss: float) -> float:
    """What early stopping watches: NDCG@10 less a little of the log-loss, which moves before ranks do."""
    return ndcg_10 - SCORE_PER_NAT * loss


def filled(array: np.ndarray) -> Any:
    """An array of at most SCORED rows with rows of zeros added, so that one graph serves all."""
    missing = SCORED - len(array)
    return np.concatenate([array, np.zeros((missing, *array.shape[1:]), array.dtype)]) if missing else array
