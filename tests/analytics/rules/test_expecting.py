from itertools import combinations

import numpy as np
import polars as pl
import pytest

from analytics.rules.counting import count
from analytics.rules.expecting import _exact, _near, expected
from analytics.rules.lines import lines_of


def of_frame(frame, items=500):
    lines = lines_of(frame, items)
    counted = count(lines)
    return lines, expected(counted.margins.sum(axis=0), counted.sizes.sum(axis=0))


def test_rare_items_in_one_class_are_the_formula_of_counts_and_sizes():
    random = np.random.default_rng(1)
    rows = [
        (n, 1, f"i{item}") for n in range(150) for item in random.choice(4_000, random.integers(1, 9), replace=False)
    ]
    frame = pl.DataFrame(rows, schema=["user", "basket", "item"], orient="row")
    lines, found = of_frame(frame, 20)
    n = frame.group_by("user").len()["len"].to_numpy().astype(float)
    held = dict(frame.group_by("item").len().rows())
    s = np.array([held[item] for item in lines.ids])
    f = (n * (n - 1)).sum() / n.sum() ** 2
    above = np.triu_indices(20, 1)
    assert found[above] == pytest.approx((np.outer(s, s) * f)[above], rel=0.05)


def swapped(rows, random, rounds):
    """Baskets of the same sizes with the same items: two baskets at a time trade what only one of them has."""
    baskets = [set(row) for row in rows]
    for _ in range(rounds):
        order = random.permutation(len(baskets))
        for i, j in zip(order[::2], order[1::2], strict=False):
            only = sorted(baskets[i] ^ baskets[j])
            common, size = baskets[i] & baskets[j], len(baskets[i])
            random.shuffle(only)
            cut = size - len(common)
            baskets[i], baskets[j] = common | set(only[:cut]), common | set(only[cut:])
    return baskets


def test_it_is_the_mean_over_real_shuffles_with_sizes_and_margins_kept():
    """One item lies in most large baskets: there s_i s_j f is off by a fifth, the expectation is not."""
    random = np.random.default_rng(2)
    odds = 0.6 ** np.arange(10)
    sizes = np.repeat([1, 2, 6], 400)
    rows = [random.choice(10, size, replace=False, p=odds / odds.sum()).tolist() for size in sizes]
    f = (sizes * (sizes - 1)).sum() / sizes.sum() ** 2
    means, together, runs = np.zeros((10, 10)), np.zeros((10, 10)), 40
    baskets = swapped(rows, random, 6)
    for _ in range(runs):
        baskets = swapped(baskets, random, 2)
        counted = counted_of([(n, item) for n, basket in enumerate(baskets) for item in basket])
        means += expected(counted.margins.sum(axis=0), counted.sizes.sum(axis=0)) / runs
        together += counted.together.sum(axis=0) / runs
    above = np.triu_indices(10, 1)
    held = counted.margins.sum(axis=(0, 1))
    assert (np.abs(means - together)[above] < 4 * np.sqrt(together / runs)[above] + 0.02 * together[above]).all()
    plain = np.outer(held, held)[above] * f
    assert np.abs(plain / together[above] - 1).max() > 0.2


def counted_of(rows):
    frame = pl.DataFrame(rows, schema=["user", "item"], orient="row")
    lines = lines_of(frame.with_columns(basket=1), list(range(10)))
    return count(lines)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_joint_shares_are_those_of_all_sets_of_that_size(size):
    weight = np.array([3.0, 2.0, 1.0, 0.5, 0.5, 0.2])
    sets = list(combinations(range(6), size))
    odds = np.array([weight[list(each)].prod() for each in sets])
    odds /= odds.sum()
    held = np.array([[item in each for item in range(6)] for each in sets], dtype=float)
    joint = _exact(odds @ held, 0.0, size)
    above = np.triu_indices(6, 1)
    assert joint[above] == pytest.approx((held.T @ (odds[:, None] * held))[above], rel=1e-5)


def test_the_formula_for_large_baskets_is_near_the_exact_one():
    share = np.concatenate([[0.8, 0.5, 0.3], np.full(180, 10.4 / 180)])
    above = np.triu_indices(len(share), 1)
    assert _near(share, 0.0, 0.0)[above] == pytest.approx(_exact(share, 0.0, 12)[above], rel=0.01)


def test_items_that_are_not_compared_take_their_room():
    share = np.concatenate([[0.5, 0.4, 0.3], np.full(180, 1.8 / 180)])
    assert _exact(share[:3], 1.8, 3) == pytest.approx(_exact(share, 0.0, 3)[:3, :3], rel=0.02)


def test_baskets_of_one_line_expect_nothing_together():
    frame = pl.DataFrame({"user": range(400), "basket": 1, "item": ["a", "b", "c", "c"] * 100})
    assert of_frame(frame)[1][np.triu_indices(3, 1)] == pytest.approx(0.0, abs=1e-6)


def test_no_baskets_expect_nothing():
    frame = pl.DataFrame({"user": [1], "basket": [1], "item": ["a"]})
    assert of_frame(frame)[1].tolist() == [[pytest.approx(0.0, abs=1.1)]]
    assert of_frame(frame.head(0))[1].shape == (0, 0)
