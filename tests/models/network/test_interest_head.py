"""The interest head: zero unless it helps, and then it helps."""

from collections.abc import Callable

import numpy as np
import pytest

from models.interactions import Interactions, successive_requests
from models.interest_mix import Asked, InterestMix, asked_of, cut_periods, earlier_periods, judged_periods
from models.network.config import NetworkConfig
from models.network.interest_head import gated, learned_head, period_requests

DAY = 86_400


def made(rows: int, told: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, Asked]:
    """People whose state's first number says by `told` which of three interests comes."""
    rng = np.random.default_rng(seed)
    state = rng.normal(size=(rows, 4))
    score = np.stack([told * state[:, 0], -told * state[:, 0], np.zeros(rows)], axis=1)
    chance = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    counts = np.array([rng.multinomial(20, each) for each in chance], float)
    plain = np.log(np.full((rows, 3), 1 / 3))
    return plain, state, Asked(np.zeros(rows, np.int64), np.arange(rows), counts)


def test_what_the_state_tells_is_learned_and_kept() -> None:
    head = gated(learned_head(*made(400, 1.0)), *made(200, 1.0, seed=1))
    assert head.is_kept
    plain, state, asked = made(200, 1.0, seed=2)
    found = head.log_mix(plain, state)
    assert np.allclose(np.exp(found).sum(axis=1), 1)
    gained = (asked.counts * (found - plain)).sum() / asked.counts.sum()
    assert gained > 0.1


def test_a_state_that_tells_nothing_changes_nothing() -> None:
    head = gated(learned_head(*made(400, 0.0)), *made(200, 0.0, seed=1))
    plain, state, _ = made(200, 0.0, seed=2)
    assert not head.is_kept
    assert head.log_mix(plain, state) is plain


def test_a_period_is_asked_before_it_begins(circle_log: Callable[..., Interactions]) -> None:
    log = circle_log(users=3, events=60)  # forty days
    periods = cut_periods(log, int(log.time.min()) + 28 * DAY)
    asked = asked_of(periods, [0])
    found = period_requests(log, periods, asked)
    assert found.user.tolist() == [0, 1, 2]
    assert (found.time == periods.origin).all()
    for user, end in zip(found.user, found.end, strict=True):
        assert (log.time[log.offsets[user] : end] < periods.origin).all()
        assert log.time[end] >= periods.origin


@pytest.mark.slow
def test_the_network_has_its_word_in_the_mix(circle_log: Callable[..., Interactions]) -> None:
    from models.network.network_mix import network_mix
    from models.network.ranker import NetworkRanker

    log = circle_log(users=30, events=240)  # 160 days, interests by turns
    choose_from, test_from = log.cuts(0.6, 0.8)
    ranker = NetworkRanker(NetworkConfig(width=16, blocks=1, history=16, row=32, epochs=1), device="cpu")
    periods = cut_periods(log, test_from)
    chosen, tested = judged_periods(periods, choose_from, test_from)
    forecast, rows = InterestMix(), asked_of(periods, tested)
    knobs = {"earlier": earlier_periods(periods, chosen), "chosen": chosen, "tested": rows}
    assert network_mix(ranker, log, forecast, periods, **knobs) is None
    train = log.before(choose_from)
    ranker.tune(train, log.before(test_from), successive_requests(log.before(test_from), choose_from))
    ranker.fit(train)
    found = network_mix(ranker, log, forecast, periods, **knobs)
    assert found is not None
    assert found.log_mix.shape == rows.counts.shape
    assert np.allclose(np.exp(found.log_mix).sum(axis=1), 1)
    assert found.head.is_kept == found.gate
