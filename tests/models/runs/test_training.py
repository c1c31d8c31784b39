"""A run in the making: its status, its end, and that one training runs at a time."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from data.errors import BusyError
from models import runs
from models.runs.registry import write_json

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 11, 24, 12)


def test_a_run_in_the_making_is_no_run_until_it_is_whole(settings):
    begun = runs.new_run(settings, {"seed": 1}, NOON)
    assert begun.id == "2026-11-24T1200-1" and runs.runs(settings) == []
    assert begun.status["state"] == "running" and begun.status["loss"] is None
    write_json(begun.folder / "metrics.json", {"chosen": "blend"})
    run = runs.keep(settings, begun)
    assert run.metrics == {"chosen": "blend"} and runs.unfinished(settings) is None
    assert runs.read_status(run.folder)["state"] == "done"


def test_status_is_changed_fact_by_fact(settings):
    begun = runs.new_run(settings, {}, NOON)
    runs.write_status(begun.folder, stage="network", epoch=2, loss=5.5)
    runs.write_status(begun.folder, epoch=3)
    status = runs.read_status(begun.folder)
    assert (status["stage"], status["epoch"], status["loss"]) == ("network", 3, 5.5)
    assert status["updated"] is not None
    (begun.folder / "status.json").write_text("{half")
    assert runs.read_status(begun.folder)["state"] == "queued"


def test_a_training_that_nobody_runs_was_interrupted(settings):
    assert runs.training(settings) is None
    begun = runs.new_run(settings, {}, NOON)
    found = runs.training(settings)
    assert found is not None and found.status["state"] == "interrupted"
    with runs.the_only_training(settings):
        found = runs.training(settings)
        assert found is not None and found.status["state"] == "running"
    runs.write_status(begun.folder, state="cancelled")
    found = runs.training(settings)
    assert found is not None and found.status["state"] == "cancelled"


def test_a_new_run_takes_the_place_of_an_unfinished_one(settings):
    runs.new_run(settings, {}, datetime(2026, 11, 24, 11))
    second = runs.new_run(settings, {}, NOON)
    found = runs.unfinished(settings)
    assert found is not None and found.id == second.id
    assert [each.name for each in second.folder.parent.iterdir()] == [second.id]


HOLDING = """
import sys
from pathlib import Path
from data.settings import Settings
from models import runs
with runs.the_only_training(Settings(var=Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_trainings_at_once_are_refused(settings):
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(settings.var)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        with (
            pytest.raises(BusyError, match=r"being trained in this store already\. Wait for it to end, or cancel it"),
            runs.the_only_training(settings),
        ):
            pass
    finally:
        child.kill()
        child.wait()
    with runs.the_only_training(settings):
        pass
