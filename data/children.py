"""Child processes: they die with their parent, and the language model's work is done in one."""

import ctypes
import os
import signal
import subprocess
import sys

from data.settings import Settings

PR_SET_PDEATHSIG = 1


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
