from itertools import product

import numpy as np
import polars as pl
import pytest

from analytics.drift import players
from analytics.drift.mix import mix
from analytics.drift.players import players_of

SCHEMA = {"user": pl.Int64, "interest": pl.Utf8, "n": pl.Int64}


def frame(table):
    """People x interests."""
    rows = [(user, f"i{k}", n) for user, mine in table.items() for k, n in enumerate(mine)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def rng(seed=0):
    return np.random.default_rng(seed)


def change(before, after):
    return (after.sum(0) / after.sum() - before.sum(0) / before.sum()).round(9)


def seen(found, draws=4000):
    """Every change that was drawn, as a set of tuples."""
    return {tuple(row.round(9)) for row in found.draw(rng(), draws)[0]}


def test_swaps_are_all_the_ways_to_swap_and_no_others():
    before = np.array([[6, 2, 2], [3, 1, 0], [0, 2, 4], [1, 0, 9]])
    after = np.array([[1, 4, 5], [0, 2, 2], [5, 0, 1], [2, 6, 2]])
    assert before.sum() == after.sum()
    found = players_of(mix(frame(dict(enumerate(before))), frame(dict(enumerate(after)))), rng())
    flips = [np.array(each)[:, None] for each in product([True, False], repeat=4)]
    every = {tuple(change(np.where(flip, before, after), np.where(flip, after, before))) for flip in flips}
    assert seen(found) == every
    assert tuple(change(before, after)) in every


def test_a_window_with_more_traffic_swaps_parts_not_events():
    before = {0: [3, 1], 1: [1, 3]}
    once, thrice = (players_of(mix(frame(before), frame({0: [k, k], 1: [k, 3 * k]})), rng()) for k in (1, 3))
    assert seen(once) == seen(thrice)


def test_labels_keep_the_weight_of_windows_and_centre_changes():
    before, after = {0: [6, 0], 1: [2, 2]}, {2: [1, 1], 3: [0, 4], 4: [2, 1]}
    found = players_of(mix(frame(before), frame(after)), rng())
    assert (len(found.labelled), found.part) == (5, 0.6)
    assert found.labelled[:, -1].tolist() == pytest.approx([6 / 5, 4 / 5, 2 / 3, 4 / 3, 1])
    assert found.scale == pytest.approx((1 / 2, 1 / 3))
    drawn, _ = found.draw(rng(), 2000)
    assert drawn.mean(axis=0) == pytest.approx([0, 0], abs=0.06)


def test_when_nobody_draws_otherwise_the_change_is_what_was_seen():
    counts = mix(frame({0: [6, 1], 1: [2, 2], 5: [7, 1]}), frame({0: [1, 1], 3: [0, 4], 4: [2, 1]}))
    found = players_of(counts, rng())
    stays = np.ones((1, len(found.before)))
    assert found._change(stays, found.is_after[None].astype(float))[0] == pytest.approx(counts.change)


def test_the_spread_of_the_draws_is_the_variance_with_people_as_units():
    table = rng(3).poisson(rng(4).gamma(0.7, 6, (2, 300, 1)) * np.array([0.5, 0.3, 0.2]))
    table[:, :, 0] += 1
    both = players_of(mix(frame(dict(enumerate(table[0]))), frame(dict(enumerate(table[1])))), rng())
    drawn, variance = both.draw(rng(), 3000)
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(both.variance), rel=0.05)
    assert variance == pytest.approx(np.tile(both.variance, (len(variance), 1)))
    one = players_of(
        mix(frame(dict(enumerate(table[0]))), frame({500 + u: row for u, row in enumerate(table[1])})), rng()
    )
    drawn, variance = one.draw(rng(), 3000)
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(one.variance), rel=0.1)
    assert variance.mean(axis=0) == pytest.approx(one.variance, rel=0.1)


def test_no_sum_of_draws_reaches_beyond_the_ranges():
    counts = mix(frame({0: [6, 1], 1: [2, 2], 5: [7, 1]}), frame({0: [1, 1], 1: [0, 4], 5: [2, 1]}))
    found = players_of(counts, rng())
    half = np.abs(found.after[:, :-1] - found.before[:, :-1] - (found.after - found.before)[:, -1:] * counts.pooled)
    assert found.reach == pytest.approx((half**2).sum(axis=0))


def test_many_people_draw_in_groups(monkeypatch):
    table = rng(3).poisson(2.0, (2, 500, 3)) + np.array([1, 0, 0])
    counts = mix(frame(dict(enumerate(table[0]))), frame(dict(enumerate(table[1]))))
    alone = players_of(counts, rng())
    monkeypatch.setattr(players, "GROUPS", 100)
    grouped = players_of(counts, rng())
    assert (len(alone.before), len(grouped.before)) == (500, 100)
    assert grouped.before.sum(axis=0) == pytest.approx(alone.before.sum(axis=0))
    assert grouped.variance == pytest.approx(alone.variance, rel=0.5)


def test_who_is_labelled(monkeypatch):
    both, early, late = {0: [1, 1]}, {1: [1, 1]}, {2: [1, 1]}
    kinds = {
        "some in either": players_of(mix(frame({**both, **early}), frame({**both, **late})), rng()),
        "only new ones": players_of(mix(frame(both), frame({**both, **late})), rng()),
    }
    monkeypatch.setattr(players, "LABELLED", 1)
    kinds["too many"] = players_of(mix(frame({**both, **early}), frame({**both, **late})), rng())
    assert {name: (len(each.before), len(each.labelled)) for name, each in kinds.items()} == {
        "some in either": (1, 2), "only new ones": (2, 0), "too many": (3, 0),
    }  # fmt: skip


def test_some_interests_are_drawn_as_all_are():
    table = rng(3).poisson(2.0, (2, 60, 4))
    found = players_of(
        mix(frame(dict(enumerate(table[0]))), frame({30 + u: row for u, row in enumerate(table[1])})), rng()
    )
    some = found.only(np.array([2, 0]))
    for whole, part in zip(found.draw(rng(5), 50), some.draw(rng(5), 50), strict=True):
        assert part == pytest.approx(whole[:, [2, 0]])


def test_the_spread_is_drawn_only_where_it_depends_on_who_is_where():
    before = {u: [3, 1] for u in range(10)}
    before[0] = [30, 1]
    alike = {100 + u: row for u, row in before.items()}
    _, even = players_of(mix(frame(before), frame(alike)), rng()).draw(rng(), 20)
    _, uneven = players_of(mix(frame(before), frame({100: [3, 1], 101: [1, 3]})), rng()).draw(rng(), 20)
    assert even.std(axis=0).max() < 1e-12
    assert uneven.std(axis=0).min() > 0
