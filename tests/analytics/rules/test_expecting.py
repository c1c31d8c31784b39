from itertools import combinations

import numpy as np
import pytest

from analytics.rules.expecting import EXACT, _drawn, _large_baskets, _shares, _small_baskets, expected

RARE = np.concatenate([[4.0, 1.0, 0.5], np.full(180, 0.06), [0.0]])
"""Weights of three popular items and 180 others, none uncounted."""


def sized(**baskets):
    """{"n3": 40}: forty baskets of three lines."""
    sizes = np.zeros(101)
    for name, number in baskets.items():
        sizes[int(name[1:])] = number
    return sizes


def test_rare_items_are_the_formula_of_counts_and_sizes():
    sizes = sized(n1=700, n2=500, n5=200, n20=40)
    held = np.array([10.0, 7.0, 4.0])
    n = np.repeat(np.arange(101), sizes.astype(int)).astype(float)
    f = (n * (n - 1)).sum() / n.sum() ** 2
    above = np.triu_indices(3, 1)
    assert expected(held, sizes)[above] == pytest.approx((np.outer(held, held) * f)[above], rel=0.05)


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


@pytest.mark.parametrize("several", [(1, 2, 6), (2, 14)])
def test_it_is_the_mean_over_real_shuffles_with_sizes_and_margins_kept(several):
    """One item lies in most large baskets: there s_i s_j f is off by a fifth and more, the expectation is not."""
    random, items = np.random.default_rng(2), 8 + several[-1]
    odds = 0.7 ** np.arange(items)
    sizes = np.repeat(several, 600 // len(several))
    rows = [random.choice(items, size, replace=False, p=odds / odds.sum()).tolist() for size in sizes]
    together, runs = np.zeros((items, items)), 50
    baskets = swapped(rows, random, 8)
    for _ in range(runs):
        baskets = swapped(baskets, random, 3)
        held = np.array([[item in basket for item in range(items)] for basket in baskets], dtype=float)
        together += held.T @ held / runs
    above = np.triu_indices(items, 1)
    mean, found = together[above], expected(held.sum(axis=0), np.bincount(sizes, minlength=101).astype(float))[above]
    assert (np.abs(found - mean) < 5 * np.sqrt((mean + 0.1) / runs) + 0.01 * mean).all()
    plain = np.outer(held.sum(axis=0), held.sum(axis=0))[above] * (sizes * (sizes - 1)).sum() / sizes.sum() ** 2
    assert np.abs(plain[mean > 20] / mean[mean > 20] - 1).max() > 0.2


@pytest.mark.parametrize("size", [2, 3, 5])
def test_shares_in_small_baskets_are_those_of_all_sets_of_that_size(size):
    weight = np.array([3.0, 2.0, 1.0, 0.5, 0.5, 0.2])
    sets = list(combinations(range(6), size))
    odds = np.array([weight[list(each)].prod() for each in sets])
    odds /= odds.sum()
    held = np.array([[item in each for item in range(6)] for each in sets], dtype=float)
    share, ratio = _shares(np.append(weight, 0.0), size)
    assert share[size, :-1] == pytest.approx(odds @ held)
    joint = _small_baskets(share[:, :-1], ratio, weight, np.eye(size + 1)[size])
    above = np.triu_indices(6, 1)
    assert joint[above] == pytest.approx((held.T @ (odds[:, None] * held))[above])


def test_the_formulas_for_large_baskets_are_near_the_exact_ones():
    share, ratio = _shares(RARE, EXACT)
    drawn = _drawn(RARE, np.array([float(EXACT)]))
    assert drawn[0] == pytest.approx(share[EXACT], rel=2e-3)
    above = np.triu_indices(len(RARE) - 1, 1)
    one = np.eye(EXACT + 1)[EXACT]
    exact = _small_baskets(share[:, :-1], ratio, RARE[:-1], one)[above]
    assert _large_baskets(drawn, np.ones(1))[above] == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize("size", ["n4", "n30"])
def test_items_that_are_not_compared_take_their_room(size):
    sizes = sized(**{size: 1_000})
    lines = 1_000 * int(size[1:])
    held = np.concatenate([[600.0, 500.0, 400.0], np.full(997, (lines - 1_500) / 997)])
    assert expected(held[:3], sizes) == pytest.approx(expected(held, sizes)[:3, :3], rel=0.01)


def test_each_item_is_expected_as_often_as_it_was_seen():
    """With n lines each item meets n - 1 others: the row sums of the expectation tell its share in every size."""
    random = np.random.default_rng(3)
    held = np.concatenate([[700.0, 500.0], random.integers(20, 90, 60)])
    sizes = sized(n4=1_000)
    held *= 4_000 / held.sum()
    found = expected(held, sizes)
    assert (found.sum(axis=1) - np.diag(found))[:10] == pytest.approx(3 * held[:10], rel=1e-4)


def test_baskets_of_one_line_expect_nothing_together():
    assert expected(np.array([200.0, 100.0, 100.0]), sized(n1=400)).tolist() == np.zeros((3, 3)).tolist()


def test_an_item_in_every_basket_and_one_in_none():
    found = expected(np.array([400.0, 300.0, 100.0, 0.0]), sized(n2=400))
    assert found[0, 1] == pytest.approx(300, rel=1e-3)
    assert found[1, 2] == pytest.approx(0, abs=0.1)
    assert found[3].tolist() == [0, 0, 0, 0]


def test_no_baskets_expect_nothing():
    assert expected(np.zeros(0), np.zeros(101)).shape == (0, 0)
    assert expected(np.array([0.0]), np.zeros(101)).tolist() == [[0.0]]
