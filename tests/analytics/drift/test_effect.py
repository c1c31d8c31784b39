import numpy as np
import polars as pl
import pytest

from analytics.drift.effect import divergence, divergence_variance, effect, effect_of_events
from analytics.drift.mix import mix

BEFORE = {"ann": {"toys": 6, "books": 2}, "bob": {"toys": 2}, "cid": {"games": 10}}
AFTER = {"ann": {"toys": 1, "books": 1}, "bob": {"books": 3}, "dan": {"toys": 5}}


def frame(counts):
    rows = [(user, interest, n) for user, mine in counts.items() for interest, n in mine.items()]
    return pl.DataFrame(rows, schema={"user": pl.Utf8, "interest": pl.Utf8, "n": pl.Int64}, orient="row")


def random_mix(seed=0, users=60, interests=4, season=None):
    rng = np.random.default_rng(seed)
    sides = [rng.poisson(rng.gamma(0.5, 4, (users, 1)) * rng.dirichlet([1] * interests, users)) for _ in range(2)]
    frames = [
        frame({f"u{u:03}": {f"i{k}": int(n) for k, n in enumerate(row)} for u, row in enumerate(side)})
        for side in sides
    ]
    return mix(*frames, season), sides


def test_divergence_is_the_weighted_jensen_shannon():
    found = mix(frame({"ann": {"toys": 10}, "bob": {"toys": 10}}), frame({"ann": {"books": 10}, "bob": {"books": 10}}))
    assert divergence(found) == pytest.approx(np.log(2))
    found = mix(frame(BEFORE), frame(AFTER))
    g = 2 * sum(
        n * np.log(n / (size * pooled))
        for share, size in zip(found.shares[1:], found.sizes, strict=True)
        for n, pooled in zip(share * size, found.pooled, strict=True)
        if n > 0
    )
    assert 2 * 30 * divergence(found) == pytest.approx(g)


def test_the_divergence_varies_as_with_people_left_out_one_by_one():
    found, (before, after) = random_mix(users=300)
    after = after.copy()
    after[:, 0] *= 3
    rows = [
        {f"u{u:03}": {f"i{k}": int(n) for k, n in enumerate(row)} for u, row in enumerate(side)}
        for side in (before, after)
    ]
    found = mix(*(frame(side) for side in rows))
    left = []
    for u in range(300):
        sides = [np.delete(side, u, 0).sum(0) for side in (before, after)]
        shares = [side / side.sum() for side in sides]
        part = found.sizes[0] / sum(found.sizes)
        pooled = part * shares[0] + (1 - part) * shares[1]
        left.append(sum(w * (s * np.log(s / pooled)).sum() for w, s in zip((part, 1 - part), shares, strict=True)))
    assert divergence_variance(found) == pytest.approx(np.var(left) * 299, rel=0.06)


def test_what_chance_brings_is_taken_off():
    found = mix(frame(BEFORE), frame(AFTER))
    size, (low, high) = effect(found, 0.1, 0.0)
    assert size == pytest.approx(divergence(found) - 0.1)
    slope = divergence_variance(found) / size
    assert (size - high) ** 2 == pytest.approx(1.96**2 * slope * high, rel=1e-3)
    assert (size - low) ** 2 == pytest.approx(1.96**2 * slope * low, rel=1e-3)
    assert effect(found, 9.0, 0.0) == (0.0, (0.0, 0.0))
    assert effect_of_events(found) == pytest.approx(divergence(found) - 2 / (2 * 30))


def test_where_nothing_is_there_but_chance_the_interval_is_chances():
    found = mix(frame(BEFORE), frame(BEFORE))
    size, (low, high) = effect(found, 0.0, 0.01)
    assert (size, low, high) == pytest.approx((0.0, 0.0, 1.96 * 0.1), abs=1e-4)
