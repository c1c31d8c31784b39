"""The network as LiteRT files, which the page process runs without TensorFlow."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from data.engine import fsync
from models.network.config import NetworkConfig
from models.network.encoder import Network, build_network
from models.network.layers import registered

FILES = {1: "network.tflite", 64: "network-64.tflite"}
"""By requests of one call: one edited history, and everybody in turn."""
SHORT = 16
"""Events of a short history; most are, and four times as many of them are answered in the same time."""
SHORT_FILES = {64: "network-64-short.tflite"}
"""The same for histories of at most SHORT events; written where a network reads longer ones."""
CONFIG = "network.json"
STATE_FILES = {1: "network-state.tflite", 64: "network-64-state.tflite"}
"""What the encoder knows of so many requests, for the interest head; written where that is kept."""
Tensor = Any


@registered
class BakedItems(keras.layers.Layer):
    """What `Items` computes when it is not trained, looked up in finished tables."""

    def __init__(self, items: int, queries: int, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.items, self.queries, self.width = items, queries, width

    def build(self, *shapes: Any) -> None:
        self.matrix = self.add_weight(shape=(self.items, self.width), name="matrix")
        self.bias = self.add_weight(shape=(self.items,), name="bias")
        self.popular = self.add_weight(shape=(1,), name="popular")
        if self.queries:
            self.words = self.add_weight(shape=(self.queries, self.width), name="words")
        self.built = True

    def call(self, first: Tensor, second: Tensor, reverse: bool = False) -> Tensor:
        """As `Items.call`."""
        if reverse:
            return ops.matmul(first, ops.transpose(self.matrix)) + self.bias + self.popular * second[:, None, :]
        vector = ops.take(self.matrix, ops.maximum(first - 1, 0), axis=0) * _is(first > 0)
        if self.queries:
            query = second - 1 - self.items
            vector = vector + ops.take(self.words, ops.maximum(query, 0), axis=0) * _is(query >= 0)
        return vector

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "items": self.items, "queries": self.queries, "width": self.width}


def _is(condition: Tensor) -> Tensor:
    return ops.cast(condition, "float32")[..., None]


def baked(network: Network) -> Network:
    """The same network in float32, its item vectors finished."""
    config, items = network.config, network.items
    copy = build_network(config, items=BakedItems(config.items, config.queries, config.width, name="items"))
    for layer in copy.scorer.layers:
        if layer.name != "items" and layer.weights:
            layer.set_weights(network.scorer.get_layer(layer.name).get_weights())
    baked_items: Any = copy.items
    baked_items.matrix.assign(ops.cast(items.all_items(), "float32"))
    baked_items.bias.assign(items.bias)
    baked_items.popular.assign(items.popular)
    if config.queries:
        rows = np.arange(config.items, config.texts)
        baked_items.words.assign(ops.cast(items.words(rows), "float32"))
    return copy


def export(network: Network, folder: Path) -> None:
    """Write FILES, SHORT_FILES and network.json into a folder, each whole or not at all.

    A file's inputs are those of `inputs.request_inputs`, (batch, history) or (batch, SHORT), and (batch, 1), and
    `popularity` (1, items), the log shares at the moment of asking, which the batch has in common; feed them by name.
    Its output are logits (batch, items).
    """
    folder.mkdir(parents=True, exist_ok=True)
    finished = baked(network)
    for batch, name in FILES.items():
        write_litert(finished, folder / name, batch)
    if network.config.history > SHORT:
        for batch, name in SHORT_FILES.items():
            write_litert(finished, folder / name, batch, SHORT)
    temporary = folder / f"{CONFIG}.new"
    temporary.write_text(network.config.to_json())
    fsync(temporary)
    os.replace(temporary, folder / CONFIG)


def export_states(network: Network, folder: Path) -> None:
    """Write STATE_FILES: of the inputs of `export`, popularity aside, they make (batch, width), which
    `Scoring.states` gives."""
    finished = baked(network)
    for batch, name in STATE_FILES.items():
        write_litert(finished, folder / name, batch, states=True)


def write_litert(
    network: Network, path: Path, batch: int, tokens: int | None = None, *, states: bool = False
) -> None:  # fmt: skip
    """Write a baked network as a LiteRT file for so many requests a call, of histories of at most `tokens` events, by
    default all that the network reads. It makes logits, or with `states` what the encoder knows."""
    config = network.config
    shapes = {tensor.name: tensor for tensor in (network.encoder if states else network.scorer).inputs}
    inputs = {}
    for name, tensor in shapes.items():
        width = config.items if name == "popularity" else 1 if name.startswith("asked") else tokens or config.history
        rows = 1 if name == "popularity" else batch
        inputs[name] = keras.Input(batch_shape=(rows, width), dtype=tensor.dtype, name=name)
    made = network.encoder(inputs)["query"] if states else network.scorer(inputs)
    model = keras.Model(inputs, made[:, 0])
    temporary = path.with_name(f"new-{path.name}")
    model.export(str(temporary), format="litert", verbose=False)
    fsync(temporary)
    os.replace(temporary, path)


def read_config(folder: Path) -> NetworkConfig:
    """The config of an exported network."""
    return NetworkConfig.from_json((folder / CONFIG).read_text())
