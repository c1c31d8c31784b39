"""The jobs that train a model and activate a run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data import jobs, tasks
from data.children import watch_models
from data.errors import AppError

ROOT = Path(__file__).resolve().parents[2]


def test_both_can_be_asked_for():
    assert {"data.tasks.train_model", "data.tasks.activate_model"} <= set(jobs.RUNNABLE)


def test_training_tells_how_far_it_is_and_what_it_made(settings, monkeypatch):
    unfinished = settings.var / "models" / "unfinished" / "2026-11-24T1800-1"
    unfinished.mkdir(parents=True)
    asked, told = [], []

    def trains(given, look, *arguments):
        asked.append((given, arguments))
        look()  # no status yet
        (unfinished / "status.json").write_text('{"stage": "network: tuning", "fraction": 0.25}')
        look()
        (unfinished / "status.json").write_text('{"stage": "hal')
        look()
        return json.dumps({"run": "r", "chosen": "blend", "activated": True, "why": "It serves.", "models": {}}), None

    monkeypatch.setattr(tasks, "watch_models", trains)
    found = tasks.train_model(settings, full=True, progress=lambda stage, part: told.append((stage, part)))
    assert found == {"run": "r", "chosen": "blend", "activated": True, "why": "It serves."}
    assert asked == [(settings, ("train", "--full"))]
    assert told == [("network: tuning", 0.25), ("trained", 1.0)]


def test_a_training_that_fails_says_why(settings, monkeypatch):
    monkeypatch.setattr(tasks, "watch_models", lambda *_: ("", "There are no events in this store yet."))
    with pytest.raises(AppError, match=r"No model was made: There are no events in this store yet\."):
        tasks.train_model(settings)


def test_activating_a_run_that_is_not_there(settings):
    with pytest.raises(AppError, match=r"There is no run 'x'\."):
        tasks.activate_model(settings, "x")


def test_the_child_is_looked_at_while_it_runs(settings):
    looks = []
    printed, problem = watch_models(settings, lambda: looks.append(1), "list")
    assert json.loads(printed)["runs"] == [] and problem is None and looks
    printed, problem = watch_models(settings, lambda: None, "activate", "x")
    assert printed == "" and problem is not None and problem.startswith("There is no run 'x'.")


WATCHING = """
import sys
from pathlib import Path
from data import children
from data.settings import Settings
children.subprocess.Popen = (lambda real: lambda words, **rest: real([sys.executable, "-c", sys.argv[1]], **rest))(
    children.subprocess.Popen)
print("watching", flush=True)
print(children.watch_models(Settings(var=Path(sys.argv[2])), lambda: None, "train"), flush=True)
"""
STOPPABLE = """
import signal, sys, time
def stop(*_):
    print("cancelled", file=sys.stderr)
    sys.exit(1)
signal.signal(signal.SIGTERM, stop)
open("{mark}", "w").close()
time.sleep(60)
"""


def test_told_to_end_it_lets_the_child_say_so(settings, tmp_path):
    mark = tmp_path / "started"
    parent = subprocess.Popen(
        [sys.executable, "-c", WATCHING, STOPPABLE.format(mark=mark), str(settings.var)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(200):
            if mark.exists():
                break
            time.sleep(0.05)
        os.kill(parent.pid, signal.SIGTERM)
        said, _ = parent.communicate(timeout=20)
    finally:
        parent.kill()
    assert said.splitlines() == ["watching", "('', 'cancelled')"]
