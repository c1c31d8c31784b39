"""Training: it learns, it resumes as if nothing had happened, and devices share one step."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import InputError, StoreError
from models.interactions import Interactions, successive_requests
from models.network.config import NetworkConfig

pytestmark = pytest.mark.slow
Logs, Configs = Callable[..., Interactions], Callable[..., NetworkConfig]


def trainer(log: Interactions, config: NetworkConfig, **knobs: Any) -> Any:
    from models.network.devices import devices

    cpu = devices("cpu")
    from models.network.training import Trainer

    return Trainer(log, config, cpu, **knobs)


def distance(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))


def test_it_learns_what_twenty_people_do(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log()
    config = tiny_config(log, epochs=60, dropout=0.0, id_dropout=0.0, learning_rate=1e-2)
    found = trainer(log, config).run()
    assert found.epochs[0]["loss"] > 2.2
    assert found.epochs[-1]["loss"] < 0.7  # steps of two items cannot be told below 0.4
    assert found.best == 60


def test_it_ends_when_the_validation_gets_no_better(circle_log: Logs, tiny_config: Configs, tmp_path: Path) -> None:
    from models.network.training import Validation

    log = circle_log()
    cut = log.cuts(0.7)[0]
    told: list[dict[str, Any]] = []
    config = tiny_config(log.before(cut), epochs=40, patience=2, learning_rate=0.05)
    made = trainer(
        log.before(cut), config, validation=Validation(log, successive_requests(log, cut)), folder=tmp_path,
        report=told.append,
    )  # fmt: skip
    found = made.run()
    scores = [each["ndcg@10"] - 0.02 * each["logloss"] for each in found.epochs]
    assert len(found.epochs) == found.best + 2 < 40
    assert np.argmax(scores) == found.best - 1
    assert told[-1].keys() >= {"stage", "epoch", "epochs", "loss", "metric", "examples_per_second", "seconds_left"}
    assert list((tmp_path / "tensorboard").iterdir())
    again = made.scoring.quality(log, made.validation.requests)
    assert again == pytest.approx((found.epochs[found.best - 1]["ndcg@10"], found.epochs[found.best - 1]["logloss"]))


def test_resumed_is_uninterrupted(circle_log: Logs, tiny_config: Configs, tmp_path: Path) -> None:
    log = circle_log(words=True)
    config = tiny_config(log, epochs=4, average=0.9)

    class Stop(Exception):
        pass

    def stopping(facts: dict[str, Any]) -> None:
        if facts["epoch"] == 3:
            raise Stop

    whole = trainer(log, config)
    whole.run()
    with pytest.raises(Stop):
        trainer(log, config, folder=tmp_path, report=stopping).run()
    resumed = trainer(log, config, folder=tmp_path)
    found = resumed.run(resume=True)
    assert [each["epoch"] for each in found.epochs] == [1, 2, 3, 4]
    assert distance(whole.steps.weights(), resumed.steps.weights()) < 1e-5
    assert found.epochs[-1]["loss"] == pytest.approx(whole.trained.epochs[-1]["loss"], abs=1e-5)


KILLED = """
import sys
from pathlib import Path
from tests.models.network.conftest import circle, tiny
from models.network.devices import devices
cpu = devices("cpu")
from models.network.training import Trainer
log = circle()
print("ready", flush=True)
Trainer(log, tiny(log, epochs=int(sys.argv[2])), cpu, folder=Path(sys.argv[1])).run()
"""


def test_killed_at_any_moment_it_goes_on(circle_log: Logs, tiny_config: Configs, tmp_path: Path) -> None:
    from models.network.checkpoint import read_checkpoint

    epochs = 400
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path), str(epochs)], env={**os.environ})
    try:
        until = time.monotonic() + 120
        while not (tmp_path / "checkpoint.npz").exists():
            assert time.monotonic() < until
            assert child.poll() is None
            time.sleep(0.05)
        time.sleep(0.3)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    found = read_checkpoint(tmp_path)
    assert found is not None
    done = len(found[1]["epochs"])
    assert 1 <= done < epochs
    log = circle_log()
    resumed = trainer(log, tiny_config(log, epochs=epochs), folder=tmp_path)
    resumed._take_up(tmp_path)
    resumed.config = tiny_config(log, epochs=done + 1)
    assert len(resumed.run().epochs) == done + 1
    whole = trainer(log, tiny_config(log, epochs=done + 1))
    whole.run()
    assert distance(whole.steps.weights(), resumed.steps.weights()) < 1e-5


def test_a_checkpoint_of_something_else_is_not_taken(circle_log: Logs, tiny_config: Configs, tmp_path: Path) -> None:
    log = circle_log()
    trainer(log, tiny_config(log, epochs=1), folder=tmp_path).run()
    with pytest.raises(InputError, match="is of other events or another config .* Train without --resume"):
        trainer(log, tiny_config(log, epochs=2), folder=tmp_path).run(resume=True)
    (tmp_path / "checkpoint.npz").write_bytes(b"PK")
    with pytest.raises(StoreError, match="cannot be read .* Train again without --resume"):
        trainer(log, tiny_config(log, epochs=1), folder=tmp_path).run(resume=True)


TWO = """
import os, sys, json
os.environ["KERAS_BACKEND"] = "tensorflow"
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu[0], [tf.config.LogicalDeviceConfiguration()] * 2)
from tests.models.network.conftest import circle, tiny
from models.network.devices import devices
from models.network.training import Trainer
log = circle(words=True)
found = []
for count, rate in ((1, 0.0), (2, 0.0), (2, 0.3)):
    config = tiny(log, epochs=2, average=0.9, dropout=rate, id_dropout=rate, full_items=5)
    found.append([each["loss"] for each in Trainer(log, config, devices("cpu", count)).run().epochs])
print(json.dumps(found))
"""


def test_two_devices_are_one() -> None:
    done = subprocess.run([sys.executable, "-c", TWO], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    one, two, dropped = json.loads(done.stdout.splitlines()[-1])
    assert np.abs(np.array(one) - two).max() < 1e-4
    assert one[-1] < one[0]
    assert dropped[-1] < dropped[0]


def test_devices_that_are_not_there_are_said() -> None:
    from models.network.devices import devices

    if devices().name.endswith("CPU"):
        with pytest.raises(InputError, match="finds no GPU on this machine. Train with --device cpu"):
            devices("gpu")
    with pytest.raises(InputError, match="There are 1 CPU devices, not 9. Train on fewer"):
        devices("cpu", 9)


@pytest.mark.parametrize("items", [5_000, 5])
def test_what_a_gpu_does_a_cpu_can_try(items: int, circle_log: Logs, tiny_config: Configs, tmp_path: Path) -> None:
    """Mixed bfloat16 and XLA, which only GPUs are given."""
    from models.network.devices import devices

    as_gpu = replace(devices("cpu"), compiles=True, precision="mixed_bfloat16")
    from models.network.exporting import baked
    from models.network.training import Trainer

    log = circle_log(words=True)
    made = Trainer(log, tiny_config(log, epochs=12, learning_rate=0.02, full_items=items), as_gpu)
    found = made.run()
    assert found.epochs[-1]["loss"] < found.epochs[0]["loss"] - 0.3
    assert {variable.dtype for variable in made.steps.learned} == {"float32"}
    requests = successive_requests(log, 0)
    precise = made.scoring.log_probabilities(log, requests)
    from models.network.scoring import Scoring

    exact = Scoring(baked(made.network)).log_probabilities(log, requests)
    assert np.abs(np.exp(precise) - np.exp(exact)).max() < 0.02
