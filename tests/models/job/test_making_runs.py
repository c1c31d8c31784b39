"""The training job from a small store to a run that serves: what is kept, what is told, and how it ends early."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from data import ledger, tasks
from data.errors import BusyError, InputError
from models import recommender, runs
from models.job import train
from models.job.telling import STOPPED, Stopped, Teller

ROOT = Path(__file__).resolve().parents[3]
HEADER = "event_time,event_type,user_id,item_id,item_name,category"
ITEMS = 8


@pytest.fixture(scope="module")
def rows():
    """30 people who go round 8 items of 2 categories, a day apart, each from an item of their own."""
    return [
        f"2026-{1 + day // 28:02}-{1 + day % 28:02} {10 + person % 9}:00:00,view,p{person},i{(person + day) % ITEMS},"
        f"Thing {(person + day) % ITEMS},home > {'cups' if (person + day) % 2 else 'lamps'}"
        for person in range(30)
        for day in range(person % 7, 84, 3)
    ]


@pytest.fixture
def store(stores, settings, write_csv, rows):
    return stores.copy(settings, write_csv("log.csv", *rows, header=HEADER))


def test_a_run_is_made_kept_and_serves(store):
    told = []
    made = train(store, progress=lambda stage, fraction: told.append((stage, fraction)))
    assert made["activated"] and made["why"].startswith("It serves: no run was active")
    assert made["note"].startswith("The log has 820 events of 30 people: too few for a sequence model")
    run = runs.active(store)
    assert run is not None and run.id == made["run"]
    assert run.config["data_version"] == made["data_version"] == ledger.data_version(store)
    assert {"protocol", "cuts", "models", "differences", "weights", "chosen", "calibration"} <= set(run.metrics)
    assert set(run.metrics["models"]) == {"popularity", "personal", "item-knn", "ease", "rules", "blend"}
    assert run.metrics["interest_mix"]["periods"] == 0  # the test is shorter than 28 days
    status = runs.read_status(run.folder)
    assert (status["state"], status["stage"]) == ("done", "done")
    assert told[-1] == ("done", 1.0) and [part for _, part in told] == sorted(part for _, part in told)
    assert {path.name for path in run.folder.iterdir()} >= {"blend.json", "tested.parquet", "vocabulary.parquet"}
    assert not (run.folder / "log").exists() and runs.unfinished(store) is None
    users = pl.read_parquet(run.folder / "scores" / "users.parquet")
    assert users["user_no"].n_unique() == 30 and users.filter(pl.col("place") == 1).height == 30
    mixes = pl.read_parquet(run.folder / "scores" / "interests.parquet")
    assert mixes.columns == ["user_no", "interest", "now", "next", "low", "high"]

    # what is stored for a person is what is computed for that person alone
    person = int(users["user_no"][0])
    from models.reading_store import history_of

    history = history_of(store, person)
    last = max(history_of(store, int(number))["event_time"].max() for number in users["user_no"].unique())
    alone = recommender.load(store).recommend(history, last + pl.Series([1]).cast(pl.Duration("ms"))[0] * 1000, 3)
    assert [each["item_id"] for each in alone.items] == users["item_id"][:3].to_list()

    # the same data again is no clear gain, so the first one stays
    again = train(store)
    assert not again["activated"] and "which is not clearly more" in again["why"]
    assert runs.compare(store, again["run"], made["run"])["difference"] == pytest.approx(0)


def test_the_job_of_a_page_does_the_same_in_a_process_of_its_own(store):
    told = []
    made = tasks.train_model(store, progress=lambda stage, fraction: told.append(fraction))
    run = runs.runs(store)[0]
    assert made["activated"] and made["run"] == run.id and made["chosen"] in run.metrics["models"]
    assert told[-1] == 1.0 and len(told) > 1
    assert tasks.activate_model(store, made["run"]) == {"active": made["run"], "previous": None}


def test_too_short_a_log_says_so_and_keeps_nothing(stores, settings, write_csv):
    stores.copy(settings, write_csv("log.csv", "2026-03-01 10:00:00,view,ann,a,Cup,home", header=HEADER))
    with pytest.raises(InputError, match="There is nothing to choose with"):
        train(settings)
    assert runs.runs(settings) == []
    begun = runs.training(settings)
    assert begun is not None and begun.status["state"] == "failed"
    assert begun.status["message"].startswith("There is nothing to choose with")


def test_one_training_at_a_time(store):
    with runs.the_only_training(store), pytest.raises(BusyError, match="being trained in this store already"):
        train(store)


TRAINING = """
import sys
from pathlib import Path
from data.settings import Settings
from models.job import making, train
evaluated = making.evaluate_temporal
def slowly(log, rankers, tell):
    tell("trying", 0.0)
    open(sys.argv[1] + ".mark", "w").close()
    import time
    time.sleep(60)
