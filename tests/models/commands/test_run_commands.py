"""The commands recommend, list and activate, on a run that was really learnt from a small store."""

import json
from datetime import datetime

import numpy as np
import pytest

from models import runs
from models.__main__ import main
from models.baselines import rivals
from models.blend import Blend
from models.reading_store import interactions
from models.recommender.saving import write_served
from models.runs.registry import write_json

WALK = ["a1", "b2", "c3", "d4"]
ROWS = [
    f"2026-03-{1 + step + person % 3:02} 10:00:0{person},purchase,p{person},{item},Thing {item},{20 + step},1,France"
    for person in range(8)
    for step, item in enumerate(WALK if person % 2 else WALK[:3])
]
FIGURES = {
    "chosen": "blend", "best_rival": "rules", "data_version": 1,
    "models": {"blend": {"ndcg@10": 0.25, "interval": [0.2, 0.3]}},
    "differences": {"rules": {"ndcg@10": 0.01, "interval": [-0.01, 0.03]}},
}  # fmt: skip


@pytest.fixture
def store(stores, settings, write_csv):
    return stores.copy(settings, write_csv("log.csv", *ROWS))


def learn(settings, minute=0):
    log = interactions(settings)
    begun = runs.new_run(settings, {"data_version": 1}, datetime(2026, 11, 24, 18, minute))
    blend = Blend(rivals(log.catalogue))
    blend.fit(log)
    blend.weights = np.full((1, len(blend.members)), 0.3)
    write_served(begun.folder, blend, log, [])
    write_json(begun.folder / "metrics.json", FIGURES)
    return runs.keep(settings, begun).id


def said(capsys):
    return json.loads(capsys.readouterr().out)


def test_recommend_for_a_person_of_the_store(store, capsys):
    run = learn(store)
    runs.activate(store, run)
    assert main(["recommend", "--user", "p0", "-k", "2", "--json"]) == 0
    found = said(capsys)
    assert {name: found[name] for name in ("user", "as_of", "run", "route")} == {
        "user": "p0", "as_of": "2026-03-06", "run": run, "route": "blend",
    }  # fmt: skip
    assert len(found["items"]) == 1  # of four items three are had, and nobody takes one twice
    assert set(found["items"][0]) == {"item_id", "name", "interest", "score", "reasons"}
    assert {"event", "effect"} <= set(found["items"][0]["reasons"][0])
    assert main(["recommend", "--user", "p0"]) == 0
    text = capsys.readouterr().err
    assert "What comes next for user p0 after 2026-03-06, by blend" in text and "D4" in text


def test_as_of_leaves_later_events_out(store, capsys):
    runs.activate(store, learn(store))
    assert main(["recommend", "--user", "p1", "--as-of", "2026-03-02", "--json"]) == 0
    early = said(capsys)
    assert early["as_of"] == "2026-03-02"
    places = {reason["place"] for each in early["items"] for reason in each["reasons"]}
    assert places == {0}
    assert main(["recommend", "--user", "p1", "--as-of", "2025-01-01", "--json"]) == 0
    assert said(capsys)["route"] == "popularity"


def test_recommend_for_a_history_in_a_file(store, capsys, tmp_path):
    runs.activate(store, learn(store))
    path = tmp_path / "history.csv"
    path.write_text("event_time,event_type,item_id\n2026-03-02,purchase,c3\n")
    assert main(["recommend", "--history", str(path), "--json"]) == 0
    found = said(capsys)
    assert found["user"] is None and found["as_of"] == "2026-03-06" and found["route"] == "blend"
    assert found["unknown"] == 0
    path.write_text("event_time,event_type,item_id\n2026-03-02,purchase,c3\n2026-03-02,view,zz\n")
    assert main(["recommend", "--history", str(path)]) == 0
    assert "1 event was left out: the run never met its item or search words." in capsys.readouterr().err
    path.write_text("event_time,event_type,item_id\n2026-05-02 23:00,purchase,c3\n")
    assert main(["recommend", "--history", str(path), "--json"]) == 0
    assert said(capsys)["as_of"] == "2026-05-02"


def test_what_is_out_of_stock_is_not_recommended(store, capsys, write_csv):
    from data.ingest import ImportOptions
    from data.pipeline import import_file

    runs.activate(store, learn(store))
    stock = write_csv("stock.csv", "d4,2026-03-05,", header="item_id,out_from,out_to")
    import_file(store, stock, ImportOptions(kind="stock"))
    assert main(["recommend", "--user", "p0", "--json"]) == 0
    assert "D4" not in {each["item_id"] for each in said(capsys)["items"]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--user", "eve"], 1, "There is no user 'eve' in this store."),
        (["--user", "p0", "--run", "x"], 1, "There is no run 'x'."),
        (["--history", "none.csv"], 1, "There is no file none.csv."),
        (["--user", "p0", "-k", "0"], 2, "'0' is no number of items; write 1 or more"),
        (["--user", "p0", "--as-of", "yesterday"], 2, "'yesterday' is no day; write it as 2026-11-24"),
        (["--user", "p0", "--history", "x"], 2, "not allowed with argument --user"),
        ([], 2, "one of the arguments --user --history is required"),
    ],
)
def test_wrong_use_of_recommend(store, capsys, words, code, said):
    runs.activate(store, learn(store))
    if code == 1:
        assert main(["recommend", *words]) == 1
    else:
        with pytest.raises(SystemExit, match="2"):
            main(["recommend", *words])
    assert said in capsys.readouterr().err


def test_without_a_run(settings, capsys):
    assert main(["recommend", "--user", "p0"]) == 1
    assert capsys.readouterr().err == "No run is active in this store. Train one: python -m models train.\n"
    assert main(["list", "--json"]) == 0
    assert said(capsys) == {"active": None, "previous": None, "training": None, "runs": []}
    assert main(["list"]) == 0
    assert "There are no runs yet. Train one: python -m models train." in capsys.readouterr().err
    assert main(["activate", "x"]) == 1
    assert "There is no run 'x'. Runs known: none yet" in capsys.readouterr().err


def test_list_and_activate(store, capsys):
    first, second = learn(store, 0), learn(store, 1)
    assert main(["activate", first, "--json"]) == 0
    assert said(capsys) == {"active": first, "previous": None}
    assert main(["activate", second]) == 0
    assert capsys.readouterr().err == f"Run {second} serves now; {first} served before.\n"
    assert main(["activate", "--previous", "--json"]) == 0
    assert said(capsys) == {"active": first, "previous": second}
    assert main(["list", "--json"]) == 0
    found = said(capsys)
    assert (found["active"], found["previous"]) == (first, second)
    assert found["runs"][0] == {
        "run": second, "made": "2026-11-24T18:01:00", "data_version": 1, "active": False, "chosen": "blend",
        "ndcg@10": 0.25, "interval": [0.2, 0.3], "best_rival": "rules", "difference": 0.01,
        "difference_interval": [-0.01, 0.03],
    }  # fmt: skip
    runs.new_run(store, {}, datetime(2026, 11, 25))
    assert main(["list"]) == 0
    text = capsys.readouterr().err
    assert "Run 2026-11-25T0000-1 is interrupted: starting." in text
    assert f"* {first}" in text and "+0.0100 (-0.0100 to +0.0300) over rules" in text and "* serves." in text


@pytest.mark.parametrize("words", [[], ["x", "--previous"]])
def test_activate_wants_one_of_two(settings, capsys, words):
    assert main(["activate", *words]) == 1
    assert "Name a run of python -m models list, or say --previous" in capsys.readouterr().err
