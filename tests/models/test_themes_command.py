"""python -m models themes: what it lists, its edits and their refusals, and the job that clusters again."""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data import children, jobs, tasks, themes
from data.errors import AppError, InputError
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.settings import Settings
from data.store import open_store
from models import encode
from models.__main__ import main
from models.text_encoder import WIDTH

KINDS = ("mug", "bag", "clock", "sign")
ON_THEM = ("tea", "lunch", "owl", "ship", "rose", "bear", "garden")


class WordEncoder:
    """Stands in for the language model: a text's vector points to its last word, and a little to the others."""

    def encode(self, texts: Sequence[str], progress: Any = None) -> np.ndarray:
        rows = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in enumerate(texts):
            for place, word in enumerate(reversed(text.split())):
                seed = [ord(letter) for letter in word]
                rows[row] += np.random.default_rng(seed).normal(size=WIDTH) * (1 if place == 0 else 0.3)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


STAND_IN = {"encoder": None, "recluster": False, "load": lambda name: WordEncoder()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The var folder of a published store with themes of four kinds of items; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("themes")
    rows = [
        f"2024-01-{1 + number % 28:02d} 10:00:00,purchase,u{number % 9},{kind}-{number},{what} {kind}"
        for kind in KINDS
        for number, what in enumerate(ON_THEM)
    ]
    (folder / "log.csv").write_text("\n".join(["event_time,event_type,user_id,item_id,item_name", *rows]) + "\n")
    import_file(Settings(var=folder / "var", themes=False), folder / "log.csv", ImportOptions())
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TIDELINE_VAR", str(folder / "var"))
        patched.setenv("TIDELINE_THEMES", "0")
        patched.setattr(encode.run, "__kwdefaults__", STAND_IN)
        assert main(["encode"]) == 0
    return folder / "var"


@pytest.fixture
def store(made: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """This test's own copy of that store."""
    monkeypatch.setattr(encode.run, "__kwdefaults__", STAND_IN)
    shutil.copytree(made, settings.var)
    return settings


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Run the command with --json; what it printed."""

    def call(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        assert main(["themes", "--json", *arguments]) == 0
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        return printed

    return call


def served(settings: Settings) -> dict[str, str]:
    store = open_store(settings)
    assert store is not None
    return dict(store.query("select id, name from interests where \"by\" = 'theme'").iter_rows())


def test_the_list_holds_every_item_and_event(store: Settings, run: Callable[..., dict[str, Any]]) -> None:
    found = run()
    assert found["encoder"] == "minilm" and not found["changed"]
    assert sum(each["items"] for each in found["themes"]) + found["unsorted"]["items"] == 28
    assert sum(each["events"] for each in found["themes"]) + found["unsorted"]["events"] == 28
    assert found["unsorted"]["share"] == pytest.approx(found["unsorted"]["events"] / 28, abs=1e-4)
    assert set(found["themes"][0]) == {"id", "name", "items", "events", "cohesion", "excluded", "merged"}
    assert [each["events"] for each in found["themes"]] == sorted((e["events"] for e in found["themes"]), reverse=True)
    assert all(0 < each["cohesion"] <= 1 for each in found["themes"])


def test_edits_are_published_together(store: Settings, run: Callable[..., dict[str, Any]]) -> None:
    first, second, third = (each["id"] for each in run()["themes"][:3])
    version = open_store(store).version  # type: ignore[union-attr]
    found = run("--rename", f"{first}=Cups = mugs", "--merge", f"{first},{second}", "--exclude", third)
    shown = {each["id"]: each for each in found["themes"]}
    assert found["changed"] and shown[first]["name"] == "Cups = mugs" and shown[first]["merged"] == [second]
    assert second not in shown and shown[third]["excluded"]
    assert open_store(store).version == version + 1  # type: ignore[union-attr]
    assert served(store)[first] == "Cups = mugs" and not {second, third} & set(served(store))
    run("--include", third)
    assert third in served(store)


def test_the_text_says_what_was_edited(
    store: Settings, run: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = (each["id"] for each in run()["themes"][:3])
    assert main(["themes", "--merge", f"{first},{second}", "--exclude", third]) == 0
    said = capsys.readouterr().err
    assert f"(with {second})" in said and "(excluded)" in said
    assert "items are unsorted" in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rename", "t01"], "--rename t01: there is no '=' in it. Write the theme's id, '=' and its new name."),
        (["--rename", "t01= "], "Theme 't01' needs a name of at least one letter. Give one."),
        (["--merge", "t01"], "--merge t01: two theme ids are needed. Write A,B for B to join A."),
        (["--merge", "t01,"], "--merge t01,: two theme ids are needed. Write A,B for B to join A."),
        (["--merge", "t01,t01"], "Themes 't01' and 't01' are one theme already. Choose two different ones."),
        (["--exclude", "t99"], "There is no theme 't99' to exclude. Themes in this store: "),
    ],
)
def test_a_refused_edit_leaves_none_behind(
    store: Settings, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["themes", "--include", "t01", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert themes.edits(store) == []


def test_clustering_again_keeps_ids_names_and_edits(store: Settings, run: Callable[..., dict[str, Any]]) -> None:
    before = run("--rename", f"{run()['themes'][0]['id']}=Kept")["themes"]
    found = run("--recluster")
    assert found["changed"] and found["themes"] == before
    assert themes.history(store)["old_id"].to_list() == themes.history(store)["new_id"].to_list()


def test_an_empty_store(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["themes"]) == 0
    assert "There are no themes yet" in capsys.readouterr().err
    assert main(["themes", "--exclude", "t01"]) == 1
    assert "There is no theme 't01' to exclude. Themes in this store: none yet." in capsys.readouterr().err
    assert main(["themes", "--recluster"]) == 1
    assert "no item names to make themes of: import a log with item names first" in capsys.readouterr().err


def test_the_job_clusters_in_a_child(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def child(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        assert options["env"]["TIDELINE_VAR"] == str(settings.var)
        return subprocess.CompletedProcess(command, 0, '{"changed": true}\n', "")

    monkeypatch.setattr(children.subprocess, "run", child)
    assert tasks.recluster_themes(settings) == {"changed": True}
    assert asked[0][1:] == ["-m", "models", "themes", "--recluster", "--json"]
    assert "data.tasks.recluster_themes" in jobs.RUNNABLE


def test_the_job_says_why_it_failed(settings: Settings) -> None:
    with pytest.raises(AppError, match="The themes stay as they were: There are no item names to make themes of"):
        tasks.recluster_themes(settings)


def test_the_job_for_edits_undoes_them_too(store: Settings) -> None:
    first = themes.themes(store)[0].id
    tasks.edit_themes(store, [{"action": "rename", "theme_id": first, "target": "Cups"}])
    assert served(store)[first] == "Cups"
    tasks.edit_themes(store, [{"action": "undo", "theme_id": "", "target": str(themes.edits(store)[0].id)}])
    assert served(store)[first] == themes.themes(store)[0].name
    with pytest.raises(
        InputError, match="'paint' is not an edit of themes. Use rename, merge, exclude, include or undo"
    ):
        tasks.edit_themes(store, [{"action": "paint", "theme_id": first}])
