"""The page Models: without a run, while one is made, with runs that won and lost, and the way from one to another."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from data.jobs import finish, jobs, start
from models.runs import active, new_run, runs_folder, the_only_training, write_status
from pages.model.models_views.choice import known, off_below

OLD, NEW = "2026-11-20T0912-1", "2026-11-24T1830-1"


def words(app):
    """Everything that is written on the page."""
    kinds = (app.markdown, app.caption, app.subheader, app.info, app.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


def well(app):
    assert not app.exception
    assert not app.error, [each.value for each in app.error]
    charts = [each for kind in ("plotly_chart", "arrow_data_frame") for each in app.get(kind)]
    assert all(each.proto.alt for each in charts)


@pytest.fixture
def keep_run(shop, run_metrics):
    """Keep a run with the figures of `run_metrics`."""

    def make(run, *, serves=False, before=False, **figures):
        folder = runs_folder(shop) / run
        folder.mkdir(parents=True)
        metrics = {"run": run, **run_metrics(**figures)}
        (folder / "config.json").write_text(json.dumps({"run": run, "data_version": metrics["data_version"]}))
        (folder / "metrics.json").write_text(json.dumps(metrics))
        for pointer, wanted in (("ACTIVE", serves), ("ACTIVE.previous", before)):
            if wanted:
                (runs_folder(shop) / pointer).write_text(run)

    return make


def finish_all(settings):
    """End every job, so that the page no longer waits for any."""
    for job in jobs(settings):
        start(settings, job.id)
        finish(settings, job.id, "done")


def test_without_a_run_it_says_what_training_would_do_and_starts_it(shop, visit):
    app = visit("model/models")
    well(app)
    assert "No model was trained on this shop yet. Training reads the" in words(app)
    assert "a few minutes on one core" in words(app)
    assert not app.get("plotly_chart")
    app.button(key="models_train").click().run()
    well(app)
    assert jobs(shop)[0].name == "data.tasks.train_model"
    assert "The training waits for its turn." in words(app)


def test_while_a_model_is_made_it_shows_how_far(shop, visit):
    app = visit("model/models")
    app.button(key="models_train").click().run()
    start(shop, jobs(shop)[0].id)
    with the_only_training(shop):
        begun = new_run(shop, {})
        epochs = [{"epoch": n, "loss": 6 - n / 10, "ndcg@10": 0.05, "examples_per_second": 900} for n in (1, 2)]
        write_status(
            begun.folder, stage="network: training", epoch=3, epochs=40, loss=5.7, metric=0.0512, seconds_left=75,
            examples_per_second=9000, fraction=0.4, history=epochs,
        )  # fmt: skip
        app.run()
        well(app)
        assert [(each.label, each.value) for each in app.metric] == [
            ("Loss", "5.7000"), ("NDCG@10", "0.0512"), ("Examples per second", "9,000"), ("Time left", "1 min 15 s")
        ]  # fmt: skip
        progress = app.get("progress")[-1].proto
        assert (progress.value, progress.text) == (40, "**network: training**, epoch 3 of at most 40")
        assert app.get("plotly_chart")[0].proto.alt.startswith("Training over 2 epochs: loss from 5.9000 to 5.8000")


def test_a_training_that_broke_off_says_why_and_can_begin_again(shop, visit):
    begun = new_run(shop, {})
    write_status(begun.folder, state="failed", message="There is no space left.")
    app = visit("model/models")
    well(app)
    assert "The last training failed. There is no space left." in words(app)
    assert not app.button(key="models_train").disabled
    app.button(key="models_resume").click().run()
    assert (jobs(shop)[0].name, jobs(shop)[0].args) == ("data.tasks.train_model", {"resume": True})
    finish_all(shop)
    write_status(begun.folder, state="running", message="")
    assert "The last training was interrupted." in words(visit("model/models"))


def test_a_run_that_helps_says_by_how_much(visit, keep_run):
    keep_run(NEW, serves=True)
    app = visit("model/models")
    well(app)
    assert "On this shop the blend adds 8.6 % over the best simple method, 'what follows what'" in words(app)
    assert [each.value for each in app.metric] == ["0.0760", "+8.6 %", "15.2 %", "2.0 points"]
    alts = [each.proto.alt for each in app.get("plotly_chart")]
    assert [alt.split(" ")[0] for alt in alts] == ["NDCG@10", "What", "What", "NDCG@10"]
    models, listed = (each.value for each in app.dataframe)
    assert models["name"].tolist() == ["blend of all", "what follows what", "sequence model", "recent popularity"]
    assert models["gain"].tolist()[1] == pytest.approx(8.571, abs=0.001)
    assert listed["state"].tolist() == ["serves"]
    assert not [button for button in app.button if button.key in ("models_activate", "models_roll_back")]
    assert [each.proto.label for each in app.get("download_button")] == ["CSV", "Parquet"]


def test_a_run_that_loses_says_what_is_shown_instead(visit, keep_run):
    keep_run(NEW, serves=True, gain=-0.01)
    app = visit("model/models")
    well(app)
    assert "The model does not earn its place" in words(app)
    assert "Pages show 'what follows what' instead" in words(app)


def test_a_run_without_most_figures_still_shows(visit, keep_run):
    keep_run(NEW, serves=True, models={}, weights={}, calibration=[], training=None, interest_mix=None, cold_items=None,
             differences={}, note="The log is too small for a sequence model.")  # fmt: skip
    app = visit("model/models")
    well(app)
    said = words(app)
    for each in ("This run was not measured against the simple methods", "keeps no figures", "has no blend",
                 "were not checked", "not measured by parts", "The log is too small for a sequence"):  # fmt: skip
        assert each in said


def test_a_run_older_than_the_data_says_so(two_versions, visit, run_metrics):
    folder = runs_folder(two_versions) / NEW
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "metrics.json").write_text(json.dumps(run_metrics()))
    assert "This run was trained on version 1 of the data, and version 2 is shown now" in words(visit("model/models"))


def test_training_is_told_when_it_is_opened(visit, keep_run):
    keep_run(NEW, serves=True)
    app = visit("model/models")
    app.session_state["models_went"] = True
    app.run()
    well(app)
    assert "The network learnt for 3 epochs on CPU; the weights of epoch 3 were kept." in words(app)
    assert app.get("plotly_chart")[-1].proto.alt.startswith("Training over 3 epochs")


def test_another_run_is_opened_activated_and_rolled_back(shop, visit, keep_run):
    keep_run(OLD, serves=True)
    keep_run(NEW, gain=0.01)
    app = visit("model/models", run=NEW)
    well(app)
    assert "This run does not serve" in words(app)
    assert f"Run {NEW} and the active run {OLD} were tested on too few of the same visits" in words(app)
    app.button(key="models_activate").click().run()
    well(app)
    assert active(shop).id == NEW
    assert app.toast[0].value == f"Run {NEW} serves now. Rolling back brings the one before."
    assert [run.is_active for run in known()] == [True, False]
    app.button(key="models_roll_back").click().run()
    assert active(shop).id == OLD
    assert app.toast[0].value == f"Run {OLD} serves again."


def test_an_unknown_run_in_the_link_is_said_so_and_the_active_one_shown(visit, keep_run):
    keep_run(NEW, serves=True)
    app = visit("model/models", run="2020-01-01T0000-1")
    well(app)
    assert "There is no run 2020-01-01T0000-1 in this store" in words(app)
    assert "On this shop the blend adds" in words(app)


def test_the_active_run_that_was_lost_gives_way_to_the_one_before(shop, visit, keep_run):
    keep_run(OLD, before=True, gain=0.01)
    keep_run(NEW, serves=True)
    shutil.rmtree(runs_folder(shop) / NEW)
    app = visit("model/models")
    well(app)
    assert "the blend adds 14 %" in words(app)


def test_a_training_that_ended_is_asked_for_again(shop, visit, keep_run):
    keep_run(NEW, serves=True)
    app = visit("model/models")
    app.button(key="models_train").click().run()
    assert app.button(key="models_train").disabled
    job = jobs(shop)[0]
    start(shop, job.id)
    finish(shop, job.id, "done")
    app.run()
    assert not app.button(key="models_train").disabled
    assert datetime.now(UTC) > jobs(shop)[0].ended


def test_a_log_without_people_has_nobody_to_learn_from(settings, visit, write_csv):
    from data.ingest import ImportOptions
    from data.pipeline import import_file

    import_file(settings, write_csv("log.csv", "2024-01-01 10:00:00,view,,i1,thing,1,1,"), ImportOptions())
    app = visit("model/models")
    well(app)
    assert "This log names no people, so there is nobody to learn from." in words(app)


@pytest.mark.parametrize(("weights", "below"), [
    ([[1, 0.01], [1, 0.5], [1, 1]], 6), ([[1, 0.01], [1, 0.01], [1, 1]], 26), ([[1, 1], [1, 0.01], [1, 1]], None),
    ([[1, 0.01], [1, 0.01], [1, 0.01]], None), ([[1, 1]], None),
])  # fmt: skip
def test_from_how_many_events_on_the_model_takes_part(shop, visit, keep_run, weights, below):
    keep_run(NEW, serves=True)
    groups = [5, 25] if len(weights) > 1 else []
    blend = {"members": ["rules", "network"], "weights": weights, "groups": groups, "hides_seen": False}
    (runs_folder(shop) / NEW / "blend.json").write_text(json.dumps(blend))
    assert off_below(known()[0]) == below


def test_that_it_takes_no_part_below_is_said(shop, visit, keep_run):
    keep_run(NEW, serves=True)
    blend = {"members": ["rules", "network"], "weights": [[1, 0], [1, 1], [1, 1]], "groups": [5, 25]}
    (runs_folder(shop) / NEW / "blend.json").write_text(json.dumps(blend))
    assert "It stays off for people with fewer than 6 events." in words(visit("model/models"))
