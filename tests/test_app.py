"""The real server, started cold as `make run` starts it, seen through a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from data.ingest import ImportOptions
from data.pipeline import import_file
from data.settings import ROOT, Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PAGES = {"": "Home", "data": "Data", "trends": "Interest trends", "drift": "Interest drift",
         "cohorts": "Cohort evolution", "alerts": "Alerts", "models": "Models", "people": "People"}  # fmt: skip
SETTLE_MS = 60_000
# Streamlit's own markup, which the app cannot change: its side navigation, the sparklines of its metrics, its toolbar.
FRAMEWORK = """s => { const e = document.querySelector(s);
    const theirs = '[data-testid^="stSidebarNav"], [data-testid="stMetricChart"], [data-testid="stToolbar"]';
    return !!(e && e.closest(theirs)); }"""


@dataclass
class App:
    url: str
    pid: int
    settings: Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(settings: Settings, log: Path) -> tuple[subprocess.Popen[bytes], App]:
    port = free_port()
    env = {**os.environ, "TIDELINE_VAR": str(settings.var), "STREAMLIT_SERVER_PORT": str(port), "TIDELINE_THEMES": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "data", "serve"], cwd=ROOT, env=env, stdout=log.open("w"), stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 120
    while "Tideline is ready" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return process, App(f"http://127.0.0.1:{port}", process.pid, settings)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("shop")
    lines = ["event_time,event_type,user_id,item_id,item_name,category,price,quantity,country"]
    for day in range(300):
        for number in range(10):
            kind = ("garden", "kitchen", "toys")[(day + number * number) % 3]
            when = f"2025-{1 + day // 28 % 12:02d}-{1 + day % 28:02d} {8 + number:02d}:00:00"
            lines.append(
                f"{when},purchase,u{(day * 7 + number) % 60},"
                f"{kind}{number},{kind} thing {number},{kind},{number + 1}.50,1,{('France', 'Spain')[number % 2]}"
            )
    (folder / "log.csv").write_text("\n".join(lines) + "\n")
    settings = Settings(var=folder / "var", themes=False)
    import_file(settings, folder / "log.csv", ImportOptions())
    return settings


@pytest.fixture(scope="module")
def app(shop: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    process, running = start(shop, tmp_path_factory.mktemp("log") / "app.log")
    yield running
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@dataclass
class Visit:
    page: Page
    errors: list[str]
    away: list[str]


@contextmanager
def visiting(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    """A function that opens a page as somebody does who was never there."""
    contexts = []

    def open_cold(url: str) -> Visit:
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        contexts.append(context)
        page, errors, away = context.new_page(), [], []  # type: tuple[Page, list[str], list[str]]
        host = urlparse(url).netloc
        page.on("pageerror", lambda e: errors.append(str(e)))
        # Streamlit looks for its own base path below a deep link: these two probes are answered with 404.
        page.on("console", lambda m: m.type == "error" and "/_stcore/" not in str(m.location) and errors.append(m.text))
        page.on(
            "request",
            lambda r: (
                urlparse(r.url).scheme in ("http", "https", "ws", "wss")
                and urlparse(r.url).netloc != host
                and away.append(r.url)
            ),
        )
        page.goto(url)
        page.wait_for_selector('[data-testid="stApp"]', timeout=SETTLE_MS)
        page.wait_for_selector("h1", timeout=SETTLE_MS)
        page.wait_for_function(
            """() => document.querySelector('[data-testid="stApp"]').dataset.testScriptState !== 'running'
                && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')""",
            timeout=SETTLE_MS,
        )
        page.wait_for_timeout(500)
        return Visit(page, errors, away)

    yield open_cold
    for context in contexts:
        context.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    with visiting(browser) as open_cold:
        yield open_cold


@pytest.fixture(scope="module")
def tour(app: App, browser: Browser) -> dict[str, list[tuple[str, str]]]:
    """Every page of the app opened once: what stands in the way of those who cannot see, hear or use a mouse."""
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    with visiting(browser) as visit:
        for path in PAGES:
            seen = visit(f"{app.url}/{path}")
            found[path] = [
                (v["id"], n["html"][:120])
                for v in Axe().run(seen.page).response["violations"]
                for n in v["nodes"]
                if v["impact"] in ("serious", "critical") and not seen.page.evaluate(FRAMEWORK, n["target"][0])
            ]
    return found


@pytest.mark.parametrize("path", list(PAGES))
def test_a_deep_link_to_a_cold_server_opens_the_right_page(
    shop: Settings, visit: Callable[[str], Visit], tmp_path: Path, path: str
) -> None:
    process, running = start(shop, tmp_path / "app.log")
    try:
        seen = visit(f"{running.url}/{path}?by=item&segment=country%3AFrance")
        assert seen.page.locator("h1").first.inner_text() == PAGES[path]
        assert seen.page.locator('[data-testid="stDialog"], [role="dialog"]').count() == 0
        assert seen.page.locator('[data-testid="stException"]').count() == 0
        assert (seen.errors, seen.away) == ([], [])
        if path != "data":
            assert parse_qs(urlparse(seen.page.url).query)["by"] == ["item"]
            chosen = seen.page.locator('[data-testid="stSidebar"] input').evaluate_all("all => all.map(e => e.value)")
            assert "item" in chosen
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def test_every_page_is_accessible(tour: dict[str, list[tuple[str, str]]]) -> None:
    assert tour == {path: [] for path in PAGES}


def test_tensorflow_never_enters_the_page_process(app: App, tour: dict[str, list[tuple[str, str]]]) -> None:
    assert tour.keys() == PAGES.keys()  # every page was drawn
    for child in subprocess.run(
        ["pgrep", "-P", str(app.pid)], capture_output=True, text=True, check=True
    ).stdout.split():
        assert "tensorflow" not in Path(f"/proc/{child}/maps").read_text()


def test_an_import_from_elsewhere_shows_by_itself(app: App, visit: Callable[[str], Visit], tmp_path: Path) -> None:
    seen = visit(f"{app.url}/")
    assert "version 1" in seen.page.locator('[data-testid="stMain"]').inner_text()
    extra = tmp_path / "more.csv"
    extra.write_text("event_time,event_type,user_id,item_id,category\n2025-12-20 10:00:00,view,new,garden1,garden\n")
    import_file(app.settings, extra, ImportOptions())
    seen.page.wait_for_function(
        """() => document.querySelector('[data-testid="stMain"]').innerText.includes('version 2')""", timeout=SETTLE_MS
    )


def test_stopping_leaves_nothing_running(shop: Settings, tmp_path: Path) -> None:
    process, running = start(shop, tmp_path / "app.log")
    children = subprocess.run(
        ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(children) == 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(running.url, timeout=5)
