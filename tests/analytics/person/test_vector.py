"""A person's interest vector: weights that fade, a little of everybody's mix, and how much it stands on."""

from datetime import date

import polars as pl
import pytest

from analytics.person import evolution, grid
from data.errors import InputError

BASE = pl.DataFrame({"id": ["a", "b", "c"], "share": [0.5, 0.3, 0.2]})
DAYS = [date(2026, 1, 1), date(2026, 1, 11)]


@pytest.fixture
def events():
    """A purchase in a on the first day, a view in b ten days later, and a view that belongs to no interest."""
    return pl.DataFrame({
        "day": [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 11)], "id": ["a", "b", "none"],
        "weight": [5.0, 1.0, 1.0],
    })  # fmt: skip


def shares(found, day):
    return dict(found.shares.filter(pl.col("day") == day).select("id", "share").iter_rows())


def test_weights_halve_and_are_mixed_with_everybodys(events):
    found = evolution(events, BASE, DAYS, half_life=10, alpha=4)
    # 1 Jan: a weighs 5, so (5 + 2) / 9; 11 Jan: a weighs 2.5 and b 1.
    assert shares(found, DAYS[0]) == pytest.approx({"a": 7 / 9, "b": 1.2 / 9, "others": 0.8 / 9})
    assert shares(found, DAYS[1]) == pytest.approx({"a": 4.5 / 7.5, "b": 2.2 / 7.5, "others": 0.8 / 7.5})


def test_what_is_known_is_told_beside_it(events):
    known = evolution(events, BASE, DAYS, half_life=10, alpha=4).known
    assert known["weight"].to_list() == pytest.approx([5, 3.5])
    assert known["effective"].to_list() == pytest.approx([1, 3.5**2 / (2.5**2 + 1)])


def test_nothing_fades_with_an_infinite_half_life(events):
    found = evolution(events, BASE, DAYS, half_life=float("inf"), alpha=4)
    assert shares(found, DAYS[1])["a"] == pytest.approx(7 / 10)


def test_a_refund_takes_back_what_the_purchase_said_and_no_more():
    events = pl.DataFrame({"day": [DAYS[0]] * 3, "id": ["a", "a", "a"], "weight": [1.0, -5.0, -5.0]})
    found = evolution(events, BASE, DAYS[:1])
    assert shares(found, DAYS[0]) == pytest.approx({"a": 0.5, "others": 0.5})


def test_nobody_knows_a_person_without_events(events):
    found = evolution(events.clear(), BASE, DAYS)
    assert shares(found, DAYS[0]) == {"others": 1.0}
    assert found.known["effective"].to_list() == [0, 0]
    assert evolution(events, BASE, []).shares.is_empty()


def test_knobs_are_checked(events):
    with pytest.raises(InputError, match="`half_life` and `alpha` have to be above 0, found 0 and 4"):
        evolution(events, BASE, DAYS, half_life=0, alpha=4)


def test_a_long_log_is_looked_at_every_four_weeks():
    assert len(grid(date(2020, 1, 1), date(2026, 1, 1))) == 79
    assert grid(date(2026, 1, 1), date(2026, 1, 3)) == [date(2026, 1, 3)]
