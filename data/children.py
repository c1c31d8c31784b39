"""Child processes: they die with their parent, and the language model's work is done in one."""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from data.settings import Settings

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies (Linux); run in the child before it starts."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run_models(settings: Settings, *arguments: str) -> tuple[str, str | None]:
    """Run `python -m models ... --json` to its end, so that TensorFlow's memory never stays with the caller.

    Comes back with what it printed and, where it failed, its last words (else None).
    """
    child = subprocess.run(
        [sys.executable, "-m", "models", *arguments, "--json"],
        cwd=settings.root,
        env={**os.environ, "TIDELINE_VAR": str(settings.var), "TF_CPP_MIN_LOG_LEVEL": "3"},
        preexec_fn=die_with_parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if not child.returncode:
        return child.stdout, None
    return child.stdout, (child.stderr.strip().splitlines() or [f"it ended with exit code {child.returncode}"])[-1]


def watch_models(settings: Settings, look: Callable[[], None], *arguments: str) -> tuple[str, str | None]:
    """As `run_models`, for work of minutes: `look` is called twice a second while it runs.

    On SIGTERM the child is told and waited for, so that it can say that it was cancelled; whoever sent it kills both
    where that takes too long.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as problem:
        child = subprocess.Popen(
            [sys.executable, "-m", "models", *arguments, "--json"],
            cwd=settings.root,
            env={**os.environ, "TIDELINE_VAR": str(settings.var), "TF_CPP_MIN_LOG_LEVEL": "3"},
            preexec_fn=die_with_parent,
            stdout=said,
            stderr=problem,
        )
        with _passing_on_the_end_to(child):
            while True:
                look()
                try:
                    code = child.wait(LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    continue
        said.seek(0)
        problem.seek(0)
        lines = problem.read().decode(errors="replace").strip().splitlines()
        printed = said.read().decode(errors="replace")
    return printed, (lines or [f"it ended with exit code {code}"])[-1] if code else None


@contextmanager
def _passing_on_the_end_to(child: subprocess.Popen[bytes]) -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if child.poll() is None:
            child.kill()
            child.wait()
