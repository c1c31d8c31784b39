"""Random deals of visits against every deal there is."""

from itertools import combinations

import numpy as np
import pytest

import analytics.drift.deals as deals
from analytics.drift.clumps import beyond_estimate
from analytics.drift.deals import Visits, dealt


def visits_of(table, before):
    """One person's visits x interests as rows, the first `before` of them lying before."""
    visit, line = np.nonzero(table)
    n = table[visit, line].astype(float)
    return Visits(np.array([0, len(n)]), visit, line, n, np.array([[before, len(table) - before]]))


def ratios(table, before, rho):
    """R of every deal, the real one first, by the formula as it is written."""
    t, n = table.sum(axis=0), table.sum()
    size = table.sum(axis=1)
    rest = (table - np.outer(size, t / n)) * np.sqrt(n / t)
    own = (rest**2).sum(axis=1)
    found = []
    for chosen in combinations(range(len(table)), before):
        is_before = np.isin(np.arange(len(table)), chosen)
        parts = [own[side].sum() for side in (is_before, ~is_before)]
        powers = [
            np.array([[(size[side] ** power).sum() for power in range(5)]], float) for side in (is_before, ~is_before)
        ]
        mean = beyond_estimate(parts, powers, np.array([rho]), np.array([float(n)]))[0]
        found.append((rest[is_before].sum(axis=0) ** 2).sum() / mean)
    return np.array(found)


@pytest.mark.parametrize("seed", range(6))
def test_p_is_the_share_of_deals_that_reach_as_far(seed):
    rng = np.random.default_rng(seed)
    mixes = rng.dirichlet(np.ones(4), 2) if seed % 2 else np.repeat(rng.dirichlet(np.ones(4), 1), 2, axis=0)
    table = np.concatenate([rng.multinomial(rng.integers(2, 7, 6), mix) for mix in mixes])
    table = table[:, table.sum(axis=0) > 0]
    every = ratios(table, 6, 0.1)
    exact = (every >= every[0] - 1e-9).mean()
    n = table.sum()
    share = table[6:].sum() / n
    t = table.sum(axis=0).astype(float)
    expected = (t * (1 - share), t * share)
    p = dealt(visits_of(table, 6), np.array([0, len(t)]), expected, np.array([0.1]), 1999, np.array([0]))
    assert p[0] == pytest.approx(exact, abs=0.04)


def test_more_interests_than_visits_make_no_difference():
    rng = np.random.default_rng(9)
    table = rng.multinomial(np.full(10, 9), rng.dirichlet(np.full(12, 2.0)))
    table = table[:, table.sum(axis=0) > 0]
    assert table.shape[1] > table.shape[0]
    every = ratios(table, 5, 0.0)
    t = table.sum(axis=0) / 2
    p = dealt(visits_of(table, 5), np.array([0, len(t)]), (t, t), np.zeros(1), 1999, np.array([0]))
    assert p[0] == pytest.approx((every >= every[0] - 1e-9).mean(), abs=0.04)


def test_a_person_is_judged_alike_alone_and_among_others():
    rng = np.random.default_rng(10)
    tables = [rng.multinomial(np.full(12, size), rng.dirichlet(np.ones(5))) for size in (3, 5, 4)]
    tables = [table[:, table.sum(axis=0) > 0] for table in tables]
    each = [visits_of(table, 6) for table in tables]
    halves = [table.sum(axis=0) / 2 for table in tables]
    alone = [
        dealt(one, np.array([0, len(half)]), (half, half), np.zeros(1), 199, np.array([0]))[0]
        for one, half in zip(each, halves, strict=True)
    ]
    rows, lines = [0, *np.cumsum([len(one.n) for one in each])], [0, *np.cumsum([len(half) for half in halves])]
    both = Visits(
        np.array(rows), *(np.concatenate([getattr(one, name) for one in each]) for name in ("visit", "line", "n")),
        np.tile([6, 6], (3, 1)),
    )  # fmt: skip
    half = np.concatenate(halves)
    together = dealt(both, np.array(lines), (half, half), np.zeros(3), 199, np.array([0, 2, 1]))
    assert together == pytest.approx([alone[0], alone[2], alone[1]], rel=1e-3)


def test_somebody_larger_than_the_largest_array_is_judged_too(monkeypatch):
    table = np.random.default_rng(11).multinomial(np.full(12, 4), np.ones(5) / 5)
    table = table[:, table.sum(axis=0) > 0]
    t = table.sum(axis=0) / 2
    given = (visits_of(table, 6), np.array([0, len(t)]), (t, t), np.zeros(1), 199, np.array([0]))
    whole = dealt(*given)
    monkeypatch.setattr(deals, "CELLS", 100)
    assert dealt(*given) == whole


def test_far_out_the_heavier_of_two_tails_counts(monkeypatch):
    rng = np.random.default_rng(12)
    tables = [
        np.concatenate([rng.multinomial(np.full(8, 6), mix) for mix in rng.dirichlet(np.full(5, even), 2)])
        for even in (0.3, 0.5, 1, 2, 4) * 4
    ]
    found = []
    for deep, flatter in ((deals.DEEP, deals.FLATTER), (deals.DEEP, 1.0), (1e-300, 1.0)):
        monkeypatch.setattr(deals, "DEEP", deep)
        monkeypatch.setattr(deals, "FLATTER", flatter)
        p = []
        for table in (table[:, table.sum(axis=0) > 0] for table in tables):
            t = table.sum(axis=0) / 2
            p.append(dealt(visits_of(table, 8), np.array([0, len(t)]), (t, t), np.zeros(1), 999, np.array([0]))[0])
        found.append(np.array(p))
    flat, deep, plain = found
    assert (deep >= plain).all() and (deep > plain).any()
    assert (deep[plain >= 0.001] == plain[plain >= 0.001]).all() and (deep[plain < 0.001] <= 0.001).all()
    far = deep < 0.001
    assert far.any() and (flat[~far] == deep[~far]).all()
    assert flat[far] == pytest.approx(0.001 * (deep[far] / 0.001) ** 0.9)


def test_visits_that_are_all_alike_say_nothing():
    table = np.tile([2, 3], (12, 1))
    t = table.sum(axis=0) / 2
    assert dealt(visits_of(table, 6), np.array([0, 2]), (t, t), np.zeros(1), 199, np.array([0]))[0] == 1