making.evaluate_temporal = slowly
train(Settings(var=Path(sys.argv[1]), themes=False))
"""


def stopped(store, number):
    """A training that a signal ended in its middle; comes back with what it said."""
    child = subprocess.Popen(
        [sys.executable, "-c", TRAINING, str(store.var)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    mark = Path(f"{store.var}.mark")
    for _ in range(400):
        if mark.exists():
            break
        time.sleep(0.05)
    during = runs.training(store)
    assert during is not None and (during.status["state"], during.status["stage"]) == ("running", "trying")
    child.send_signal(number)
    _, said = child.communicate(timeout=20)
    mark.unlink()
    return said


def test_cancelled_or_killed_what_serves_goes_on_and_the_training_can_be_resumed(store):
    with pytest.raises(InputError, match=r"There is no unfinished training to resume\. Start one: python -m models"):
        train(store, resume=True)
    before = train(store)["run"]
    assert STOPPED in stopped(store, signal.SIGTERM)
    begun = runs.training(store)
    assert begun is not None
    assert (begun.status["state"], begun.status["message"]) == ("cancelled", STOPPED)
    stopped(store, signal.SIGKILL)
    begun = runs.training(store)
    assert begun is not None and begun.status["state"] == "interrupted"
    serving = runs.active(store)
    assert serving is not None and serving.id == before and recommender.load(store).run == before

    made = train(store, resume=True)
    assert made["run"] == begun.id and runs.unfinished(store) is None


def test_a_training_of_earlier_data_is_not_resumed(store):
    begun = runs.new_run(store, {"data_version": 0})
    with pytest.raises(InputError, match=rf"{begun.id} is of data version 0, the store is at 1\. Train without"):
        train(store, resume=True)


def test_live_facts_reach_the_status_and_go_with_their_stage(settings):
    begun = runs.new_run(settings, {})
    told = []
    tell = Teller(begun.folder, lambda stage, fraction: told.append((stage, fraction))).part(0.2, 0.6)
    facts = {"stage": "training", "epoch": 3, "epochs": 4, "loss": 5.0, "metric": 0.1, "seconds_left": 9}
    tell.report("network: tuning", facts)
    status = runs.read_status(begun.folder)
    assert (status["stage"], status["epoch"], status["loss"], status["seconds_left"]) == ("network: tuning", 3, 5.0, 9)
    assert status["fraction"] == pytest.approx(0.3) and told == [("network: tuning", pytest.approx(0.3))]
    tell("testing", 1.0)
    status = runs.read_status(begun.folder)
    assert (status["stage"], status["epoch"], status["loss"], status["fraction"]) == ("testing", None, None, 0.6)


def test_epochs_that_ended_are_kept_for_whoever_looks_later(settings):
    begun = runs.new_run(settings, {})
    tell = Teller(begun.folder, lambda stage, fraction: None)
    for epoch, metric in ((1, 0.1), (2, None), (2, 0.2)):
        tell.report("network: tuning", {"epoch": epoch, "epochs": 4, "loss": 5.0, "metric": metric})
    one, two = runs.read_status(begun.folder)["history"]
    assert one == {"epoch": 1, "loss": 5.0, "ndcg@10": 0.1, "examples_per_second": None}
    assert two["ndcg@10"] == 0.2
    again = Teller(begun.folder, lambda stage, fraction: None)  # as a resumed training begins
    again.report("network: tuning", {"epoch": 3, "epochs": 4, "loss": 4.0, "metric": 0.3})
    assert [each["epoch"] for each in runs.read_status(begun.folder)["history"]] == [1, 2, 3]


def test_a_callback_that_raises_stops_the_training(store):
    def stop(stage, fraction):
        if fraction > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(Stopped, match="The training was cancelled"):
        train(store, progress=stop)
    begun = runs.training(store)
    assert begun is not None and begun.status["state"] == "cancelled"
    assert json.loads((begun.folder / "status.json").read_text())["message"] == STOPPED
