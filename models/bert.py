"""A BERT text encoder in Keras: rows of token ids in, one unit vector per row out. Exact to the published models.

What makes it exact: GELU by the error function (not its tanh approximation), layer norms with the published epsilon,
positions counted from 0, and padding that is neither attended to nor averaged.
"""

from typing import Any

import numpy as np
from keras import Model, activations, layers, ops

from models.weights import BertConfig, BertWeights, PackedRows

PADDING = -1
"""Fills rows of token ids to equal length. Not a token, so that a text may well contain the word '[PAD]'."""

Tensor = Any


def load_bert(weights: BertWeights) -> "Bert":
    """The encoder with these weights."""
    bert = Bert(weights.config, packed=isinstance(weights.words, PackedRows))
    bert.build((None, None))
    bert.assign(weights)
    return bert


class PackedEmbedding(layers.Layer):
    """A frozen embedding table in 4 bits, unpacked row by row as it is looked up.

    The multilingual table has 250,037 rows, of which a catalogue uses a few thousand: 60 MB instead of 384.
    """

    def __init__(self, rows: int, width: int, **kwargs: Any) -> None:
        super().__init__(trainable=False, **kwargs)
        self.rows, self.width = rows, width

    def build(self, input_shape: tuple) -> None:
        shape = (self.rows, self.width // 32)
        self.scales = self.add_weight(shape=shape, dtype="float32", initializer="zeros", name="scales")
        self.nibbles = self.add_weight(shape=(*shape, 16), dtype="uint8", initializer="zeros", name="nibbles")

    def call(self, ids: Tensor) -> Tensor:
        nibbles = ops.take(self.nibbles, ids, axis=0)
        halves = [ops.bitwise_and(nibbles, 15), ops.right_shift(nibbles, 4)]
        signed = ops.cast(ops.concatenate(halves, axis=-1), "float32") - 8.0
        scales = ops.take(self.scales, ids, axis=0)
        return ops.reshape(signed * scales[..., None], (*ops.shape(ids), self.width))


class Block(layers.Layer):
    """Self-attention and a feed-forward net, each added to its input and normalised."""

    def __init__(self, config: BertConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width, self.heads = config.width, config.heads
        self.parts: dict[str, layers.Layer] = {
            "attention.self.query": layers.Dense(config.width, dtype="float32"),
            "attention.self.key": layers.Dense(config.width, dtype="float32"),
            "attention.self.value": layers.Dense(config.width, dtype="float32"),
            "attention.output.dense": layers.Dense(config.width, dtype="float32"),
            "attention.output.LayerNorm": layers.LayerNormalization(epsilon=config.epsilon, dtype="float32"),
            "intermediate.dense": layers.Dense(config.feed_forward, dtype="float32"),
            "output.dense": layers.Dense(config.width, dtype="float32"),
            "output.LayerNorm": layers.LayerNormalization(epsilon=config.epsilon, dtype="float32"),
        }
        """By their names in the published file."""
        self.feed_forward = config.feed_forward

    def build(self, input_shape: tuple) -> None:
        for name, part in self.parts.items():
            part.build((None, None, self.feed_forward if name == "output.dense" else self.width))

    def call(self, x: Tensor, penalty: Tensor) -> Tensor:
        part = self.parts
        attended = part["attention.output.dense"](self._attend(x, penalty))
        x = part["attention.output.LayerNorm"](x + attended)
        inner = activations.gelu(part["intermediate.dense"](x), approximate=False)
        return part["output.LayerNorm"](x + part["output.dense"](inner))

    def _attend(self, x: Tensor, penalty: Tensor) -> Tensor:
        rows, length = ops.shape(x)[0], ops.shape(x)[1]
        size = self.width // self.heads

        def by_head(name: str) -> Tensor:
            split = ops.reshape(self.parts["attention.self." + name](x), (rows, length, self.heads, size))
            return ops.transpose(split, (0, 2, 1, 3))

        query, key, value = by_head("query") * size**-0.5, by_head("key"), by_head("value")
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) + penalty
        mixed = ops.matmul(ops.softmax(scores), value)
        return ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (rows, length, self.width))


class Bert(Model):
    """Token ids (rows, length), filled up with PADDING -> unit vectors (rows, width), the mean over the real tokens."""

    def __init__(self, config: BertConfig, *, packed: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        table = PackedEmbedding if packed else layers.Embedding
        self.words = table(config.vocabulary, config.width, dtype="float32")
        self.positions = layers.Embedding(config.positions, config.width, dtype="float32")
        self.norm = layers.LayerNormalization(epsilon=config.epsilon, dtype="float32")
        self.blocks = [Block(config, dtype="float32") for _ in range(config.blocks)]

    def build(self, input_shape: tuple) -> None:
        width = (None, None, self.config.width)
        self.words.build((None, None))
        self.positions.build((None,))
        self.norm.build(width)
        for block in self.blocks:
            block.build(width)

    def assign(self, weights: BertWeights) -> None:
        """Take the published weights; the published linear layers are (out, in), Keras' are (in, out)."""
        tensors = weights.tensors
        words = weights.words
        self.words.set_weights([words.scales, words.nibbles] if isinstance(words, PackedRows) else [words])
        # Every token is of type 0: its vector is a constant, so it is added to the positions once, here.
        types = tensors["embeddings.token_type_embeddings.weight"]
        self.positions.set_weights([tensors["embeddings.position_embeddings.weight"] + types[0]])
        self.norm.set_weights(_pair(tensors, "embeddings.LayerNorm"))
        for number, block in enumerate(self.blocks):
            for name, part in block.parts.items():
                part.set_weights(_pair(tensors, f"encoder.layer.{number}.{name}"))

    def call(self, ids: Tensor) -> Tensor:
        is_token = ops.cast(ids >= 0, "float32")
        penalty = (is_token[:, None, None, :] - 1.0) * 1e9
        x = self.norm(self.words(ops.maximum(ids, 0)) + self.positions(ops.arange(ops.shape(ids)[1]))[None])
        for block in self.blocks:
            x = block(x, penalty)
        total = ops.sum(x * is_token[..., None], axis=1)
        # The mean's divisor cancels when the vector is brought to length 1.
        return total * ops.rsqrt(ops.sum(ops.square(total), axis=1, keepdims=True))


def _pair(tensors: Any, name: str) -> list[np.ndarray]:
    """[kernel or gamma, bias or beta] of one layer, the kernel turned round."""
    return [tensors[name + ".weight"].T, tensors[name + ".bias"]]
