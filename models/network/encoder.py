"""The network as functional Keras models: events in, what comes next out."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

from models.interactions import Catalogue
from models.network.config import NetworkConfig
from models.network.inputs import ASKED_INPUTS, EVENT_INPUTS, GAPS, MONTHS, WEEKDAYS
from models.network.layers import AfterStep, Block, Items, Visible, known_items

Tensor = Any


@dataclass(frozen=True)
class Network:
    """Models that share their layers."""

    config: NetworkConfig
    encoder: keras.Model
    """EVENT_INPUTS and ASKED_INPUTS -> {"query": (rows, asked, width), "states": (rows, tokens, width)}."""
    scorer: keras.Model
    """The same and `popularity` (rows or 1, items) -> logits (rows, asked, items)."""
    items: Items


def build_network(config: NetworkConfig, items: Any = None) -> Network:
    """A new network for rows of any number of tokens and questions; `items` stands in for its layer of items."""
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in EVENT_INPUTS}
    inputs |= {name: keras.Input((None,), dtype="int32", name=name) for name in ASKED_INPUTS}
    items = items or Items(config.items, config.texts, config.text_width, config.width, config.std, config.id_dropout,
                  config.seed, name="items")  # fmt: skip

    def side(name: str, count: int, suffix: str = "") -> Tensor:
        # Zeros at the start: what training never met adds nothing.
        table = layers.Embedding(count, config.width, embeddings_initializer="zeros", name=f"of_{name}")
        return table(inputs[name])

    x = items(inputs["item"], inputs["text"]) * config.width**0.5
    counts = {"interest": config.interests + 1, "kind": config.kinds + 1, "gap": GAPS, "weekday": WEEKDAYS,
              "month": MONTHS, "position": max(config.row, config.history)}  # fmt: skip
    for name, count in counts.items():
        x = x + side(name, count)
    x = layers.Dropout(config.dropout, seed=config.seed + 100, name="drop")(x)
    penalty = Visible(name="visible")(inputs["segment"], inputs["step"])
    for number in range(config.blocks):
        seed = config.seed + 10 * (number + 1)
        x = Block(
            config.width, config.heads, config.inner or config.width, config.dropout, seed, name=f"block_{number}"
        )(x, penalty)
    states = layers.RMSNormalization(name="last")(x)
    after = AfterStep(name="after")(states, *(inputs[name] for name in ("segment", "step", *ASKED_INPUTS[:2])))
    query = after + side("asked_gap", GAPS) + side("asked_weekday", WEEKDAYS)
    encoder = keras.Model(inputs, {"query": query, "states": states}, name="encoder")
    popularity = keras.Input((config.items,), dtype="float32", name="popularity")
    scores = items(query, popularity, reverse=True)
    return Network(config, encoder, keras.Model({**inputs, "popularity": popularity}, scores, name="scorer"), items)


def give_catalogue(network: Network, catalogue: Catalogue, counts: np.ndarray) -> None:
    """Set what is not learnt: the text vectors, and which items have training events (`counts`, per item)."""
    network.items.known.assign(known_items(counts))
    if network.config.text_width:
        parts = [catalogue.vectors, catalogue.query_vectors]
        vectors = np.concatenate([part for part in parts if part is not None])[: network.config.texts]
        network.items.vectors.assign(vectors.astype(np.float16))
