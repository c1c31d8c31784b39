"""A whole training with a network: resumed after it was stopped it comes to the same run as without a stop."""

import json

import pytest

from models import recommender, runs
from models.job import making, train
from models.job.telling import Stopped
from models.network import ranker
from models.network.config import NetworkConfig
from models.reading_store import history_of

HEADER = "event_time,event_type,user_id,item_id,item_name,category"
ITEMS = 8


@pytest.fixture
def store(stores, settings, write_csv, monkeypatch):
    """A log that is just large enough, and a network that is small enough, for a test."""
    monkeypatch.setattr(making, "FEW_EVENTS", 100)
    monkeypatch.setattr(making, "FEW_PEOPLE", 10)
    small = NetworkConfig(width=8, blocks=1, heads=1, history=16, row=40, epochs=3, patience=3, warm_up=5)
    monkeypatch.setattr(ranker, "NetworkConfig", lambda: small)
    rows = [
        f"2026-{1 + day // 28:02}-{1 + day % 28:02} {10 + person % 9}:00:00,view,p{person},i{(person + day) % ITEMS},"
        f"Thing {(person + day) % ITEMS},home > {'cups' if (person + day) % 2 else 'lamps'}"
        for person in range(30)
        for day in range(person % 7, 84, 3)
    ]
    return stores.copy(settings, write_csv("log.csv", *rows, header=HEADER))


@pytest.mark.slow
def test_a_stopped_training_resumed_is_the_run_it_would_have_been(store):
    whole = train(store, device="cpu")
    assert whole["note"] is None and whole["training"]["device"] == "1 CPU"
    assert [each["epoch"] for each in whole["training"]["epochs"]] == [1, 2, 3]
    assert "network" in whole["models"] and "network" in whole["weights"]
    run = runs.find_run(store, whole["run"])
    names = {path.name for path in run.folder.iterdir()}
    assert {"network.json", "network.tflite", "network-64.tflite", "network-popularity.json", "checkpoints"} <= names
    assert {path.name for path in (run.folder / "scores").iterdir()} == {
        "users.parquet", "interests.parquet", "readouts.parquet",
    }  # fmt: skip

    seen = []

    def stop_in_the_second_epoch(stage, fraction):
        status = runs.read_status(runs.unfinished(store).folder)
        seen.append(status["stage"])
        if status["stage"] == "network: tuning" and status["epoch"] == 2:
            raise KeyboardInterrupt

    with pytest.raises(Stopped, match="The training was cancelled"):
        train(store, device="cpu", full=True, progress=stop_in_the_second_epoch)  # not from the first run's weights
    begun = runs.training(store)
    assert begun is not None and begun.status["state"] == "cancelled"
    assert (begun.folder / "checkpoints" / "tune" / "checkpoint.npz").exists()
    resumed = train(store, device="cpu", resume=True)
    assert resumed["run"] == begun.id and not resumed["activated"]
    without_speed = [
        [
            {name: value for name, value in each.items() if name != "examples_per_second"}
            for each in made["training"]["epochs"]
        ]
        for made in (whole, resumed)
    ]
    assert without_speed[0] == without_speed[1]
    assert resumed["models"]["network"]["ndcg@10"] == whole["models"]["network"]["ndcg@10"]
    assert resumed["weights"] == whole["weights"]

    # the run serves with the network among its members, and by it alone
    folder = runs.find_run(store, resumed["run"]).folder
    metrics = json.loads((folder / "metrics.json").read_text())
    (folder / "metrics.json").write_text(json.dumps({**metrics, "chosen": "network"}))
    answer = recommender.load(store, resumed["run"]).recommend(history_of(store, "p3"), end_of_the_log(store), 3)
    assert answer.route == "network" and len(answer.items) == 3


def end_of_the_log(store):
    from data.store import open_store
    from models.reading_store import end_of_day

    return end_of_day(store, open_store(store).meta.last_day)
