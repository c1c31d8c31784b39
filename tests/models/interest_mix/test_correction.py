"""The correction of the mix: kept where one interest foretells another, left out where nothing is to be learned."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from models.interactions import Catalogue, arranged
from models.interest_mix import CORRECTED, InterestMix, asked_of, cut_periods, earlier_periods, losses, report
from models.interest_mix import correction as correcting

DAY = 86_400
SPAN = 28 * DAY


def shop(follows: bool, users=150, periods=9, seed=0):
    """People of 20 events a period over four interests, all alike. Where the second `follows`, half of them are
    keen on the first and turn to the second at some time, which their own past cannot show."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        keen, turns = follows and user % 2, rng.integers(0, periods)
        for period in range(periods):
            wish = np.array([4.0 if keen else 0.5, 4.0 if follows and keen and period > turns else 0.5, 1.0, 1.0])
            rows += [(user, item, 28 * period + day) for day, item in enumerate(rng.choice(4, 20, p=wish / wish.sum()))]
    user, item, day = (np.array(column) for column in zip(*rows, strict=True))
    names = list("abcd")
    catalogue = Catalogue(names, names, np.arange(4, dtype=np.int32), names, names)
    return arranged(user, item, day * DAY, users=[str(n) for n in range(users)], catalogue=catalogue)


def corrected(log, chosen=(6,)):
    periods = cut_periods(log, 0)
    forecast, validation = InterestMix(), asked_of(periods, list(chosen))
    forecast.tune(periods, validation)
    earlier = asked_of(periods, earlier_periods(periods, list(chosen)))
    return forecast, periods, forecast.correct(periods, earlier, validation)


@pytest.fixture(scope="module")
def following():
    return corrected(shop(follows=True))


def test_it_is_kept_where_one_interest_foretells_another(following):
    forecast, periods, told = following
    assert told["kept"]
    assert told["interval"][0] > 0
    asked = asked_of(periods, [7])
    gained = losses(np.log(forecast.plain(periods, asked)[0]), asked) - losses(forecast.log_mix(periods, asked), asked)
    assert gained.mean() > 0.02
    assert forecast.mix(periods, asked)[0].sum(axis=1) == pytest.approx(1)


def test_the_report_tells_it_beside_the_plain_mix(following):
    forecast, periods, _ = following
    found = report(forecast, periods, asked_of(periods, [7]))
    gained = found["logloss"]["interest-mix"] - found["logloss"][CORRECTED]
    assert found["corrected"]["difference"] == pytest.approx(gained)
    assert found["corrected"]["interval"][0] > 0


def test_it_is_left_out_where_nothing_is_to_be_learned():
    forecast, periods, told = corrected(shop(follows=False))
    assert not told["kept"]
    assert forecast.correction is None
    assert CORRECTED not in report(forecast, periods, asked_of(periods, [7]))["logloss"]


def test_too_few_people_teach_nothing():
    assert corrected(shop(follows=True, users=20))[2] is None


def test_only_complete_periods_with_two_before_them_and_before_those_chosen_teach():
    periods = cut_periods(shop(follows=False, users=2), 4 * SPAN)
    assert list(periods.complete) == [-4, -3, -2, -1, 0, 1, 2, 3]
    assert earlier_periods(periods, [1, 2]) == [-2, -1, 0]
    assert earlier_periods(periods, []) == [-2, -1]


def test_a_history_alone_gets_the_corrected_mix_and_what_is_kept_answers_again(following):
    forecast, periods, _ = following
    log = shop(follows=True).before(7 * SPAN)
    forecast.keep(log)
    found = forecast.of_histories(log, 7 * SPAN)
    assert found.mix == pytest.approx(forecast.mix(periods, asked_of(periods, [7]))[0])
    again = InterestMix.from_state(forecast.state())
    assert again.of_histories(log, 7 * SPAN).mix.tolist() == found.mix.tolist()
    forecast.everyone = None


def test_the_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(0)
    before = [(ago, rng.integers(0, 4, (5, 3)).astype(float)) for ago in range(3)]
    signals = correcting.signals(before, np.array([0.5, 0.3, 0.2]), 6.0, 80.0, 5)
    counts = rng.integers(1, 5, (5, 3)).astype(float)
    related = np.arange(3)

    def loss(knobs, place):
        return correcting.loss_of(knobs, signals, counts / counts.sum(axis=1, keepdims=True), related, 0.01)[place]

    knobs = rng.normal(size=correcting.SHARED + 3 + 9) * 0.3
    assert check_grad(lambda each: loss(each, 0), lambda each: loss(each, 1), knobs) < 1e-5


def test_without_anything_learned_it_is_the_plain_mix():
    signals = correcting.signals([(0, np.array([[3.0, 1.0]]))], np.array([0.5, 0.5]), 6.0, 80.0, 1)
    nothing = correcting.Correction(np.zeros(correcting.SHARED), np.zeros(2), np.arange(2), np.zeros((2, 2)))
    assert np.exp(nothing.log_mix(signals)) == pytest.approx(np.array([[43, 41]]) / 84)
