from itertools import product

import numpy as np
import pytest

from analytics.migration.excess import judged


def test_numbers_of_four_people_by_hand():
    """Halves before, halves after: one stays, one goes from 0 to 1, one wavers in both, one wavers after."""
    found = judged(np.array([[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 1]]), 2).moves
    assert found.floor == pytest.approx((0 + 0 + 1 + 1 / 2) / 4)
    assert found.across == pytest.approx((0 + 1 + 1 / 2 + 1 / 2) / 4)
    assert found.excess == pytest.approx((0 + 1 - 1 / 2 + 0) / 4)


def test_flows_add_up_to_all_moves():
    parts = np.random.default_rng(1).integers(0, 3, (40, 4))
    found = judged(parts, 3)
    moves = ~np.eye(3, dtype=bool)
    for part in ("across", "floor", "excess"):
        assert getattr(found.flows, part)[moves].sum() == pytest.approx(float(getattr(found.moves, part)))
    assert found.flows.across.sum() == pytest.approx(1)
    assert found.flows.floor == pytest.approx(found.flows.floor.T)
    assert found.flows.excess == pytest.approx(found.flows.across - found.flows.floor)


def test_a_flow_goes_from_before_to_after():
    found = judged(np.array([[0, 0, 1, 1]] * 3 + [[1, 1, 1, 1]]), 2).flows
    assert found.across.tolist() == [[0, 0.75], [0, 0.25]]
    assert found.excess.tolist() == [[-0.375, 0.75], [0, -0.375]]


def ways(person):
    """The excess of one person's halves in all three ways to pair them; swapping inside a pair changes nothing."""
    a, b, c, d = person
    for within, across in (
        (((a, b), (c, d)), ((a, c), (a, d), (b, c), (b, d))),
        (((a, c), (b, d)), ((a, b), (a, d), (c, b), (c, d))),
        (((a, d), (b, c)), ((a, b), (a, c), (d, b), (d, c))),
    ):
        yield np.mean([x != y for x, y in across]) - np.mean([x != y for x, y in within])


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_p_is_that_of_all_orders_of_everybodys_halves(seed):
    """Ten people: all 3^10 ways to pair their halves give the spread of the excess under no change."""
    draw = np.random.default_rng(seed)
    parts = np.array([draw.choice(3, 4, p=draw.dirichlet(np.ones(3))) for _ in range(10)])
    found = judged(parts, 3).moves
    each = [list(ways(person)) for person in parts]
    every = np.array([0.0])
    for three in each:
        every = (every[:, None] + np.array(three) / len(parts)).ravel()
    assert len(every) == 3**10
    assert every.mean() == pytest.approx(0, abs=1e-12)
    exact = (np.abs(every) >= abs(found.excess) - 1e-12).mean()
    # Normal against a distribution with steps: half the step is the least that is off.
    step = (np.abs(np.abs(every) - abs(found.excess)) < 1e-12).mean() / 2
    assert found.p == pytest.approx(exact - step, abs=0.05)
    z = abs(found.excess) / every.std()
    assert found.p == pytest.approx(2 * (1 - normal(z)), abs=1e-9)


def normal(z):
    from math import erf, sqrt

    return (1 + erf(z / sqrt(2))) / 2


def test_the_interval_is_that_of_people_drawn_again_or_that_of_the_error():
    draw = np.random.default_rng(3)
    parts = np.array([draw.choice(3, 4, p=draw.dirichlet(np.ones(3))) for _ in range(80)])
    parts[:30] = [0, 0, 1, 1]  # people who move make the bootstrap's interval the wider one
    found = judged(parts, 3).moves
    each = np.array([next(ways(person)) for person in parts])
    means = [draw.choice(each, 80).mean() for _ in range(3000)]
    error = np.sqrt(np.mean([np.square(list(ways(person))) for person in parts]) / 80)
    ends = np.quantile(means, (0.025, 0.975))
    assert found.low == pytest.approx(min(ends[0], found.excess - 1.96 * error), abs=0.02)
    assert found.high == pytest.approx(max(ends[1], found.excess + 1.96 * error), abs=0.02)
    assert found.low <= found.excess - 1.959 * error


def test_nobody_wavering_and_nobody_moving_is_no_change_at_all():
    found = judged(np.array([[g] * 4 for g in (0, 1, 2) * 5]), 3)
    assert (found.moves.excess, found.moves.low, found.moves.high, found.moves.p) == (0, 0, 0, 1)
    assert found.renewed == (0, 0, 0)


def test_renewed_is_the_share_of_people_drawn_anew():
    """Everybody's halves fall at random by an own coin; a quarter of people toss another coin after."""
    coins = np.array(list(product((0.1, 0.5, 0.9), repeat=2)))
    rows = []
    for weight, people in ((3, [(c, c) for c in (0.1, 0.5, 0.9)] * 3), (1, coins)):
        for before, after in people:
            for halves in product((0, 1), repeat=4):
                odds = np.prod([p if h else 1 - p for h, p in zip(halves, (before, before, after, after), strict=True)])
                rows += [halves] * round(1000 * weight * odds)
    found = judged(np.array(rows), 2)
    assert found.renewed[0] == pytest.approx(0.25, abs=0.005)
    assert found.renewed[1] < 0.25 < found.renewed[2]
    # Noise lessens the excess: twelve in a hundred of these end in another group for good.
    assert found.moves.excess < 0.06


def test_halves_that_agree_by_chance_alone_say_nothing_of_renewal():
    rows = list(product((0, 1), repeat=4)) * 10
    found = judged(np.array(rows), 2)
    assert np.isnan(found.renewed[0]) or found.renewed[1] < -1
