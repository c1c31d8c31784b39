"""What is recommended to one person, why, and what is left out."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from data.errors import InputError, StoreError
from models import recommender, runs
from models.recommender import Masks
from models.recommender.loading import load_served

ROOT = Path(__file__).resolve().parents[3]
WHEN = datetime(1970, 1, 30)


def test_a_run_loaded_again_says_exactly_what_was_learnt(settings, repeating, write_run, history):
    run, blend = write_run(repeating)
    events = history((3, "view", "I04"), (4, "view", "I05"), (4, "search", "red lamp"))
    first, second = recommender.load(settings), recommender.load(settings, run)
    answer = first.recommend(events, WHEN, 5)
    assert answer == second.recommend(events, WHEN, 5)
    log = repeating
    rows = [row for row in range(log.events) if log.user[row] == 0]
    asked = log.offsets[1]
    whole = blend.log_probabilities(log, _request(0, asked))
    own = history(*[
        (1 + int(log.time[row]) // 86_400, "search", ["blue cup", "red lamp"][log.query[row]]) if log.item[row] < 0
        else (1 + int(log.time[row]) // 86_400, "view", log.catalogue.item_ids[log.item[row]]) for row in rows
    ])  # fmt: skip
    found = first.recommend(own, WHEN, 12, reasons=False)
    expected = np.argsort(-whole[0], kind="stable")[:12].tolist()
    assert [log.catalogue.item_ids.index(each["item_id"]) for each in found.items] == expected
    assert [each["score"] for each in found.items] == pytest.approx(np.exp(whole[0][expected]).tolist(), rel=1e-4)


def _request(user, end):
    from models.interactions import Requests

    return Requests(
        np.array([user], np.int32), np.array([end]), np.array([29 * 86_400]), np.zeros(0, np.int32), np.zeros(2, int)
    )


def test_scores_are_probabilities_in_falling_order_with_names(settings, repeating, write_run, history):
    write_run(repeating)
    answer = recommender.load(settings).recommend(history((3, "view", "I04")), WHEN, 12)
    scores = [each["score"] for each in answer.items]
    assert scores == sorted(scores, reverse=True) and sum(scores) == pytest.approx(1, abs=1e-4)
    assert answer.route == "blend"
    top = answer.items[0]
    assert top["name"] == f"thing {int(top['item_id'][1:])}"
    assert {each["item_id"]: each["interest"] for each in answer.items}["I11"] is None


def test_somebody_without_a_history_gets_what_is_popular(settings, repeating, write_run, history):
    _, blend = write_run(repeating)
    answer = recommender.load(settings).recommend(history(), WHEN, 3)
    assert answer.route == "popularity" and all(each["reasons"] == [] for each in answer.items)
    popular = blend.members[0].log_probabilities(repeating, _request(0, 0))[0]
    assert answer.items[0]["score"] == pytest.approx(float(np.exp(popular.max())), rel=1e-4)


def test_a_run_shows_what_it_chose(settings, repeating, write_run, history):
    write_run(repeating, chosen="rules")
    answer = recommender.load(settings).recommend(history((3, "view", "I04")), WHEN, 1)
    assert answer.route == "rules" and answer.items[0]["item_id"] == "I05"


def test_a_reason_is_what_its_removal_takes_away(settings, repeating, write_run, history):
    write_run(repeating, chosen="rules")
    found = recommender.load(settings)
    events = history((2, "view", "I08"), (3, "view", "I04"), (4, "view", "I01"))
    answer = found.recommend(events, WHEN, 12)
    top = {each["item_id"]: each for each in answer.items}
    reason = top["I05"]["reasons"][0]
    assert {name: value for name, value in reason.items() if name != "effect"} == {
        "event": "thing 4, viewed", "place": 1, "event_time": "1970-01-03T00:00:00", "event_type": "view",
        "item_id": "I04",
    }  # fmt: skip
    without = found.recommend(events[[0, 2]], WHEN, 12, reasons=False)
    score = next(each["score"] for each in without.items if each["item_id"] == "I05")
    assert reason["effect"] == pytest.approx(np.log(top["I05"]["score"] / score), abs=1e-4)
    effects = [each["effect"] for each in top["I05"]["reasons"]]
    assert effects == sorted(effects, reverse=True) and all(effect >= 0.01 for effect in effects)


def test_reasons_are_told_of_searches_and_of_events_of_one_step(settings, repeating, write_run, history):
    write_run(repeating)
    events = history((2, "search", "blue cup"), (3, "purchase", "I04", "o1"), (5, "purchase", "I06", "o1"))
    answer = recommender.load(settings).recommend(events, WHEN, 12)
    told = {reason["place"]: reason for each in answer.items for reason in each["reasons"]}
    assert told[2]["event"] == "thing 6, bought" and told[1]["item_id"] == "I04"
    assert all(each["event"] == "blue cup, searched for" for place, each in told.items() if place == 0)


def test_events_of_the_future_and_of_unknown_items_are_left_out(settings, repeating, write_run, history):
    write_run(repeating)
    found = recommender.load(settings)
    events = history((3, "view", "I04"), (5, "view", "ZZ"), (20, "view", "I08"))
    answer = found.recommend(events, datetime(1970, 1, 10), 3)
    assert answer.unknown == 1
    assert answer.items == found.recommend(history((3, "view", "I04")), datetime(1970, 1, 10), 3).items


def test_what_is_masked_is_not_recommended(settings, repeating, write_run, history):
    write_run(repeating)
    found = recommender.load(settings)
    masks = Masks(out_of_stock=frozenset({"I00", "?"}), items=frozenset({"I01"}), interests=frozenset({"c"}))
    answer = found.recommend(history((3, "view", "I04")), WHEN, 12, masks)
    shown = {each["item_id"] for each in answer.items}
    assert shown == {"I03", "I04", "I06", "I07", "I09", "I10", "I11"}
    everything = Masks(interests=frozenset({"a", "b", "c"}), items=frozenset({"I11"}))
    assert found.recommend(history((3, "view", "I04")), WHEN, 12, everything).items == []


def test_items_taken_only_once_are_not_recommended_again(settings, once_only, write_run, history):
    write_run(once_only)
    found = recommender.load(settings)
    events = history((3, "view", "I04"), (4, "view", "I05"))
    assert {each["item_id"] for each in found.recommend(events, WHEN, 12).items}.isdisjoint({"I04", "I05"})
    unmasked = found.recommend(events, WHEN, 12, recommender.NO_MASKS).items
    assert {each["item_id"] for each in unmasked[-2:]} == {"I04", "I05"}


def test_out_of_stock_comes_from_the_imported_stock_outs(settings, write_csv):
    from data.ingest import ImportOptions
    from data.pipeline import import_file

    import_file(settings, write_csv("log.csv", "2026-03-01 10:00:00,view,ann,a1,Cup,2.5,1,France"), ImportOptions())
    rows = ("a1,2026-03-01,2026-03-05", "b2,2026-03-04,")
    import_file(settings, write_csv("stock.csv", *rows, header="item_id,out_from,out_to"), ImportOptions(kind="stock"))
    assert recommender.out_of_stock(settings, datetime(2026, 3, 3)) == {"A1"}
    assert recommender.out_of_stock(settings, datetime(2026, 4, 1)) == {"B2"}
    assert recommender.out_of_stock(settings, datetime(2026, 2, 1)) == frozenset()


def test_without_a_run_it_says_what_to_do(settings):
    with pytest.raises(InputError, match=r"No run is active in this store\. Train one: python -m models train"):
        recommender.load(settings)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vocabulary.parquet", r"The catalogue of run .* cannot be read"),
        ("blend.json", r"blend\.json of run .* cannot be read"),
        ("rivals/popularity.json", r"Train again, or activate another run"),
    ],
)
def test_a_damaged_run_says_what_is_wrong(settings, repeating, write_run, name, said):
    run, _ = write_run(repeating)
    (runs.find_run(settings, run).folder / name).write_text("{}x")
    with pytest.raises(StoreError, match=said):
        recommender.load(settings)


def test_a_blend_of_nothing_and_a_choice_that_is_not_there(settings, repeating, write_run):
    run, _ = write_run(repeating, chosen="oracle")
    with pytest.raises(StoreError, match=r"shows 'oracle', which is not among its files\. Train again"):
        recommender.load(settings)
    (runs.find_run(settings, run).folder / "blend.json").write_text("{}")
    with pytest.raises(StoreError, match=r"blend\.json of run .* is not one \(KeyError"):
        load_served(runs.find_run(settings, run))


SERVING = """
import sys
from datetime import datetime
from pathlib import Path
from data.settings import Settings
from models import recommender
from models.reading_store import history_file
settings = Settings(var=Path(sys.argv[1]))
found = recommender.load(settings).recommend(history_file(settings, Path(sys.argv[2])), datetime(1970, 1, 30), 3)
print(len(found.items), "tensorflow" in sys.modules, "keras" in sys.modules)
"""


def test_serving_never_loads_tensorflow(settings, repeating, write_run, tmp_path):
    write_run(repeating)
    path = tmp_path / "history.csv"
    path.write_text("event_time,event_type,item_id\n1970-01-03,view,i04\n")
    done = subprocess.run(
        [sys.executable, "-c", SERVING, str(settings.var), str(path)], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["3", "False", "False"]
