"""The statistic and its moments against numbers by hand and against every permutation there is."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from analytics.drift.moments import (
    Sums,
    divergence,
    gamma_tail,
    pearson,
    pearson_tail,
    permutation_moments,
    plain_share,
)


def sums_of(*people):
    """Sums of people given as (visits before, visits after), a visit being its events by interest."""
    lines, sizes, start = [[], [], [], []], [[], []], [0]
    for windows in people:
        counts = [np.array(window, dtype=float) for window in windows]
        kept = sum(count.sum(axis=0) for count in counts) > 0
        for place, count in enumerate(counts):
            lines[place].extend(count.sum(axis=0)[kept])
            lines[place + 2].extend((count**2).sum(axis=0)[kept])
            sizes[place].append([(count.sum(axis=1) ** power).sum() for power in range(5)])
        start.append(start[-1] + int(kept.sum()))
    return Sums(np.array(start), *(np.array(line) for line in lines), *(np.array(size) for size in sizes))


def single(*events):
    """Visits of one event each: `events` in each interest."""
    return np.repeat(np.eye(len(events)), events, axis=0)


def test_x2_of_a_table_by_hand():
    sums = sums_of((single(6, 2), single(2, 6)), (single(4, 1, 0), single(4, 0, 1)))
    # 8 events before and after, 4 of 8 expected everywhere: 4 cells of (2^2) / 4; then (0 + 0 + 4 x 0.5^2 / 0.5).
    assert pearson(sums, plain_share(sums)) == pytest.approx([4.0, 2.0])


def test_x2_is_scipys():
    table = np.array([[7, 0, 3, 5], [2, 4, 3, 1]])
    sums = sums_of((single(*table[0]), single(*table[1])))
    assert pearson(sums, plain_share(sums))[0] == pytest.approx(stats.chi2_contingency(table, correction=False)[0])


@pytest.mark.parametrize(("before", "after"), [((3, 1, 0), (1, 1, 2)), ((2, 2, 1), (1, 0, 2)), ((4, 0), (1, 2))])
def test_mean_and_variance_are_those_of_every_permutation(before, after):
    events = np.repeat(np.arange(len(before)), np.array(before) + np.array(after))
    n1, n, t = sum(before), len(events), np.bincount(events)
    found = []
    for chosen in combinations(range(n), n1):
        a = np.bincount(events[list(chosen)], minlength=len(t))
        found.append(n**2 / (n1 * (n - n1)) * ((a - n1 * t / n) ** 2 / t).sum())
    one = [np.array([float(value)]) for value in (n1, n - n1, len(t), (n / t).sum())]
    mean, variance = permutation_moments(*one)
    assert mean[0] == pytest.approx(np.mean(found), rel=1e-12)
    assert variance[0] == pytest.approx(np.var(found), rel=1e-12)


def test_three_events_are_too_few_for_a_variance():
    mean, variance = permutation_moments(*(np.array([value]) for value in (2.0, 1.0, 2.0, 4.5)))
    assert np.isnan(mean[0]) and np.isnan(variance[0])


def test_the_tail_is_a_gammas():
    p = gamma_tail(np.array([9.0, 30.0]), np.array([6.0, 10.0]), np.array([0.25, 0.1]))
    assert p == pytest.approx([stats.gamma.sf(9, 4, scale=1.5), stats.gamma.sf(30, 10, scale=1.0)])


def test_the_tail_with_a_skewness_of_its_own_is_pearsons_third():
    p = pearson_tail(np.array([9.0]), np.array([6.0]), np.array([4.0]), np.array([1.5]))
    assert p[0] == pytest.approx(stats.pearson3.sf(9, 1.5, loc=6, scale=2))


def test_a_tail_is_not_shortened_by_a_skewness_that_cannot_be():
    given = [np.array([9.0]), np.array([6.0]), np.array([4.0])]
    assert pearson_tail(*given, np.array([-1.0])) == pearson_tail(*given, np.array([1 / 3]))


def test_where_nothing_varies_nothing_is_seen():
    one = np.array([5.0])
    assert gamma_tail(one, one, np.array([0.0]))[0] == 1
    assert gamma_tail(one, np.array([0.0]), one)[0] == 1
    assert gamma_tail(one, np.array([np.nan]), np.array([np.nan]))[0] == 1


def test_divergence_is_the_weighted_jensen_shannon_divergence():
    a, b = np.array([7.0, 0.0, 3.0]), np.array([2.0, 6.0, 12.0])
    sums = sums_of((single(7, 0, 3), single(2, 6, 12)))
    entropy = [stats.entropy(each) for each in (a + b, a, b)]
    expected = entropy[0] - 10 / 30 * entropy[1] - 20 / 30 * entropy[2]
    assert divergence(sums, plain_share(sums))[0] == pytest.approx(expected)


def test_nobody_is_no_row():
    empty = np.zeros(0)
    sums = Sums(np.zeros(1, dtype=np.int64), empty, empty, empty, empty, np.zeros((0, 5)), np.zeros((0, 5)))
    assert len(pearson(sums, plain_share(sums))) == 0
