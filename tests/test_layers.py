"""The shape of the code: layers at run time, sizes, names, and what git must and must not hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("data", "models", "analytics", "pages")
SOURCES = [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]
HEAVY = ("streamlit", "tensorflow", "keras")


@pytest.mark.parametrize(
    "modules",
    [
        "data.pipeline, data.commands, data.store, data.worker, data.tasks",
        "analytics.trends, analytics.risers, analytics.cohorts, analytics.lifecycle, analytics.figures",
        "models.encode, models.vectors, models.themes, models.weights",
    ],
)
def test_lower_layers_start_light(modules: str) -> None:
    code = f"import sys, {modules}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_pages_hold_no_sql_and_lower_layers_no_streamlit() -> None:
    for path in SOURCES:
        text = path.read_text()
        if path.is_relative_to(ROOT / "pages"):
            assert not re.search(r"\bselect\b[^\n]*\bfrom\b [a-z_]+\b.*(where|group by|order by)", text), path
            assert ".query(" not in text, path
        else:
            assert not re.search(r"^\s*(import|from) streamlit\b", text, re.MULTILINE), path


def test_page_files_lie_in_sections() -> None:
    assert [p.name for p in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


def test_no_module_is_a_heap() -> None:
    assert [str(p) for p in SOURCES if "utils" in p.stem] == []
    too_long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 300}
    assert too_long == {}


def test_databases_are_opened_in_one_module() -> None:
    owners = {p.relative_to(ROOT).as_posix() for p in SOURCES if "duckdb.connect(" in p.read_text()}
    assert owners <= {"data/engine.py", "data/samples/shipped.py"}


def test_data_and_models_hold_code_and_the_shipped_samples_only() -> None:
    done = subprocess.run(["git", "ls-files", "data", "models"], cwd=ROOT, capture_output=True, text=True, check=True)
    allowed = {"data/samples/online_retail_ii.parquet", "data/samples/CREDITS.md"}
    odd = [name for name in done.stdout.split() if not name.endswith((".py", ".sql")) and name not in allowed]
    assert odd == []


def test_git_ignores_neither_data_nor_models() -> None:
    for name in ("data/new.py", "models/new.py", "data/samples/new.parquet"):
        ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0
        assert not ignored, name
    assert subprocess.run(["git", "check-ignore", "-q", "var/x"], cwd=ROOT, check=False).returncode == 0
