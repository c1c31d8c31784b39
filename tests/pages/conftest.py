"""A small shop made through the real importer, and the app opened on it."""

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from data.ingest import ImportOptions
from data.pipeline import import_file
from data.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ENTRY = str(ROOT / "streamlit_app.py")
CATEGORIES = ("candles", "kitchen", "garden", "paper", "toys")
COUNTRIES = ("United Kingdom", "France", "Germany")
SECONDS = 120


def write_log(path: Path, *, seed: int = 7, days: int = 430, people: int = 120) -> Path:
    """A seeded log of views and purchases; garden grows over time, and three rows cannot be used."""
    shuffled = random.Random(seed)
    lines = ["event_time,event_type,user_id,item_id,item_name,category,price,quantity,country"]
    start = datetime(2024, 1, 1, 8)
    for day in range(days):
        for _ in range(shuffled.randint(10, 18)):
            user = shuffled.randrange(people)
            weights = [3, 3, 1 + 5 * day / days, 2, 2]
            kind = shuffled.choices(range(len(CATEGORIES)), weights)[0]
            item = 10 * kind + shuffled.randrange(4)
            moment = start + timedelta(days=day, minutes=shuffled.randrange(700))
            event = shuffled.choice(("view", "view", "purchase"))
            lines.append(
                f"{moment:%Y-%m-%d %H:%M:%S},{event},u{user},i{item},{CATEGORIES[kind]} {item},{CATEGORIES[kind]},"
                f"{2 + item}.50,1,{COUNTRIES[user % 3]}"
            )
    lines += ["not a time,view,u1,i1,x,toys,1,1,France"] * 1 + [",view,u1,i1,x,toys,1,1,France"]
    lines.append("2024-02-02 10:00:00,stare,u1,i1,x,toys,1,1,France")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="session", autouse=True)
def _components_looked_for_once() -> Iterator[None]:
    """Every AppTest looks through all installed packages for Streamlit components, which takes longer than most pages;
    here it finds what the first look found."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture
def small_log() -> Callable[..., Path]:
    """Write the seeded log."""
    return write_log


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The var folder of the small shop, made once; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("shop")
    settings = Settings(var=folder / "var", themes=False)
    import_file(settings, write_log(folder / "shop.csv"), ImportOptions(timezone="Europe/London"))
    return settings.var


@pytest.fixture(scope="session")
def imported_twice(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The var folder of the small shop with a second file of other people, so that it has a version before the last."""
    folder = tmp_path_factory.mktemp("shop")
    settings = Settings(var=folder / "var", themes=False)
    shutil.copytree(imported, settings.var)
    log = write_log(folder / "more.csv", seed=8, days=200)
    import_file(settings, log, ImportOptions(timezone="Europe/London"))
    return settings.var


@pytest.fixture
def two_versions(imported_twice: Path, settings: Settings) -> Settings:
    """The settings of this test's own copy of the shop of two files."""
    shutil.copytree(imported_twice, settings.var)
    return settings


@pytest.fixture
def shop(imported: Path, settings: Settings) -> Settings:
    """The settings of this test's own copy of the small shop."""
    shutil.copytree(imported, settings.var)
    return settings


@pytest.fixture
def visit() -> Callable[..., AppTest]:
    """Open the app as a visitor does: from the entry point, with a query, then on the page asked for."""

    def go(page: str = "", **query: str | list[str]) -> AppTest:
        app = AppTest.from_file(ENTRY, default_timeout=SECONDS)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app.switch_page(f"pages/{page}.py").run() if page else app

    return go
