"""Encoding a store: which language model, what is encoded, what the themes are handed, and the command around it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

import data
import models
from data.lock import writer_lock
from data.settings import Settings
from models import encode
from models.__main__ import main
from models.weights import WeightsError

ROOT = Path(__file__).resolve().parents[2]


class LengthEncoder:
    """Stands in for the language model."""

    def encode(self, texts: Sequence[str], progress: Any = None) -> np.ndarray:
        progress(len(texts), len(texts))
        rows = np.zeros((len(texts), 384), np.float32)
        rows[range(len(texts)), [len(text) for text in texts]] = 1
        return rows


class Themes:
    """Stands in for the themes, stored and assigned: remembers what it was handed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, encoder: str | None = None, changed: bool = True) -> None:
        self.kept, self.changed = encoder, changed
        self.calls: list[tuple] = []
        for package, name in ((data, "data.themes"), (models, "models.themes")):
            module = ModuleType(name)
            vars(module).update(encoder=lambda settings: self.kept, assign=self.assign, theme_text=str.lower)
            monkeypatch.setitem(sys.modules, name, module)
            monkeypatch.setattr(package, "themes", module, raising=False)

    def assign(self, settings: Settings, *handed: Any, recluster: bool) -> dict[str, Any]:
        self.calls.append(handed)
        self.kept = handed[0]
        return {"themes": 1, "assigned": len(handed[1]), "unsorted": 0, "changed": self.changed}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TIDELINE_VAR", str(tmp_path / "var"))
    return Settings(var=tmp_path / "var")


def catalogue(settings: Settings, names: Sequence[str], queries: Sequence[str] = ()) -> None:
    settings.text_dir.mkdir(parents=True, exist_ok=True)
    ids = [f"i{number}" for number in range(len(names))]
    items = {"item_id": ids, "text": list(names), "events": [1] * len(ids)}
    pl.DataFrame(items, schema={"item_id": pl.String, "text": pl.String, "events": pl.Int64}).write_parquet(
        settings.text_dir / "items.parquet"
    )
    pl.DataFrame({"query": list(queries)}, schema={"query": pl.String}).write_parquet(
        settings.text_dir / "queries.parquet"
    )


def loaded(name: str) -> Any:
    return LengthEncoder()


def refused(name: str) -> Any:
    raise AssertionError(f"the language model '{name}' was loaded")


def test_new_texts_are_encoded_and_handed_to_the_themes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    themes = Themes(monkeypatch)
    catalogue(settings, ["mug", "", "teapot"], ["jugs"])
    result = encode.run(settings, load=loaded)
    name, items, item_vectors, queries, query_vectors = themes.calls[0]
    assert (name, items, queries) == ("minilm", [("i0", "mug"), ("i2", "teapot")], ["jugs"])
    assert item_vectors.argmax(axis=1).tolist() == [3, 6] and query_vectors.argmax(axis=1).tolist() == [4]
    assert result == {
        "encoder": "minilm", "items": 2, "queries": 1, "encoded": 3,
        "themes": 1, "assigned": 2, "unsorted": 0, "changed": True,
    }  # fmt: skip


def test_known_texts_need_no_language_model(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Themes(monkeypatch)
    catalogue(settings, ["mug"])
    encode.run(settings, load=loaded)
    assert encode.run(settings, load=refused)["encoded"] == 0


def test_a_chinese_catalogue_gets_the_multilingual_model(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Themes(monkeypatch)
    catalogue(settings, ["mug"] * 19 + ["红色杯子"])
    assert encode.run(settings, load=loaded)["encoder"] == "e5"


def test_a_store_keeps_its_language_model(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Themes(monkeypatch, encoder="minilm")
    catalogue(settings, ["红色杯子"])
    assert encode.run(settings, load=loaded)["encoder"] == "minilm"
    assert encode.run(settings, load=loaded, encoder="e5")["encoder"] == "e5"
    assert encode.run(settings, load=refused)["encoder"] == "e5"


def test_an_empty_store_stays_as_it_is(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    themes = Themes(monkeypatch)
    assert encode.run(settings, load=refused)["encoder"] is None
    catalogue(settings, ["", ""])
    assert encode.run(settings, load=refused)["items"] == 0
    assert themes.calls == []


def test_unknown_language_model(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Themes(monkeypatch)
    with pytest.raises(WeightsError, match="no language model called 'bert'"):
        encode.run(settings, encoder="bert")


def test_progress_names_the_stage(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Themes(monkeypatch)
    catalogue(settings, ["mug", "cup"])
    seen: list[tuple[str, float]] = []
    encode.run(settings, lambda stage, part: seen.append((stage, part)), load=loaded)
    assert seen == [("encoding 2 texts", 1.0), ("sorting into themes", 0.0), ("sorting into themes", 1.0)]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr("models.commands.encode._publish", lambda settings: calls.append("published"))
    monkeypatch.setattr(encode.run, "__kwdefaults__", {"encoder": None, "recluster": False, "load": loaded})
    return calls


def test_the_command_prints_one_json_object(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, published: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Themes(monkeypatch)
    catalogue(settings, ["mug"])
    assert main(["encode", "--json"]) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["items"] == 1 and output.err == ""
    assert published == ["published"]


def test_the_command_leaves_publishing_to_the_import_that_started_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, published: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Themes(monkeypatch)
    catalogue(settings, ["mug"])
    with writer_lock(settings):
        assert main(["encode"]) == 0
    output = capsys.readouterr()
    assert published == [] and output.out == ""
    assert "1 item names and 0 search words with minilm, 1 of them new: 1 items joined one of 1 themes" in output.err


def test_the_command_publishes_only_a_change(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, published: list[str]
) -> None:
    Themes(monkeypatch, changed=False)
    catalogue(settings, ["mug"])
    assert main(["encode"]) == 0 and published == []
    assert main(["encode", "--encoder", "e5"]) == 0 and published == ["published"]


def test_the_command_does_not_publish_an_empty_store(settings: Settings, published: list[str]) -> None:
    assert main(["encode", "--encoder", "e5"]) == 0 and published == []


def test_wrong_usage_ends_with_2() -> None:
    for arguments in ([], ["encode", "--encoder", "bert"], ["paint"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2


def test_nothing_to_do_loads_no_tensorflow(settings: Settings) -> None:
    code = (
        "import sys; from models.__main__ import main; code = main(['encode'])\n"
        "print(code, [m for m in ('tensorflow', 'keras', 'tokenizers', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 []" and "no item names to encode" in done.stderr
