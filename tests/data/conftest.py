"""Processes of the real command line that die by kill -9 at a chosen point, and checks of what they leave behind."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data import ledger
from data.__main__ import main
from data.settings import ROOT, Settings

KILLER = '''
import os, signal, sys

def owner_of(path):
    """The module or class that holds the last part of a dotted name."""
    import importlib
    parts = path.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            owner = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:-1]:
            owner = getattr(owner, part)
        return owner
    raise LookupError(path)

def arm(path, count, when):
    import data.pipeline, data.tasks
    owner, name = owner_of(path), path.rpartition(".")[2]
    plain = getattr(owner, name)
    calls = 0

    def killing(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls != count:
            return plain(*args, **kwargs)
        if when == "hold":
            signal.pause()
        elif when == "half":
            whole = open(args[0], "rb").read()
            with open(args[1], "wb") as copy:
                copy.write(whole[: len(whole) // 2])
        elif when == "after":
            plain(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, killing)
    # Named where it is defined, it is meant wherever it is used; named where it was imported, only there.
    if plain.__module__ == getattr(owner, "__name__", ""):
        for module in [m for n, m in sys.modules.items() if n.split(".")[0] == "data"]:
            for key in [key for key, value in vars(module).items() if value is plain]:
                setattr(module, key, killing)

path, count, when, command = os.environ["KILL_AT"].split(" ")
if command in sys.orig_argv:
    sys.path.insert(0, os.getcwd())
    arm(path, int(count), when)
'''

Point = tuple[str, int, str]
"""A function by its dotted name, which of its calls, and whether the process dies before or after that call, half-way
through it (of a function that copies one file to another), or holds still before it."""


@pytest.fixture
def killing(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The environment in which the given command of `python -m data`, or one it starts, dies at a point."""

    def environment(settings: Settings, point: Point, command: str) -> dict[str, str]:
        folder = tmp_path / "killer"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(KILLER)
        path, count, when = point
        return {**environment_of(settings), "PYTHONPATH": str(folder), "KILL_AT": f"{path} {count} {when} {command}"}

    return environment


@pytest.fixture
def environment() -> Callable[[Settings], dict[str, str]]:
    """The environment in which commands use a store."""
    return environment_of


def environment_of(settings: Settings) -> dict[str, str]:
    return {**os.environ, "TIDELINE_VAR": str(settings.var), "TIDELINE_THEMES": "0"}


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m data ...` on a store to its end."""

    def run(settings: Settings, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "data", *arguments],
            cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
            **{"env": environment_of(settings), **options},
        )  # fmt: skip

    return run


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command on the test's own store in this process: its exit code, its output and what it says to people."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def killed(killing: Callable[..., dict[str, str]], command: Callable[..., object]) -> Callable[..., None]:
    """Run a command that dies at a point, and see that it did."""

    def run(settings: Settings, point: Point, *arguments: str) -> None:
        done = command(settings, *arguments, env=killing(settings, point, arguments[0]))
        assert done.returncode == -9, (point, done.returncode, done.stderr)  # type: ignore[attr-defined]

    return run


@pytest.fixture
def tidy() -> Callable[[Settings], None]:
    """See that a store holds nothing but what it names."""

    def check(settings: Settings) -> None:
        named = {file.path for file in ledger.files(settings)}
        found = {
            str(p.relative_to(settings.var)) for f in ("lake", "identity") for p in (settings.var / f).rglob("*.*")
        }
        assert found == named
        assert not settings.tmp.exists() or list(settings.tmp.iterdir()) == []
        served = sorted(path.name for path in settings.serve.iterdir())
        assert served[0] == "CURRENT"
        assert 1 <= len(served[1:]) <= 3  # one more where a kill came before old versions went, until the next publish
        assert all(name.startswith("serve-") and name.endswith(".duckdb") for name in served[1:])

    return check
