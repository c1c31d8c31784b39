"""The parts of the network as registered Keras layers, so that a saved model can be loaded by anybody."""

from typing import Any

import numpy as np
from keras import initializers, layers, ops, random, saving

Tensor = Any
registered = saving.register_keras_serializable("tideline")


@registered
class Items(layers.Layer):
    """Items as vectors: an embedding by number plus the projected vector of the item's words.

    One layer reads events and, with reverse=True, scores every item, so that both speak of the same items.
    """

    def __init__(self, items: int, texts: int, text_width: int, width: int, std: float, id_dropout: float,
                 seed: int = 0, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.items, self.texts, self.text_width, self.width = items, texts, text_width, width
        self.std, self.id_dropout, self.seed = std, id_dropout, seed
        self.seeds = random.SeedGenerator(seed)

    def build(self, *shapes: Any) -> None:
        normal = initializers.RandomNormal(stddev=self.std, seed=self.seed)
        self.ids = self.add_weight(shape=(self.items, self.width), initializer=normal, name="ids")
        self.known = self.add_weight(shape=(self.items, 1), initializer="ones", trainable=False, name="known")
        self.bias = self.add_weight(shape=(self.items,), initializer="zeros", name="bias")
        self.popular = self.add_weight(shape=(1,), initializer=initializers.Constant(0.5), name="popular")
        if self.text_width:
            self.vectors = self.add_weight(
                shape=(self.texts, self.text_width), initializer="zeros", dtype="float16", trainable=False,
                name="vectors", autocast=False,
            )  # fmt: skip
            glorot = initializers.GlorotUniform(seed=self.seed)
            self.kernel = self.add_weight(shape=(self.text_width, self.width), initializer=glorot, name="kernel")
            self.gamma = self.add_weight(shape=(self.width,), initializer=initializers.Constant(self.std), name="gamma")
            self.beta = self.add_weight(shape=(self.width,), initializer="zeros", name="beta")
        self.built = True

    def call(self, first: Tensor, second: Tensor, reverse: bool = False, training: bool = False) -> Tensor:
        """Event vectors (rows, tokens, width) of `item` and `text` as in EVENT_INPUTS; reversed the scores (rows,
        asked, items) of queries (rows, asked, width) and log popularity (rows or 1, items)."""
        if reverse:
            return self.scores(first, self.all_items(), self.bias, second[:, None, :])
        has_item = ops.cast(first > 0, self.compute_dtype)[..., None]
        if training and self.id_dropout:
            kept = random.uniform(ops.shape(first), seed=self.seeds) >= self.id_dropout
            has_item = has_item * ops.cast(kept, self.compute_dtype)[..., None]
        number = ops.maximum(first - 1, 0)
        vector = self.of(number) * has_item
        if self.text_width:
            has_text = ops.cast(second > 0, self.compute_dtype)[..., None]
            vector = vector + self.words(ops.maximum(second - 1, 0)) * has_text
        return vector

    def of(self, number: Tensor) -> Tensor:
        """The embeddings of items by number; 0 for those that no training event taught."""
        return self._low(ops.take(self.ids, number, axis=0)) * self._low(ops.take(self.known, number, axis=0))

    def words(self, text: Tensor) -> Tensor:
        """Projected and normalised vectors of rows of the text table."""
        return self._project(ops.take(self.vectors, text, axis=0))

    def candidates(self, number: Tensor) -> Tensor:
        """Vectors of items by number as they are scored: (..., width)."""
        return self.of(number) + self.words(number) if self.text_width else self.of(number)

    def all_items(self) -> Tensor:
        """(items, width): the candidates, all of them."""
        vectors = self._low(self.ids) * self._low(self.known)
        return vectors + self._project(self.vectors[: self.items]) if self.text_width else vectors

    def scores(self, query: Tensor, candidates: Tensor, bias: Tensor, popularity: Tensor) -> Tensor:
        """float32 (..., candidates): logits."""
        scores = ops.cast(ops.matmul(query, ops.transpose(candidates)), "float32") + ops.cast(bias, "float32")
        return scores + ops.cast(self.popular, "float32") * ops.cast(popularity, "float32")

    def _project(self, vectors: Tensor) -> Tensor:
        x = ops.matmul(self._low(vectors), self._low(self.kernel))
        x = x - ops.mean(x, axis=-1, keepdims=True)
        x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-6)
        return x * self._low(self.gamma) + self._low(self.beta)

    def _low(self, weight: Tensor) -> Tensor:
        """In the precision of the computation: what is called from outside `call` is not cast by Keras."""
        return ops.cast(weight, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        names = ("items", "texts", "text_width", "width", "std", "id_dropout", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@registered
class Visible(layers.Layer):
    """What each token may see, as a penalty (rows, 1, tokens, tokens) for the attention: 0 for tokens of its own
    segment whose step is not later, a large negative number for all others."""

    def call(self, segment: Tensor, step: Tensor) -> Tensor:
        same = ops.equal(segment[:, :, None], segment[:, None, :])
        not_later = ops.less_equal(step[:, None, :], step[:, :, None])
        is_seen = ops.cast(ops.logical_and(same, not_later), self.compute_dtype)
        return ((is_seen - 1.0) * 30_000.0)[:, None]


@registered
class Block(layers.Layer):
    """Self-attention and a gated feed-forward net (SwiGLU), each normalised before and added to its input.

    Formula: Shazeer (2020), "GLU Variants Improve Transformer"; `inner` is the width between its two gates.
    """

    def __init__(self, width: int, heads: int, inner: int, dropout: float, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width, self.heads, self.inner, self.dropout, self.seed = width, heads, inner, dropout, seed
        made = {"dtype": self.dtype_policy}

        def dense(units: int, number: int, name: str) -> layers.Dense:
            return layers.Dense(units, use_bias=False, name=name, **made,
                                kernel_initializer=initializers.GlorotUniform(seed=seed + number))  # fmt: skip

        self.before = layers.RMSNormalization(name="before", **made)
        self.qkv = dense(3 * width, 1, "qkv")
        self.out = dense(width, 2, "out")
        self.between = layers.RMSNormalization(name="between", **made)
        self.up = dense(2 * self.inner, 3, "up")
        self.down = dense(width, 4, "down")
        self.drops = [layers.Dropout(dropout, seed=seed + number, **made) for number in (5, 6)]

    def build(self, shape: Any, *others: Any) -> None:
        width = (None, None, self.width)
        for part in (self.before, self.qkv, self.out, self.between, self.up):
            part.build(width)
        self.down.build((None, None, self.inner))
        self.built = True

    def call(self, x: Tensor, penalty: Tensor, training: bool = False) -> Tensor:
        attended = self.out(self._attend(self.qkv(self.before(x)), penalty))
        x = x + self.drops[0](attended, training=training)
        gate, value = ops.split(self.up(self.between(x)), 2, axis=-1)
        return x + self.drops[1](self.down(ops.silu(gate) * value), training=training)

    def _attend(self, qkv: Tensor, penalty: Tensor) -> Tensor:
        length, size = ops.shape(qkv)[1], self.width // self.heads

        def by_head(part: Tensor) -> Tensor:
            return ops.transpose(ops.reshape(part, (-1, length, self.heads, size)), (0, 2, 1, 3))

        query, key, value = (by_head(part) for part in ops.split(qkv, 3, axis=-1))
        query = query * size**-0.5
        chances = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) + penalty)
        mixed = ops.transpose(ops.matmul(chances, value), (0, 2, 1, 3))
        return ops.reshape(mixed, (-1, length, self.width))

    def get_config(self) -> dict[str, Any]:
        names = ("width", "heads", "inner", "dropout", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@registered
class AfterStep(layers.Layer):
    """The state after a step: the mean over the step's tokens, so that their order says nothing. 0 where there is no
    such step."""

    def call(self, states: Tensor, segment: Tensor, step: Tensor, asked_segment: Tensor, asked_step: Tensor) -> Tensor:
        in_segment = ops.equal(asked_segment[:, :, None], segment[:, None, :])
        same = ops.logical_and(in_segment, ops.equal(asked_step[:, :, None], step[:, None, :]))
        is_its = ops.cast(ops.logical_and(same, segment[:, None, :] > 0), self.compute_dtype)
        share = is_its / ops.maximum(ops.sum(is_its, axis=-1, keepdims=True), 1.0)
        return ops.matmul(share, states)


def known_items(counts: np.ndarray) -> np.ndarray:
    """float32 (items, 1): 1 for items that training events teach."""
    return (counts > 0).astype(np.float32)[:, None]
