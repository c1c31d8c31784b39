"""Runs as a registry: what is listed, what serves, and that a kill never leaves nobody serving."""

import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from data import ledger
from data.errors import InputError, StoreError
from data.settings import Settings
from models import runs
from models.runs.registry import read_json, write_json

ROOT = Path(__file__).resolve().parents[3]


def finished(settings: Settings, minute: int = 0, chosen: str = "blend") -> str:
    begun = runs.new_run(settings, {"data_version": 3}, datetime(2026, 11, 24, 18, minute))
    write_json(begun.folder / "metrics.json", {"chosen": chosen, "models": {}})
    return runs.keep(settings, begun).id


def test_runs_are_listed_newest_first_and_the_active_one_is_marked(settings):
    first, second = finished(settings), finished(settings)
    assert (first, second) == ("2026-11-24T1800-1", "2026-11-24T1800-2")
    assert runs.active(settings) is None and runs.previous(settings) is None
    runs.activate(settings, first)
    found = runs.runs(settings)
    assert [(run.id, run.is_active) for run in found] == [(second, False), (first, True)]
    assert found[0].made == datetime(2026, 11, 24, 18) and found[0].chosen == "blend"
    assert found[0].config == {
        "run": second, "made": "2026-11-24T18:00:00", "sample": None, "data_version": 3,
    }  # fmt: skip


def test_runs_of_a_sample_go_with_it(settings):
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "sample", "planted")
    run = finished(settings)
    assert runs.activate(settings, run).config["sample"] == "planted"
    with ledger.connect(settings) as connection:
        ledger.set_state(connection, "sample", None)
    assert runs.runs(settings) == [] and runs.active(settings) is None
    with pytest.raises(InputError, match="There is no run"):
        runs.activate(settings, run)
    own = finished(settings)
    assert [each.id for each in runs.runs(settings)] == [own] and runs.activate(settings, own).is_active


def test_roll_back_goes_to_the_run_before_and_back_again(settings):
    first, second = finished(settings), finished(settings)
    runs.activate(settings, first)
    with pytest.raises(InputError, match=r"No other run served before this one\. Choose one from python -m models"):
        runs.roll_back(settings)
    runs.activate(settings, second)
    runs.activate(settings, second)
    assert runs.previous(settings) == first
    assert runs.roll_back(settings).id == first
    assert runs.roll_back(settings).id == second
    assert [run.is_previous for run in runs.runs(settings)] == [False, True]


def test_a_run_nobody_knows(settings):
    with pytest.raises(InputError, match=r"no run 'x'\. Runs known: none yet; python -m models train makes one"):
        runs.activate(settings, "x")
    finished(settings)
    with pytest.raises(InputError, match=r"Runs known: 2026-11-24T1800-1\."):
        runs.find_run(settings, "../..")


def test_where_the_active_run_is_gone_the_one_before_serves(settings):
    first, second = finished(settings), finished(settings)
    for run in (first, second):
        runs.activate(settings, run)
    (runs.runs_folder(settings) / second / "metrics.json").unlink()
    found = runs.active(settings)
    assert found is not None and found.id == first


def test_old_runs_are_deleted_but_not_those_that_serve_or_served(settings):
    made = [finished(settings, minute) for minute in range(8)]
    runs.activate(settings, made[1])
    runs.activate(settings, made[0])
    assert runs.prune(settings) == [made[2]]
    assert [run.id for run in runs.runs(settings)] == [*reversed(made[3:]), made[1], made[0]]


def test_the_tenth_run_of_a_minute_is_newer_than_the_ninth(settings):
    made = [finished(settings) for _ in range(10)]
    assert runs.runs(settings)[0].id == made[-1]


def test_json_is_written_whole_and_nan_becomes_null(tmp_path):
    import numpy as np

    path = tmp_path / "run" / "x.json"
    write_json(path, {"a": float("nan"), "b": [np.float32(0.5), (np.int64(2), float("inf"))], "c": "ä"})
    assert read_json(path) == {"a": None, "b": [0.5, [2, None]], "c": "ä"}
    assert [each.name for each in path.parent.iterdir()] == ["x.json"]
    path.write_text("{")
    with pytest.raises(StoreError, match=r"x\.json of run run cannot be read.*Train again, or activate another run"):
        read_json(path)


ACTIVATING = """
import sys
from pathlib import Path
from data.settings import Settings
from models import runs
settings = Settings(var=Path(sys.argv[1]))
print("ready", flush=True)
while True:
    for run in sys.argv[2:]:
        runs.activate(settings, run)
"""


def test_killed_while_activating_a_run_still_serves(settings):
    both = finished(settings), finished(settings)
    runs.activate(settings, both[0])
    for wait in (0.0, 0.003, 0.011, 0.017, 0.029):
        child = subprocess.Popen(
            [sys.executable, "-c", ACTIVATING, str(settings.var), *both],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        child.wait()
        found = runs.active(settings)
        assert found is not None and found.id in both
    assert runs.activate(settings, both[1]).is_active
