"""The planted shops are what they say, and lines tell figures beside their bars."""

from argparse import Namespace

import numpy as np
import pytest

from benchmarks import recommend
from benchmarks.recommend_shops import GROUPS, PER_GROUP, orderless_shop, shuffled, transition_shop
from benchmarks.recommend_stores import of_interests, of_known_items


def information(*columns):
    """Nats that all columns but the last say of the last one."""
    one = np.unique(np.stack(columns[:-1]), axis=1, return_inverse=True)[1]
    table = np.zeros((one.max() + 1, columns[-1].max() + 1))
    np.add.at(table, (one, columns[-1]), 1)
    share = table / table.sum()
    apart = share.sum(axis=1, keepdims=True) * share.sum(axis=0)
    seen = share > 0
    return float((share[seen] * np.log(share[seen] / apart[seen])).sum())


def groups(log):
    return (log.item // PER_GROUP).reshape(log.users, -1)


def test_order_says_what_comes_and_two_groups_more_than_one():
    group = groups(transition_shop(people=3000))
    before, last, coming = group[:, :-2].ravel(), group[:, 1:-1].ravel(), group[:, 2:].ravel()
    assert 0.5 < information(last, coming) < information(before, last, coming) - 0.3


def test_shuffling_keeps_items_and_times_and_takes_the_order():
    log = transition_shop(people=2000)
    mixed = shuffled(log)
    assert (mixed.time == log.time).all()
    assert (np.sort(groups(mixed)) == np.sort(groups(log))).all()
    group = groups(mixed)
    chance = (GROUPS**2 - 1) * (GROUPS - 1) / 2 / group[:, 2:].size
    assert information(group[:, :-2].ravel(), group[:, 1:-1].ravel(), group[:, 2:].ravel()) < 2 * chance + 0.02


def test_people_of_the_other_shop_have_a_taste_and_no_order():
    group = groups(orderless_shop(people=500))
    assert max(len(np.unique(row)) for row in group) == 3
    again = [shuffled(orderless_shop(people=500), seed) for seed in range(2)]
    assert (np.sort(groups(again[0])) == np.sort(groups(again[1]))).all()


FIGURES = {
    "models": {
        "popularity": {"ndcg@10": 0.05}, "ease": {"ndcg@10": 0.10}, "rules": {"ndcg@10": 0.12},
        "network": {"ndcg@10": 0.11}, "blend": {"ndcg@10": 0.13, "ece": 0.04},
    },
    "differences": {
        "rules": {"ndcg@10": 0.01, "interval": (-0.002, 0.02)},
        "network_vs_best": {"ndcg@10": -0.01, "interval": (-0.02, 0.001)},
    },
    "network_differences": {"ease": {"ndcg@10": 0.01, "interval": (0.005, 0.02)}},
    "best_rival": "rules", "weights": {"network": 0.3},
}  # fmt: skip


def test_a_gain_is_a_part_of_the_best_rival_and_misses_only_wholly_below_nothing():
    line = recommend._gain("blend", FIGURES, 0.08)
    assert line.figure == pytest.approx(0.01 / 0.12)
    assert line.met
    assert "target 0.08 reached" in line.what
    worse = {**FIGURES, "differences": {"rules": {"ndcg@10": -0.01, "interval": (-0.02, -0.001)}}}
    assert not recommend._gain("blend", worse, 0.08).met


def test_the_network_is_told_beside_the_best_and_beside_all_but_rules():
    (alone,) = recommend._network_alone(FIGURES)
    assert alone.figure == pytest.approx(0.11 / 0.12)
    assert alone.met
    assert "target 0.95 not reached" in alone.what
    line = recommend._over_rivals("network over", FIGURES, least=0.2)
    assert line.figure == pytest.approx(0.1)
    assert not line.met


def test_weights_and_calibration_have_their_bars():
    assert recommend._weight("w", FIGURES, more=0.2).met
    assert not recommend._weight("w", FIGURES, less=0.1).met
    line = recommend._calibration("shop", FIGURES)
    assert line.met
    assert "target 0.03 not reached" in line.what


def test_a_missed_bar_is_the_exit_code(monkeypatch, capsys):
    for less, code in ((0.5, 0), (0.1, 1)):
        monkeypatch.setitem(
            recommend.PARTS, "planted", lambda _, less=less: iter([recommend._weight("w", FIGURES, less=less)])
        )
        assert recommend.main(["--only", "planted"]) == code
    assert "MISSED" in capsys.readouterr().out


def test_planted_shops_need_the_network():
    assert list(recommend.planted(Namespace(without="network"))) == []


def test_interests_stand_for_items_and_steps_stay():
    log = transition_shop(people=5, events=4)
    found = of_interests(log)
    assert found.item.tolist() == (log.item // PER_GROUP).tolist()
    assert found.catalogue.items == GROUPS
    assert len(np.unique(found.step)) == len(np.unique(log.step))


def test_items_of_few_people_are_left_out():
    log = transition_shop(people=40, events=10)
    found = of_known_items(log, people=3)
    people = {name: set() for name in log.catalogue.item_ids}
    for user, item in zip(log.user, log.item, strict=True):
        people[log.catalogue.item_ids[item]].add(user)
    assert list(found.catalogue.item_ids) == [name for name in log.catalogue.item_ids if len(people[name]) >= 3]
    assert found.events == sum(len(people[log.catalogue.item_ids[item]]) >= 3 for item in log.item)
