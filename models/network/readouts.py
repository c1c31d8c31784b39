"""Four read-outs of a history: which events carry which interest. For explanation; no list is made of them.

Read-out k attends to the events of a history, a_k = softmax over events of u_k . h_j, and is the mean of their items
by that attention, r_k = sum_j a_kj v_j. The four share the chance of what came next, p = mean_k softmax(s r_k . v), so
each finds what the others leave (a mixture of softmaxes: Yang et al. 2018; several interests as attention queries:
Cen et al. 2020), and attending to the same events costs a little. The encoder is not moved.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from models.interactions import Interactions, Requests
from models.network.encoder import Network
from models.network.inputs import EVENT_INPUTS, Arrays, request_inputs
from models.network.layers import registered

COUNT = 4
OVERLAP = 0.01
"""What attending to the same events costs, in nats for each pair of read-outs that agree wholly."""
STEPS, BATCH, RATE = 300, 64, 0.01
NEGATIVES = 256
Tensor = Any


@registered
class ReadOuts(keras.layers.Layer):
    """(states (rows, tokens, width), segment) -> attention (rows, COUNT, tokens), each row of it summing to 1."""

    def __init__(self, width: int, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width, self.seed = width, seed

    def build(self, *shapes: Any) -> None:
        normal = keras.initializers.RandomNormal(stddev=0.1, seed=self.seed)
        self.queries = self.add_weight(shape=(self.width, COUNT), initializer=normal, name="queries")
        self.sharpness = self.add_weight(shape=(1,), initializer="ones", name="sharpness")
        self.built = True

    def call(self, states: Tensor, segment: Tensor) -> Tensor:
        scores = ops.transpose(ops.matmul(states, self.queries), (0, 2, 1))
        hidden = (1.0 - ops.cast(segment > 0, "float32"))[:, None, :] * 30_000.0
        return ops.softmax(scores - hidden)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "width": self.width, "seed": self.seed}


def learned_readouts(network: Network, log: Interactions, requests: Requests) -> ReadOuts:
    """Read-outs that foretell what came at these requests; a few hundred small steps, deterministic by the seed."""
    config = network.config
    layer = ReadOuts(config.width, config.seed, dtype="float32")
    layer.build()
    vectors = tf.constant(ops.cast(network.items.all_items(), "float32"))
    optimiser = keras.optimizers.Adam(RATE)
    learned = [layer.queries, layer.sharpness]
    optimiser.build(learned)
    rng = np.random.default_rng(config.seed)
    has_target = np.flatnonzero(np.diff(requests.target_offsets) > 0)

    @tf.function
    def step(arrays: dict[str, Tensor], item: Tensor, target: Tensor, others: Tensor) -> Tensor:
        states = network.encoder(arrays, training=False)["states"]
        with tf.GradientTape() as tape:
            loss = _loss(layer, states, arrays["segment"], item, target, others, vectors)
        optimiser.apply(tape.gradient(loss, [each.value for each in learned]), learned)
        return loss

    for _ in range(STEPS if len(has_target) else 0):
        chosen = requests.part(np.sort(rng.choice(has_target, BATCH)))
        arrays = request_inputs(log, chosen, config)
        target = chosen.target[chosen.target_offsets[:-1]]
        others = rng.integers(0, config.items, min(NEGATIVES, config.items))
        step(_tensors(arrays), arrays["item"], target, others)
    return layer


def read_out(network: Network, layer: ReadOuts, arrays: Arrays) -> np.ndarray:
    """float32 (rows, COUNT, tokens): how much each read-out attends to each event."""
    states = network.encoder(_tensors(arrays), training=False)["states"]
    return np.asarray(layer(states, arrays["segment"]))


def _loss(layer: ReadOuts, states: Tensor, segment: Tensor, item: Tensor, target: Tensor, others: Tensor,
          vectors: Tensor) -> Tensor:  # fmt: skip
    attention = layer(states, segment)
    events = ops.take(vectors, ops.maximum(item - 1, 0), axis=0) * ops.cast(item > 0, "float32")[..., None]
    read = ops.matmul(attention, events) * ops.exp(layer.sharpness)
    # Scores are told apart by direction: lengths of item vectors mostly say how popular they are.
    candidates = _unit(ops.concatenate([ops.take(vectors, target, axis=0), ops.take(vectors, others, axis=0)]))
    scores = ops.matmul(_unit(read), ops.transpose(candidates)) * 5.0 * ops.exp(layer.sharpness)
    rows = ops.shape(target)[0]
    is_own = ops.eye(rows, rows)
    kept = ops.concatenate([is_own, ops.ones((rows, ops.shape(others)[0]))], axis=1)[:, None, :]
    log_p = ops.log_softmax(scores - (1.0 - kept) * 30_000.0)
    own = ops.sum(log_p[:, :, :rows] * is_own[:, None, :], axis=-1)
    likelihood = ops.logsumexp(own, axis=1) - float(np.log(COUNT))
    same = ops.matmul(attention, ops.transpose(attention, (0, 2, 1)))
    overlap = (ops.sum(same, axis=(1, 2)) - ops.sum(ops.square(attention), axis=(1, 2))) / 2
    return ops.mean(OVERLAP * overlap - likelihood)


def _unit(vectors: Tensor) -> Tensor:
    return vectors * ops.rsqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-9)


def _tensors(arrays: Arrays) -> dict[str, Tensor]:
    """What the encoder reads of the arrays."""
    names = {*EVENT_INPUTS, "asked_segment", "asked_step", "asked_gap", "asked_weekday"}
    return {name: tf.constant(array) for name, array in arrays.items() if name in names}
