"""The design effect of visits against every way to deal them, and on people whose visits only got shorter."""

from itertools import combinations

import numpy as np
import pytest

from analytics.drift.clumps import chance
from analytics.drift.moments import Sums, gamma_tail, pearson, permutation_moments, plain_share


def sums_of(before, after):
    """Sums of people x visits x interests."""
    counts = [np.asarray(window, dtype=float) for window in (before, after)]
    events = [window.sum(axis=1) for window in counts]
    kept = sum(events) > 0
    squares = [(window**2).sum(axis=1)[kept] for window in counts]
    sizes = [np.stack([np.where(n > 0, n**power, 0).sum(axis=1) for power in range(5)], axis=1)
             for n in (window.sum(axis=2) for window in counts)]  # fmt: skip
    start = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    return Sums(start, events[0][kept], events[1][kept], *squares, *sizes)


def drawn(rng, mixes, sizes, together):
    """Visits of given sizes; `together` of a visit's events go to one interest drawn from the person's mix."""
    people, visits = sizes.shape
    each = np.broadcast_to(mixes[:, None, :], (people, visits, mixes.shape[1]))
    same = rng.binomial(sizes, together)
    found = rng.multinomial(sizes - same, each)
    topic = (rng.random((people, visits, 1)) > mixes.cumsum(axis=1)[:, None, :-1]).sum(axis=2)
    np.put_along_axis(
        found, topic[..., None], np.take_along_axis(found, topic[..., None], axis=2) + same[..., None], axis=2
    )
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_visits_of_one_size_the_mean_is_that_of_every_deal(seed):
    rng = np.random.default_rng(seed)
    visits = drawn(rng, rng.dirichlet(np.ones(4), 1), np.full((1, 8), 5), 0.6)
    table = visits[0]
    t, n = table.sum(axis=0), table.sum()
    kept = t > 0
    found = []
    for chosen in combinations(range(8), 4):
        a = table[list(chosen)].sum(axis=0)
        found.append(4 * ((a - t / 2) ** 2)[kept] @ (1 / t[kept]))
    by_chance = chance(sums_of(visits[:, :4], visits[:, 4:]))
    assert by_chance.mean[0] == pytest.approx(np.mean(found), rel=1e-9)
    kinds, whole = float(kept.sum()), (n / t[kept]).sum()
    expected, _ = permutation_moments(*(np.array([value]) for value in (n / 2, n / 2, kinds, whole)))
    assert by_chance.deff[0] == pytest.approx(np.mean(found) / expected[0])


def test_the_relative_variance_is_on_average_that_of_every_deal():
    rng = np.random.default_rng(7)
    visits = drawn(rng, rng.dirichlet(np.ones(5), 80), np.full((80, 8), 5), 0.5)
    exact = []
    for table in visits:
        t = table.sum(axis=0)
        kept = t > 0
        deals = [table[list(chosen)].sum(axis=0) for chosen in combinations(range(8), 4)]
        found = np.array([((a - t / 2) ** 2)[kept] @ (1 / t[kept]) for a in deals])
        exact.append(found.var() / found.mean() ** 2)
    by_chance = chance(sums_of(visits[:, :4], visits[:, 4:]))
    assert np.median(by_chance.relative_variance) == pytest.approx(np.median(exact), rel=0.1)


def test_events_that_are_visits_of_their_own_have_no_design_effect():
    rng = np.random.default_rng(4)
    visits = drawn(rng, rng.dirichlet(np.ones(5), 3), np.ones((3, 60), dtype=int), 0.0)
    sums = sums_of(visits[:, :30], visits[:, 30:])
    by_chance = chance(sums)
    assert by_chance.deff == pytest.approx(1)
    assert (by_chance.rho == 0).all()
    kinds = np.diff(sums.start).astype(float)
    whole = 60 * sums.added(1 / (sums.before + sums.after))
    mean, variance = permutation_moments(sums.n1, sums.n2, kinds, whole)
    assert by_chance.relative_variance == pytest.approx(variance / mean**2)


@pytest.mark.parametrize("together", [0.0, 0.5])
def test_visits_half_as_long_and_twice_as_many_are_no_change(together):
    rng = np.random.default_rng(5)
    mixes = rng.dirichlet(np.full(12, 0.5), 4000)
    windows = [drawn(rng, mixes, np.full((4000, visits), size), together) for visits, size in ((10, 6), (20, 3))]
    sums = sums_of(*windows)
    x2, by_chance = pearson(sums, plain_share(sums)), chance(sums)
    assert x2.mean() / by_chance.mean.mean() == pytest.approx(1, abs=0.02)
    p = gamma_tail(x2, by_chance.mean, by_chance.relative_variance)
    assert 0.04 < (p <= 0.05).mean() < 0.06
    # The mean over permutations of visits would be too small by a tenth, and more than 8 of 100 would be called.
    n = sums.n1 + sums.n2
    squares = n * sums.added((sums.squares_before + sums.squares_after) / (sums.before + sums.after))
    spread = squares - sums.sizes_before[:, 2] - sums.sizes_after[:, 2]
    permuted = n / (sums.n1 * sums.n2) * 10 * 20 / (30 * 29) * spread
    assert (gamma_tail(x2, permuted, by_chance.relative_variance) <= 0.05).mean() > 0.08


def test_clumps_are_found():
    rng = np.random.default_rng(6)
    windows = [drawn(rng, np.full((500, 5), 0.2), np.full((500, 20), 5), 0.6) for _ in range(2)]
    by_chance = chance(sums_of(*windows))
    # Two events of a visit are of one topic with probability 0.6 x 0.6, and of one visit there are 5: 1 + 4 x 0.36.
    assert np.median(by_chance.rho) == pytest.approx(0.36, abs=0.03)
    assert np.median(by_chance.deff) == pytest.approx(2.44, abs=0.12)


def test_one_interest_says_nothing():
    sums = sums_of(np.full((1, 6, 1), 4), np.full((1, 6, 1), 4))
    by_chance = chance(sums)
    assert np.isnan(by_chance.mean[0]) and by_chance.deff[0] == 1
