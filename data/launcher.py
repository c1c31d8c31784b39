"""Starts the app and its worker with one command, and stops both together."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import deque
from types import FrameType

from data.children import die_with_parent
from data.settings import Settings

READY_SECONDS = 120
WORKER = [sys.executable, "-m", "data", "worker"]
MANY, MINUTE = 5, 60.0


def launch(settings: Settings) -> int:
    """Run app and worker until the app ends or a signal comes; comes back with the exit code.

    A worker that ends is started again, and whatever happens to it, the app keeps serving.
    """
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

    def start(command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=settings.root, env=env, start_new_session=True, preexec_fn=die_with_parent)

    app, worker = start(app_command), start(WORKER)
    ends: deque[float] = deque(maxlen=MANY)
    try:
        _warm_up(port, app, stopping)
        while not stopping and app.poll() is None:
            time.sleep(0.2)
            if worker.poll() is None or not _may_start_again(ends):
                continue
            ends.append(time.monotonic())
            print(_ended(worker.returncode, _may_start_again(ends)), file=sys.stderr, flush=True)
            if _may_start_again(ends):
                worker = start(WORKER)
    finally:
        _stop([app, worker])
    return 0 if stopping else (app.returncode or 1)


def _may_start_again(ends: "deque[float]") -> bool:
    """Not when the worker ended MANY times within MINUTE: it would go on like that."""
    return len(ends) < MANY or ends[-1] - ends[0] > MINUTE


def _ended(code: int, again: bool) -> str:
    how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended by itself (code {code})"
    if again:
        return f"The worker {how}; a new one is started. The app keeps serving."
    return (
        f"The worker {how}, {MANY} times within a minute. The app keeps serving, but jobs wait: see the reason above,"
        " then start it with `python -m data worker`."
    )


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
