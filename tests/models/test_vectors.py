"""The vector cache: once encoded, always known; whole files only; light to import."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from data.settings import Settings
from models.vectors import Vectors, encode_cached

ROOT = Path(__file__).resolve().parents[2]


class CountingEncoder:
    """Stands in for the language model: a text's vector is made from its letters, and every call is counted."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.encoded: list[str] = []

    def load(self, name: str) -> "CountingEncoder":
        self.loaded.append(name)
        return self

    def encode(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        self.encoded += texts
        rows = [np.random.default_rng(list(text.encode())).normal(size=384) for text in texts]
        if callable(progress):
            progress(len(texts), len(texts))
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


def refuse(name: str) -> CountingEncoder:
    raise AssertionError(f"the language model '{name}' was loaded")


def test_only_new_texts_are_encoded_and_each_once(settings: Settings) -> None:
    encoder = CountingEncoder()
    first = encode_cached(settings, "minilm", ["mug", "", "mug", "cup"], load=encoder.load)
    second = encode_cached(settings, "minilm", ["cup", "jug", "mug"], load=encoder.load)
    assert encoder.encoded == ["mug", "", "cup", "jug"]
    assert (second[[0, 2]] == first[[3, 0]]).all()


def test_when_all_is_known_no_language_model_is_loaded(settings: Settings) -> None:
    first = encode_cached(settings, "minilm", ["mug", "cup"], load=CountingEncoder().load)
    again = encode_cached(settings, "minilm", ["mug", "cup"], load=refuse)
    assert (again == first).all() and again.dtype == np.float32
    assert encode_cached(settings, "minilm", [], load=refuse).shape == (0, 384)


def test_half_precision_is_all_that_is_lost(settings: Settings) -> None:
    exact = CountingEncoder().encode(["mug", "cup"])
    cached = encode_cached(settings, "minilm", ["mug", "cup"], load=CountingEncoder().load)
    assert (exact * cached).sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert np.linalg.norm(cached, axis=1) == pytest.approx(1, abs=1e-6)


def test_encoders_do_not_share_vectors(settings: Settings) -> None:
    encoder = CountingEncoder()
    for name in ("minilm", "e5"):
        encode_cached(settings, name, ["mug"], load=encoder.load)
    assert encoder.loaded == ["minilm", "e5"]
    assert sorted(path.name for path in settings.text_dir.iterdir()) == ["e5-1571fc98", "minilm-53aa5117"]


def test_lookup_tells_which_are_missing(settings: Settings) -> None:
    vectors = Vectors(settings, "minilm")
    vectors.add(["mug"], CountingEncoder().encode(["mug"]))
    found, is_missing = vectors.lookup(["cup", "mug"])
    assert is_missing.tolist() == [True, False]
    assert not found[0].any() and found[1].any()


def test_a_second_process_adds_a_file_of_its_own(settings: Settings) -> None:
    one, other = Vectors(settings, "minilm"), Vectors(settings, "minilm")
    one.add(["mug"], CountingEncoder().encode(["mug"]))
    other.add(["cup"], CountingEncoder().encode(["cup"]))
    assert sorted(path.name for path in one.folder.glob("*.parquet")) == ["1.parquet", "2.parquet"]
    assert not one.lookup(["mug", "cup"])[1].any()


def test_what_a_killed_process_left_is_not_read(settings: Settings) -> None:
    encode_cached(settings, "minilm", ["mug"], load=CountingEncoder().load)
    folder = Vectors(settings, "minilm").folder
    (folder / "2.unfinished").write_bytes(b"half a file")
    (folder / "3.parquet").write_bytes(b"a broken disk")
    assert Vectors(settings, "minilm").lookup(["mug", "cup"])[1].tolist() == [False, True]
    encode_cached(settings, "minilm", ["cup"], load=CountingEncoder().load)
    assert (folder / "4.parquet").exists()


def test_a_cancelled_run_keeps_what_it_had(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.vectors.PIECE", 2)

    def cancel(done: int, total: int) -> None:
        assert total == 5
        if done > 2:
            raise InterruptedError

    texts = ["a", "b", "c", "d", "e"]
    with pytest.raises(InterruptedError):
        encode_cached(settings, "minilm", texts, cancel, load=CountingEncoder().load)
    assert Vectors(settings, "minilm").lookup(texts)[1].tolist() == [False, False, True, True, True]


@pytest.mark.parametrize("module", ["models", "models.vectors", "models.text_encoder", "models.weights"])
def test_importing_loads_no_tensorflow(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('tensorflow', 'keras', 'tokenizers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
