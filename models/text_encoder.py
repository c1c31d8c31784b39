"""Item names, queries and other short texts -> vectors whose cosine is closeness in meaning."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from models.tensorflow_start import start_tensorflow
from models.weights import WeightsError, check_name, minilm_weights

WIDTH = 384
"""Length of a vector, the same for both language models."""
MAX_TOKENS = 64
"""Longer texts are cut off here. A product name has 10 to 25 tokens; a description's first sentences say what it is."""
BATCH = 128
BATCH_TOKENS = 8192
"""No batch has more tokens than this, so that long texts do not cost memory by the square of their length."""
CJK_SHARE = 0.05
CJK_LETTER = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")

Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all); may raise to stop."""


def choose_encoder(names: Sequence[str]) -> str:
    """'e5', the multilingual model, when at least 5 % of the names contain Chinese, Japanese or Korean letters, else
    'minilm', the English one: it knows few such letters, but it is 4 times faster."""
    cjk = sum(1 for name in names if CJK_LETTER.search(name))
    return "e5" if names and cjk >= CJK_SHARE * len(names) else "minilm"


def load_encoder(name: str, max_tokens: int = MAX_TOKENS) -> "TextEncoder":
    """The encoder 'minilm' or 'e5', ready to use. Loads TensorFlow: about 5 CPU seconds and 600 MB."""
    return TextEncoder(name, max_tokens)


class TextEncoder:
    """One language model with its tokeniser. `name` is 'minilm' or 'e5'."""

    def __init__(self, name: str, max_tokens: int = MAX_TOKENS) -> None:
        self.name = check_name(name)
        tf = start_tensorflow()
        from models.bert import PADDING, load_bert
        from models.tokenisers import e5_tokeniser, minilm_tokeniser

        if name == "minilm":
            weights, self._tokeniser = minilm_weights(), minilm_tokeniser(max_tokens)
        else:
            from models.e5_file import read_e5

            file = read_e5()
            weights, self._tokeniser = file.weights, e5_tokeniser(file, max_tokens)
        if not 3 <= max_tokens <= weights.config.positions:
            raise WeightsError(
                f"The language model '{name}' reads 3 to {weights.config.positions} tokens of a text, not {max_tokens}."
            )
        bert = load_bert(weights)
        self._padding = PADDING
        self._embed: Any = tf.function(
            lambda ids: bert(ids, training=False), input_signature=[tf.TensorSpec((None, None), tf.int32)]
        )

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """float32 (texts, 384), every row of length 1. An empty text has a vector too, that of no words."""
        rows = self._tokeniser.ids(texts)
        vectors = np.empty((len(rows), WIDTH), np.float32)
        done = 0
        for batch in _batches(rows):
            longest = len(rows[batch[-1]])
            ids = np.full((len(batch), longest), self._padding, np.int32)
            for line, index in enumerate(batch):
                ids[line, : len(rows[index])] = rows[index]
            vectors[batch] = self._embed(ids).numpy()
            done += len(batch)
            if progress:
                progress(done, len(rows))
        return vectors


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Row numbers, shortest rows first, so that rows of one batch need next to no padding."""
    batch: list[int] = []
    for index in sorted(range(len(rows)), key=lambda i: len(rows[i])):
        if batch and (len(batch) == BATCH or (len(batch) + 1) * len(rows[index]) > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
