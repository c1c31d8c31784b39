"""The rules that pages keep: light process, no page file directly in pages/, no SQL, no session state by the way."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "pages").rglob("*.py"))

VISIT_ALL = """
import gc, sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=120).run()
for page in ("start/home", "start/data", "interest/trends", "interest/drift", "interest/cohorts", "interest/alerts",
             "model/models", "model/people"):
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, app.exception
heavy = [name for name in ("tensorflow", "keras", "torch") if name in sys.modules]
assert not heavy, heavy
assert gc.get_freeze_count() > 10_000, gc.get_freeze_count()
"""


def test_page_process_never_sees_the_training_framework(shop):
    env = {**os.environ, "TIDELINE_VAR": str(shop.var)}
    done = subprocess.run([sys.executable, "-c", VISIT_ALL], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "leaked" not in done.stderr


def test_no_page_lies_directly_in_pages():
    assert [path.name for path in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_sources(path):
    text = path.read_text()
    about = str(path.relative_to(ROOT))
    assert not re.search(r"\b(select|insert|update|delete)\b.+\bfrom\b", text), f"{about} holds SQL"
    assert "import duckdb" not in text or about.endswith("runtime.py"), f"{about} opens the database itself"
    assert "cache_data" not in text or about.endswith("cached.py"), f"{about} caches by itself"
    if path.parent.name in ("start", "interest", "model"):
        assert len(text.splitlines()) <= 100, f"{about} is longer than a page may be"
    lines = [line for line in text.splitlines() if re.search(r"[\U0001F300-\U0001FAFF]", line)]
    assert not lines, f"{about} holds an emoji"
