"""Starts the app and its worker with one command, and stops both together."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from types import FrameType

from data.children import die_with_parent
from data.settings import Settings

READY_SECONDS = 120


def launch(settings: Settings) -> int:
    """Run app and worker until one ends or a signal comes; comes back with the exit code."""
    port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
    env = {**os.environ, "TIDELINE_VAR": str(settings.var)}
    app_command = [
        sys.executable, "-m", "streamlit", "run", "streamlit_app.py",
        "--server.port", port, "--server.headless", "true", "--server.scriptHealthCheckEnabled", "true",
    ]  # fmt: skip
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    children = [
        subprocess.Popen(command, cwd=settings.root, env=env, start_new_session=True, preexec_fn=die_with_parent)
        for command in (app_command, [sys.executable, "-m", "data", "worker"])
    ]
    app = children[0]
    try:
        _warm_up(port, app, stopping)
        while not stopping and all(child.poll() is None for child in children):
            time.sleep(0.2)
        if not stopping and app.poll() is None:
            print("The worker ended by itself; stopping the app. Start it again with `make run`.", file=sys.stderr)
    finally:
        _stop(children)
    return 0 if stopping else (app.returncode or 1)


def _warm_up(port: str, app: subprocess.Popen[bytes], stopping: list[int]) -> None:
    """Run the entry script once, so that the first visitor's deep link finds every page known."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and app.poll() is None and not stopping:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/script-health-check", timeout=60).read()
            print(f"Tideline is ready: http://127.0.0.1:{port}", file=sys.stderr, flush=True)
            return
        except OSError:
            time.sleep(0.1)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and any(child.poll() is None for child in children):
        time.sleep(0.05)
    for child in children:
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)
