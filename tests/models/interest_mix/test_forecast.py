"""The shrunk exponentially weighted mix, on numbers that can be done by hand."""

from dataclasses import replace

import numpy as np
import pytest

from models.interactions import Catalogue, arranged
from models.interest_mix import InterestMix, asked_of, cut_periods, everyones_mix, losses

DAY = 86_400


def log(rows, users=2):
    user, item, day = (np.array(column) for column in zip(*rows, strict=True))
    catalogue = Catalogue(["a", "b"], ["a", "b"], np.array([0, 1], np.int32), ["x", "y"], ["X", "Y"])
    return arranged(user, item, day * DAY, users=[str(n) for n in range(users)], catalogue=catalogue)


def drifting(users=40, periods=8, seed=0):
    """People whose taste wanders between two interests, 20 events a period."""
    rng = np.random.default_rng(seed)
    taste, rows = rng.normal(size=users), []
    for period in range(periods):
        taste = 0.9 * taste + 0.5 * rng.normal(size=users)
        for user in range(users):
            chosen = (rng.random(20) < 1 / (1 + np.exp(-taste[user]))).astype(int)
            rows += [(user, item, 28 * period + day) for day, item in enumerate(chosen)]
    return log(rows, users)


def test_the_mix_is_the_decayed_events_and_the_pseudo_events_of_everybody():
    periods = cut_periods(log([(0, 0, 0)] * 8 + [(0, 1, 28)] * 6 + [(1, 1, 28)] * 100 + [(0, 0, 56)] * 5), 0)
    asked = asked_of(periods, [2])
    q = everyones_mix(periods, 2)
    found, weight = InterestMix(half_life=1, pseudo=10).mix(periods, asked)
    assert weight == pytest.approx([4 + 6])
    assert found[0] == pytest.approx([(4 + 10 * q[0]) / 20, (6 + 10 * q[1]) / 20])


def test_everybodys_mix_is_that_of_the_last_period_with_a_little_of_the_long_run():
    periods = cut_periods(log([(0, 0, 0)] * 99 + [(0, 1, 28)] * 890), 0)
    long_run = np.array([99.5, 890.5]) / 990
    assert everyones_mix(periods, 2) == pytest.approx((np.array([0, 890]) + 10 * long_run) / 900)
    assert everyones_mix(periods, 0) == pytest.approx([0.5, 0.5])


def test_nothing_from_the_period_on_is_read():
    kept = drifting()
    asked = asked_of(cut_periods(kept, 0), [5])
    late = kept.time >= 5 * 28 * DAY
    corrupted = replace(kept, item=np.where(late, 0, kept.item).astype(np.int32))
    found, same = (InterestMix().log_mix(cut_periods(each, 0), asked) for each in (kept, corrupted))
    assert found.tolist() == same.tolist()


def test_knobs_are_the_best_of_their_grid_on_the_periods_given():
    periods = cut_periods(drifting(), 0)
    asked = asked_of(periods, [5, 6])
    tuned = InterestMix()
    tuned.tune(periods, asked)
    assert tuned.half_life < 6
    assert (
        losses(tuned.log_mix(periods, asked), asked).mean()
        < losses(InterestMix().log_mix(periods, asked), asked).mean()
    )


def test_losses_are_means_over_events():
    asked = asked_of(cut_periods(log([(0, 0, 0)] * 5 + [(0, 0, 28)] * 4 + [(0, 1, 28)]), 0), [1])
    assert losses(np.log([[0.5, 0.5]]), asked) == pytest.approx([np.log(2)])
    assert losses(np.log([[0.8, 0.2]]), asked) == pytest.approx([-(4 * np.log(0.8) + np.log(0.2)) / 5])


def test_a_history_alone_gets_what_the_evaluation_gets():
    kept = drifting()
    before = kept.before(5 * 28 * DAY)
    forecast = InterestMix(half_life=2, pseudo=20)
    asked = asked_of(cut_periods(kept, 0), [5])
    forecast.keep(before)
    forecast.everyone = everyones_mix(cut_periods(kept, 0), 5)
    found = forecast.of_histories(before, 5 * 28 * DAY)
    assert found.mix == pytest.approx(forecast.mix(cut_periods(kept, 0), asked)[0])
    assert (found.low <= found.mix).all()
    assert (found.mix <= found.high).all()
    one = replace(before, **{
        name: getattr(before, name)[: before.offsets[1]] for name in ("user", "item", "query", "kind", "time", "step")
    }, offsets=before.offsets[:2], user_ids=["0"])  # fmt: skip
    assert forecast.of_histories(one, 5 * 28 * DAY).mix == pytest.approx(found.mix[:1])


def test_without_a_history_everybodys_mix_is_expected():
    forecast = InterestMix()
    forecast.keep(drifting())
    found = forecast.of_histories(drifting(users=1).before(0), 0)
    assert found.mix[0] == pytest.approx(forecast.everyone)
    assert found.now[0] == pytest.approx(forecast.everyone)


def test_what_is_kept_answers_again():
    forecast = InterestMix(half_life=3, pseudo=10)
    forecast.keep(drifting())
    again = InterestMix.from_state(forecast.state())
    when = 8 * 28 * DAY
    assert again.of_histories(drifting(), when).high.tolist() == forecast.of_histories(drifting(), when).high.tolist()
