"""Rivals as rankers: tuned, proper, alike in an evaluation and for one history, and kept."""

from dataclasses import replace

import numpy as np
import pytest

from data.errors import StoreError
from models.baselines import Ease, Personal, Rules, load_rivals, rivals, save_rivals
from models.baselines.tuning import log_loss, ndcg
from models.interactions import Requests, successive_requests

DAY = 86_400


@pytest.fixture(scope="module")
def tuned(walkers):
    """Every rival tuned on the middle of the walkers' log and fitted before its last part."""
    vectors = np.random.default_rng(0).normal(size=(12, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    log = replace(walkers, catalogue=replace(walkers.catalogue, vectors=vectors))
    first, second = log.cuts(0.8, 0.9)
    found = rivals(log.catalogue)
    for each in found:
        each.tune(log.before(first), log, successive_requests(log, first, second))
        each.fit(log.before(second))
    return log, successive_requests(log, second), {each.name: each for each in found}


def test_all_rivals_are_there(tuned, make_log, monkeypatch):
    assert list(tuned[2]) == ["popularity", "personal", "item-knn", "ease", "rules", "text"]
    monkeypatch.setattr("models.baselines.MOST_ITEMS", 3)
    plain = rivals(make_log([(0, 0, 1)]).catalogue)
    assert [each.name for each in plain] == ["popularity", "personal", "item-knn", "rules"]


def test_probabilities_are_proper(tuned):
    log, requests, found = tuned
    for name, each in found.items():
        given = each.log_probabilities(log, requests)
        assert given.dtype == np.float32, name
        assert np.exp(given.astype(float)).sum(axis=1) == pytest.approx(1, abs=1e-5), name


def test_scores_that_have_all_but_vanished_say_nothing(make_log):
    personal = next(each for each in rivals(make_log([(0, 0, 1)]).catalogue) if each.name == "personal")
    scores = np.array([[1e-40, 0, 0, 0], [3, 1, 0, 0]], np.float32)
    given = np.exp(personal._mixed(scores, np.full((2, 4), 0.25, np.float32), 0.2, 1.0))
    assert given[0] == pytest.approx([0.25] * 4)
    assert given[1] == pytest.approx([0.65, 0.25, 0.05, 0.05])


def test_rules_see_the_order_in_which_people_go(tuned):
    log, requests, found = tuned
    scores = {name: ndcg(lambda part, each=each: each.log_probabilities(log, part), requests)
              for name, each in found.items()}  # fmt: skip
    assert max(scores, key=scores.__getitem__) == "rules"
    assert scores["rules"] > 0.75
    assert log_loss(lambda part: found["rules"].log_probabilities(log, part), requests) < np.log(12) - 1


def test_one_history_gets_what_the_evaluation_gives(tuned, tmp_path):
    log, requests, found = tuned
    save_rivals(tmp_path, list(found.values()), log)
    loaded = load_rivals(tmp_path, log.catalogue)
    assert list(loaded) == list(found)
    chosen = np.array([7])
    asked = requests.part(chosen)
    start, end = log.offsets[asked.user[0]], asked.end[0]
    columns = {name: getattr(log, name)[start:end] for name in ("item", "query", "kind", "time", "step")}
    alone = replace(log, **columns, user=np.zeros(end - start, np.int32), offsets=np.array([0, end - start]),
                    user_ids=["somebody"])  # fmt: skip
    what_if = Requests(np.zeros(1, np.int32), np.array([end - start]), asked.time, asked.target, asked.target_offsets)
    for name, each in found.items():
        expected = each.log_probabilities(log, asked)
        assert loaded[name].log_probabilities(alone, what_if) == pytest.approx(expected, abs=1e-6), name


def test_a_history_that_says_nothing_gets_recent_popularity(tuned):
    log, requests, found = tuned
    nobody = Requests(np.zeros(1, np.int32), log.offsets[:1], requests.time[:1], requests.target[:1], np.array([0, 1]))
    expected = found["popularity"].log_probabilities(log, nobody)
    for name in ("personal", "ease", "rules"):
        assert found[name].log_probabilities(log, nobody) == pytest.approx(expected, abs=1e-5), name


def test_scores_too_small_to_divide_by_say_nothing(tuned):
    found = tuned[2]
    tiny, prior = np.full((1, 12), 1e-38, np.float32), np.full((1, 12), 1 / 12, np.float32)
    assert found["ease"]._mixed(tiny, prior, 0.1, 2.0) == pytest.approx(np.log(1 / 12))


def test_corrupting_what_comes_after_the_request_changes_nothing(tuned):
    log, requests, found = tuned
    asked = requests.part(np.flatnonzero(requests.time == requests.time.min()))
    late = log.time >= asked.time[0]
    corrupted = replace(log, item=np.where(late, 0, log.item).astype(np.int32))
    for name, each in found.items():
        given = each.log_probabilities(log, asked)
        assert each.log_probabilities(corrupted, asked).tolist() == given.tolist(), name


def test_where_nothing_comes_again_seen_items_are_next_to_impossible(make_log):
    rows = [(user, (user + step) % 9, step * 2 + user / 50) for user in range(40) for step in range(6)]
    log = make_log(rows, items=9)
    requests = successive_requests(log, 8 * DAY)
    for each in rivals(log.catalogue):
        each.tune(log.before(6 * DAY), log, successive_requests(log, 6 * DAY, 8 * DAY))
        each.fit(log.before(8 * DAY))
        given = np.exp(each.log_probabilities(log, requests))
        assert given.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert given[0, log.item[log.offsets[requests.user[0]] : requests.end[0]]] == pytest.approx(0, abs=1e-6)


def test_fitting_on_what_tuning_has_learnt_from_costs_nothing(walkers, monkeypatch):
    train = walkers.before(70 * DAY)
    rival = Ease(walkers.catalogue, rivals(walkers.catalogue)[0])
    rival.tune(train, walkers, successive_requests(walkers, 70 * DAY))
    monkeypatch.setattr(Ease, "learn", lambda *_, **__: pytest.fail("learnt twice"))
    rival.fit(train)


def test_kinds_are_told_apart_only_where_it_helps(make_log):
    rng = np.random.default_rng(1)
    rows = []
    for user in range(80):
        bought = int(rng.integers(6))
        rows += [(user, bought, 0, 3)] + [(user, int(rng.integers(6)), 1 + n, 0) for n in range(4)]
        rows += [(user, bought, 10 + user / 100, 0)]
    log = make_log(rows, items=6)
    rival = Personal(log.catalogue, rivals(log.catalogue)[0])
    rival.tune(log.before(10 * DAY), log, successive_requests(log, 10 * DAY))
    assert rival.knobs["by_kind"]


def test_a_rival_without_requests_keeps_its_knobs(walkers):
    rival = Rules(walkers.catalogue, rivals(walkers.catalogue)[0])
    before = dict(rival.knobs)
    rival.tune(walkers, walkers, successive_requests(walkers, 10**9))
    assert rival.knobs == before


def test_a_table_that_is_gone_is_told(tuned, tmp_path):
    log, _, found = tuned
    save_rivals(tmp_path, list(found.values()), log)
    (tmp_path / "ease-item.npy").unlink()
    with pytest.raises(StoreError, match=r"The rival 'ease' in .* cannot be read \(.*\)\. Train again, or activate"):
        load_rivals(tmp_path, log.catalogue)
