import numpy as np
import polars as pl
import pytest

from analytics.diversity import CHANGE_SCHEMA, DIVERSITY_SCHEMA, diversity, diversity_change
from data.errors import InputError

SHARES = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05])
TRUE = -(SHARES * np.log(SHARES)).sum()


def frame(rows):
    return pl.DataFrame(rows, schema=["group", "unit", "interest", "n"], orient="row")


def drawn(random, groups, units, times=1, shares=SHARES):
    """Groups of so many units, each `times` events of one interest."""
    rows = []
    for group in range(groups):
        picks = random.choice(len(shares), units, p=shares)
        rows += [(f"g{group:04}", unit, f"i{pick}", times) for unit, pick in enumerate(picks)]
    return frame(rows)


def test_columns_are_the_contract():
    counts = frame([("g", 1, "a", 2), ("g", 2, "b", 2)])
    assert dict(diversity(counts).schema) == DIVERSITY_SCHEMA
    assert dict(diversity_change(counts, counts).schema) == CHANGE_SCHEMA
    assert diversity(counts.head(0)).is_empty() and diversity_change(counts.head(0), counts.head(0)).is_empty()


def test_single_events_are_corrected_as_by_miller_and_madow():
    counts = frame([("g", unit, "aaaaab"[unit % 6] if unit < 18 else "c", 1) for unit in range(24)])
    row = diversity(counts).row(0, named=True)
    shares = np.array([15, 3, 6]) / 24
    plain = -(shares * np.log(shares)).sum()
    assert (row["events"], row["units"], row["interests"]) == (24, 24, 3)
    assert row["entropy"] == pytest.approx(plain + 2 / (2 * 23))
    assert row["effective"] == pytest.approx(np.exp(row["entropy"]))
    without = []
    for held in [(14, 3, 6)] * 15 + [(15, 2, 6)] * 3 + [(15, 3, 5)] * 6:
        left = np.array(held) / 23
        without.append(-(left * np.log(left)).sum())
    assert row["error"] == pytest.approx(np.sqrt(23 / 24 * ((without - np.mean(without)) ** 2).sum()))
    assert row["low"] < row["effective"] < row["high"]


@pytest.mark.parametrize("times", [1, 5])
def test_small_samples_are_right_on_average_however_clumped(times):
    """Forty visits, each of one event or of five of one kind: visits are what was sampled."""
    found = diversity(drawn(np.random.default_rng(1), 1_500, 40, times))
    error = found["entropy"].std() / np.sqrt(1_500)
    assert abs(found["entropy"].mean() - TRUE) < 4 * error + 0.005
    naive = found["entropy"].mean() - 6 / (2 * 39)
    assert abs(naive - TRUE) > 0.05
    inside = ((found["low"] <= np.exp(TRUE)) & (found["high"] >= np.exp(TRUE))).mean()
    assert 0.92 < inside < 0.98


def test_counts_of_a_cell_add_up_and_rows_without_events_are_nothing():
    one = diversity(frame([("g", 1, "a", 2), ("g", 2, "b", 2)]))
    assert diversity(frame([("g", 1, "a", 1), ("g", 1, "a", 1), ("g", 2, "b", 2), ("g", 2, "c", 0)])).equals(one)


def test_a_single_unit_tells_nothing():
    row = diversity(frame([("g", 1, "a", 2), ("g", 1, "b", 2)])).row(0, named=True)
    assert (row["events"], row["units"], row["entropy"], row["effective"], row["low"]) == (4, 1, None, None, None)


def test_a_group_that_turns_to_one_interest_is_narrower_and_back_wider():
    wide = frame([("g", day, f"i{day % 6}", 2) for day in range(30)])
    narrow = frame([("g", 100 + day, "i0" if day % 5 else "i1", 2) for day in range(30)])
    found = diversity_change(wide, narrow).row(0, named=True)
    assert (found["verdict"], found["units_before"], found["events_after"]) == ("narrower", 30, 60)
    assert found["low"] < found["change"] < found["high"] < 0
    assert found["change"] == pytest.approx(np.log(found["effective_after"] / found["effective_before"]))
    assert diversity_change(narrow, wide)["verdict"].to_list() == ["wider"]


def test_too_few_events_or_units_are_not_judged():
    wide = frame([("g", day, f"i{day % 6}", 4) for day in range(30)])
    for few in (
        frame([("g", day, "i0", 1) for day in range(19)]),
        frame([("g", day, f"i{day}", 9) for day in range(5)]),
    ):
        row = diversity_change(wide, few).row(0, named=True)
        assert (row["verdict"], row["p"]) == ("not enough data", None)
    row = diversity_change(wide, wide.head(0)).row(0, named=True)
    assert (row["verdict"], row["events_after"], row["effective_after"]) == ("not enough data", 0, None)
    assert row["error"] is None


def test_where_nothing_changed_five_of_a_hundred_have_a_small_p():
    random = np.random.default_rng(2)
    before, after = drawn(random, 800, 40), drawn(random, 800, 40).with_columns(pl.col("unit") + 1_000)
    found = diversity_change(before, after)
    assert 0.03 < (found["p"] < 0.05).mean() < 0.075
    assert (found["q"] <= 0.05).sum() == 0


def test_units_of_both_windows_are_compared_with_themselves():
    """Twenty people who keep their own interest each: the mix of the group is theirs in both windows, exactly."""
    people = frame([("g", unit, f"i{unit % 7}", 1 + unit) for unit in range(20)])
    alike = frame([("g", unit, f"i{unit % 7}", 1 + unit + unit % 2) for unit in range(20)])
    paired = diversity_change(people, alike)["error"][0]
    strangers = diversity_change(people, alike.with_columns(pl.col("unit") + 100))["error"][0]
    assert paired < 0.3 * strangers


def test_a_missing_column_is_named():
    with pytest.raises(
        InputError, match=r"Diversity needs the columns group, unit, interest and n, and unit, n is missing"
    ):
        diversity(pl.DataFrame({"group": ["g"], "interest": ["a"]}))
