from itertools import product

import numpy as np
import polars as pl
import pytest

from analytics.drift.effect import divergence
from analytics.drift.mix import mix
from analytics.drift.randomised import EQUAL, _season_noise, window_test

SCHEMA = {"user": pl.Int64, "interest": pl.Utf8, "n": pl.Int64}


def frame(table, first=0):
    rows = [(first + user, f"i{k}", int(n)) for user, mine in enumerate(table) for k, n in enumerate(mine)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def shop(seed, users=60, shift=0.0, events=12):
    """People with tastes of their own, the same in both windows but for a part of their events that turns to i0."""
    rng = np.random.default_rng(seed)
    tastes = rng.dirichlet([1, 1, 1, 1], users)
    turned = tastes * (1 - shift) + np.array([shift, 0, 0, 0])
    return [np.stack([rng.multinomial(events, taste) for taste in side]) for side in (tastes, turned)]


def judged(before, after, *, first=0, **knobs):
    counts = mix(frame(before), frame(after, first), knobs.pop("season", None))
    return window_test(counts, np.ones(len(counts.interests), dtype=bool), **knobs)


def every_swap(before, after):
    """Changes after each of all possible swaps, the one of nobody first."""
    for flips in product([False, True], repeat=len(before)):
        flip = np.array(flips)[:, None]
        one, two = np.where(flip, after, before).sum(0), np.where(flip, before, after).sum(0)
        yield two / two.sum() - one / one.sum()


def test_p_is_that_of_all_possible_swaps():
    before, after = shop(1, users=10, shift=0.25)
    found = judged(before, after, draws=9_999)
    changes = np.abs(np.array(list(every_swap(before, after))))
    exact = (changes >= changes[0] * (1 - EQUAL)).mean(axis=0)
    assert found.interest_p == pytest.approx(exact, abs=0.015)
    assert (exact < 0.6).sum() > 1


def test_p_of_the_mix_is_that_of_all_possible_swaps():
    before, after = shop(2, users=10, shift=0.2)
    found = judged(before, after, draws=9_999)
    changes = np.array(list(every_swap(before, after)))
    pooled = (before + after).sum(0) / (before + after).sum()
    variance = (((after - before) - (after - before).sum(1, keepdims=True) * pooled) ** 2).sum(0)
    statistics = (changes**2 / pooled).sum(1), (np.abs(changes) / np.sqrt(variance)).max(1)
    smaller = np.min([[(each >= one * (1 - EQUAL)).mean() for one in each] for each in statistics], axis=0)
    assert found.p == pytest.approx((smaller <= smaller[0] + 1e-12).mean(), abs=0.02)


def test_what_nothing_happened_in_is_rarely_called_changed():
    p = np.array([judged(*shop(seed), seed=seed, draws=99).p for seed in range(200)])
    assert 0.01 <= (p <= 0.05).mean() <= 0.095
    assert 0.4 < p.mean() < 0.6


def test_people_who_all_turn_are_found():
    found = judged(*shop(1, users=200, shift=0.2))
    assert found.p < 1e-4
    assert found.interest_p[0] < 1e-6
    assert found.draws == 9_999


def test_an_interest_alone_is_drawn_on_where_it_is_sure():
    before, after = shop(3, users=60, shift=0.0)
    rare = np.zeros((60, 1), dtype=int)
    rare[:9] = 1
    sides = [np.hstack([before, rare * 0]), np.hstack([after, rare])]
    found = judged(*sides, draws=199)
    # All nine who found it found it after: one chance in 2^8, which 199 draws cannot tell.
    assert found.interest_p[4] == pytest.approx(2**-8, abs=0.002)


def test_one_heavy_person_is_no_change_of_many():
    p = []
    for seed in range(60):
        before, after = shop(seed)
        before[0], after[0] = [300, 0, 0, 0], [0, 0, 0, 300]
        p.append(judged(before, after, seed=seed, draws=99).p)
    assert (np.array(p) <= 0.05).mean() <= 0.15


def test_twice_the_traffic_is_no_change():
    before, after = shop(5)
    doubled = judged(before, after * 2)
    assert doubled.p == pytest.approx(judged(before, after).p, abs=0.01)


def test_different_people_in_the_two_windows():
    p = []
    for seed in range(100):
        before, after = shop(seed)[0], shop(1000 + seed)[0]
        p.append(judged(before, after, first=100, seed=seed, draws=99).p)
    assert 0.0 <= (np.array(p) <= 0.05).mean() <= 0.12
    assert judged(shop(1)[0], shop(2, shift=0.5)[1], first=100).p < 0.01


def test_a_season_that_explains_all_leaves_no_change():
    rng = np.random.default_rng(7)
    tastes = rng.dirichlet([3, 3, 3, 3], 200)
    ratio = np.array([3.0, 1.0, 1.0, 0.5])
    warm = tastes * ratio / (tastes @ ratio)[:, None]
    before, after = (np.stack([rng.multinomial(20, taste) for taste in side]) for side in (tastes, warm))
    totals = [side.sum(0) / side.sum() for side in (tastes, warm)]
    season = pl.DataFrame({"interest": ["i0", "i1", "i2", "i3"], "ratio": totals[1] / totals[0]})
    assert judged(before, after).p < 0.001
    assert judged(before, after, season=season).p > 0.05
    assert judged(before, before, season=season).p < 0.001


def test_a_season_that_is_unsure_makes_the_change_unsure():
    before, after = shop(1, users=200, shift=0.1)
    season = pl.DataFrame({"interest": ["i0", "i1", "i2", "i3"], "ratio": 1.0, "error": [0.5, 0.0, 0.0, 0.0]})
    assert judged(before, after).p < 0.001
    unsure = judged(before, after, season=season)
    assert unsure.p > 0.05
    assert unsure.interest_p[0] > 0.05


def test_only_what_is_asked_for_is_tested():
    counts = mix(*(frame(side) for side in shop(1)))
    found = window_test(counts, np.array([True, False, True, False]), draws=99)
    assert np.isnan(found.interest_p).tolist() == [False, True, False, True]
    nothing = window_test(counts, np.zeros(4, dtype=bool))
    assert np.isnan(nothing.p)
    assert nothing.draws == 0


def test_the_same_seed_gives_the_same_answer():
    before, after = shop(6)
    first, second = judged(before, after, seed=3), judged(before, after, seed=3)
    assert (first.p, first.interest_p.tolist()) == (second.p, second.interest_p.tolist())


def test_chance_alone_brings_the_divergence_that_is_taken_off():
    found, expected = [], []
    for seed in range(150):
        before, after = shop(seed)
        counts = mix(frame(before), frame(after))
        found.append(divergence(counts))
        expected.append(window_test(counts, np.ones(4, dtype=bool), draws=99).expected)
    assert np.mean(expected) == pytest.approx(np.mean(found), rel=0.15)


def test_what_a_season_may_be_wrong_by_is_drawn_as_wide_as_it_is_said_to_be():
    season = pl.DataFrame({
        "interest": ["i0", "i1", "i2"], "ratio": [1.2, 0.9, 1.0], "error": [0.3, 0.1, 0.0], "chance": [0.3, 1.0, 1.0],
    })  # fmt: skip
    counts = mix(*(frame(side) for side in shop(1)), season)
    drawn = _season_noise(counts, np.random.default_rng(1), 40_000)
    assert drawn.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-3)
    assert drawn.var(axis=0) == pytest.approx(counts.season_variance, rel=0.05)
    assert (counts.season_reach >= counts.season_variance * 0.999).all()
