"""The vector cache: a text is encoded once, whichever import, page or job first asks for it."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

from data.settings import Settings
from models.text_encoder import MAX_TOKENS, WIDTH, Progress, TextEncoder, load_encoder
from models.weights import weights_id

PIECE = 4096
"""Texts encoded and stored at a time: what a killed job loses at most."""
SCHEMA = {"hash": pl.Binary, "vector": pl.Binary}
"""hash: SHA-256 of the encoder's weights id, its token limit and the text. vector: 384 numbers, float16."""


class Vectors:
    """The vectors of one encoder on disk: var/text/<encoder>-<weights hash>/<n>.parquet, never changed once written."""

    def __init__(self, settings: Settings, encoder_name: str) -> None:
        self.id = weights_id(encoder_name)
        self.folder = settings.text_dir / self.id
        self._known: dict[str, pl.DataFrame] = {}

    def lookup(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Vectors, float32 (texts, 384) of length 1, and is_missing, bool (texts,): rows of zeros not known yet."""
        wanted = pl.DataFrame({"hash": self._hashes(texts)}, schema={"hash": pl.Binary})
        found = wanted.join(self._stored(), on="hash", how="left", maintain_order="left")["vector"]
        is_missing = found.is_null().to_numpy()
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        if not is_missing.all():
            blob = b"".join(found.drop_nulls().to_list())
            vectors[~is_missing] = _unit(np.frombuffer(blob, np.float16).reshape(-1, WIDTH))
        return vectors, is_missing

    def add(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Store the vectors of these texts as one more file, which appears whole or not at all."""
        blobs = [row.tobytes() for row in np.ascontiguousarray(vectors, np.float16)]
        frame = pl.DataFrame({"hash": self._hashes(texts), "vector": blobs}, schema=SCHEMA)
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._naming() as path:
            unfinished = path.with_suffix(".unfinished")
            with unfinished.open("wb") as handle:
                frame.write_parquet(handle)
                handle.flush()
                os.fsync(handle.fileno())
            unfinished.rename(path)

    def _hashes(self, texts: Sequence[str]) -> list[bytes]:
        start = f"{self.id}\n{MAX_TOKENS}\n".encode()
        return [hashlib.sha256(start + text.encode()).digest() for text in texts]

    def _stored(self) -> pl.DataFrame:
        """Every vector on disk; a file is read once, and one that cannot be read counts as absent: it is a cache."""
        for path in self.folder.glob("*.parquet"):
            if path.name not in self._known:
                try:
                    self._known[path.name] = pl.read_parquet(path).select(*SCHEMA).cast(SCHEMA)  # type: ignore[arg-type]
                except (pl.exceptions.PolarsError, OSError):
                    self._known[path.name] = pl.DataFrame(schema=SCHEMA)
        frames = [pl.DataFrame(schema=SCHEMA), *self._known.values()]
        return pl.concat(frames).unique("hash", keep="any")

    @contextmanager
    def _naming(self) -> Iterator[Path]:
        """The path of the next file, held until it is written, so that two processes never take the same one."""
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            numbers = [int(path.stem) for path in self.folder.glob("*.parquet") if path.stem.isdigit()]
            yield self.folder / f"{max(numbers, default=0) + 1}.parquet"
        finally:
            os.close(handle)


def encode_cached(
    settings: Settings,
    encoder_name: str,
    texts: Sequence[str],
    progress: Progress | None = None,
    load: Callable[[str], TextEncoder] = load_encoder,
) -> np.ndarray:
    """float32 (texts, 384), rows of length 1. Only texts never seen before are encoded, each once; the language model
    is loaded only when there are any. What was encoded before a kill or a cancel is kept.

    New and cached texts come back by the same way, through the file, so that a second call returns the same numbers.
    """
    cache = Vectors(settings, encoder_name)
    vectors, is_missing = cache.lookup(texts)
    if not is_missing.any():
        return vectors
    missing = list(dict.fromkeys(text for text, is_new in zip(texts, is_missing, strict=True) if is_new))
    encoder = load(encoder_name)
    for start in range(0, len(missing), PIECE):
        piece = missing[start : start + PIECE]
        cache.add(piece, encoder.encode(piece, _shifted(progress, start, len(missing))))
    return cache.lookup(texts)[0]


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    if progress is None:
        return None
    report = progress
    return lambda done, _: report(before + done, total)


def _unit(vectors: np.ndarray) -> np.ndarray:
    """float16 rows as float32, brought back to length exactly 1."""
    wide = vectors.astype(np.float32)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)
