from datetime import date

import numpy as np
import polars as pl
import pytest

from analytics.drift.mix import mix
from analytics.drift.parts import PART_SCHEMA, PARTS, catalogue_items, parts, per_interest

SCHEMA = {"user": pl.Utf8, "interest": pl.Utf8, "n": pl.Int64, "common": pl.Int64}


def frame(*rows):
    """Rows user, interest, n, and common where it is not n."""
    return pl.DataFrame([row if len(row) == 4 else (*row, row[2]) for row in rows], schema=SCHEMA, orient="row")


def split(before, after, season=None):
    """Interest -> part -> value, rounded."""
    found = parts(mix(before, after, season))
    return {row["interest"]: {part: round(row[part], 6) for part in PARTS} for row in found.to_dicts()}


def test_columns_are_the_contract():
    found = parts(mix(frame(("ann", "toys", 1)), frame(("ann", "toys", 2))))
    assert dict(found.schema) == PART_SCHEMA


def test_who_comes_more_often_is_mix():
    before = frame(("ann", "toys", 10), ("bob", "books", 10))
    after = frame(("ann", "toys", 30), ("bob", "books", 10))
    assert split(before, after)["toys"] == {"mix": 0.25, "behaviour": 0, "catalogue": 0, "season": 0}


def test_other_people_are_mix():
    before = frame(("ann", "toys", 10), ("bob", "books", 10))
    after = frame(("ann", "toys", 10), ("dan", "toys", 10))
    assert split(before, after)["toys"] == {"mix": 0.5, "behaviour": 0, "catalogue": 0, "season": 0}


def test_the_same_people_otherwise_is_behaviour():
    before = frame(("ann", "toys", 5), ("ann", "books", 5), ("bob", "books", 10))
    after = frame(("ann", "toys", 9), ("ann", "books", 1), ("bob", "books", 10))
    assert split(before, after)["toys"] == {"mix": 0, "behaviour": 0.2, "catalogue": 0, "season": 0}


def test_items_that_came_are_catalogue():
    before = frame(("ann", "toys", 5), ("ann", "books", 5))
    after = frame(("ann", "toys", 15, 5), ("ann", "books", 5))
    assert split(before, after)["toys"] == {"mix": 0, "behaviour": 0, "catalogue": 0.25, "season": 0}


def test_what_everybody_does_every_year_is_season():
    before = frame(("ann", "toys", 5), ("ann", "books", 5))
    after = frame(("ann", "toys", 8), ("ann", "books", 2))
    season = pl.DataFrame({"interest": ["toys"], "ratio": [4.0]})
    assert split(before, after, season)["toys"] == {"mix": 0, "behaviour": 0, "catalogue": 0, "season": 0.3}


def test_the_formula_by_hand():
    # Common events 8 + 12 before, 10 + 5 + 5 after; bob alone is in both.
    before = frame(("ann", "toys", 8), ("bob", "toys", 3), ("bob", "books", 9))
    after = frame(("bob", "toys", 5), ("bob", "books", 5), ("dan", "books", 15, 5), ("eve", "toys", 5))
    found = split(before, after, pl.DataFrame({"interest": ["books"], "ratio": [0.5]}))["toys"]
    common = 10 / 20 - 11 / 20
    within = (12 / 20 + 10 / 20) / 2 * (5 / 10 - 3 / 12)
    season = (11 / 20) / (11 / 20 + 9 / 20 / 2) - 11 / 20
    change = 10 / 30 - 11 / 20
    expected = {"mix": common - within, "behaviour": within - season, "catalogue": change - common, "season": season}
    assert found == pytest.approx(expected, abs=1e-6)


def test_nothing_in_common_is_all_catalogue():
    found = split(frame(("ann", "toys", 5, 0)), frame(("ann", "books", 5, 0)))
    assert found["books"] == {"mix": 0, "behaviour": 0, "catalogue": 1, "season": 0}
    assert found["toys"]["catalogue"] == -1


def random_windows(seed, users=150, interests=4):
    """Counts and common counts, windows x users x interests; some are in one window only."""
    rng = np.random.default_rng(seed)
    tastes, weights = rng.dirichlet([1] * interests, users), rng.gamma(0.7, 10, (2, users, 1))
    weights[0, :20] = weights[1, 20:40] = 0
    counts = rng.poisson(weights * tastes)
    return counts, rng.binomial(counts, 0.8)


def frames(counts, common):
    place = [(u, k) for u in range(counts.shape[1]) for k in range(counts.shape[2])]
    return [
        frame(*((f"u{u:03}", f"i{k}", int(counts[t, u, k]), int(common[t, u, k])) for u, k in place)) for t in (0, 1)
    ]


SEASON = pl.DataFrame({"interest": ["i0", "i1", "i2", "i3"], "ratio": [1.5, 0.7, 1.0, 1.1]})


@pytest.mark.parametrize("seed", range(5))
def test_parts_sum_to_the_change(seed):
    found = parts(mix(*frames(*random_windows(seed)), SEASON))
    assert found.select(pl.sum_horizontal(PARTS))["mix"].to_numpy() == pytest.approx(
        found["change"].to_numpy(), abs=1e-12
    )
    assert found["change"].to_numpy() == pytest.approx((found["share_after"] - found["share_before"]).to_numpy())
    assert found["change"].sum() == pytest.approx(0)


def test_errors_are_those_of_people_left_out_one_by_one():
    counts, common = random_windows(3)
    ratio = SEASON["ratio"].to_numpy()

    def plainly(keep):
        """The parts from dense tables, by their definition."""
        (a, b), (ca, cb) = counts[:, keep], common[:, keep]
        share = [side.sum(0) / side.sum() for side in (a, b, ca, cb)]
        both = (ca.sum(1) > 0) & (cb.sum(1) > 0)
        own = [side[both] / side[both].sum(1, keepdims=True) for side in (ca, cb)]
        weight = [side[both].sum(1) / side.sum() for side in (ca, cb)]
        within = ((weight[0] + weight[1])[:, None] / 2 * (own[1] - own[0])).sum(0)
        season = share[2] * ratio / (share[2] * ratio).sum() - share[2]
        change = share[3] - share[2]
        return np.array([change - within, within - season, share[1] - share[0] - change, season])

    people = np.arange(counts.shape[1])
    found = parts(mix(*frames(counts, common), SEASON))
    assert np.array([found[part].to_numpy() for part in PARTS]) == pytest.approx(plainly(people))
    left = np.array([plainly(np.delete(people, u)) for u in people])
    errors = np.sqrt(left.var(axis=0) * (len(people) - 1))
    assert np.array([found[f"{part}_error"].to_numpy() for part in PARTS]) == pytest.approx(errors, rel=0.1, abs=1e-3)


def test_one_person_alone_has_no_error():
    found = parts(mix(frame(("ann", "toys", 1)), frame(("ann", "toys", 2))))
    assert found["mix_error"].to_list() == [None]


def test_catalogue_items_begin_or_end_outside():
    rows = [
        ("new", 5, date(2024, 2, 1), date(2024, 3, 9)),
        ("gone", 9, date(2024, 1, 3), date(2024, 2, 28)),
        ("stays", 9, date(2024, 1, 3), date(2024, 3, 9)),
        ("rare", 4, date(2024, 2, 9), date(2024, 3, 9)),
        ("between", 9, date(2024, 2, 1), date(2024, 2, 3)),
        ("on the edge", 9, date(2024, 1, 31), date(2024, 3, 1)),
    ]
    items = pl.DataFrame(rows, schema=["item_id", "events", "first_day", "last_day"], orient="row")
    found = catalogue_items(items, before_end=date(2024, 1, 31), after_start=date(2024, 3, 1))
    assert found.to_list() == ["new", "gone", "between"]


def test_events_per_interest_and_those_of_common_items():
    rows = [("ann", "a", "toys", 2), ("ann", "b", "toys", 3), ("ann", "c", "books", 1), ("bob", "b", "toys", 4)]
    events = pl.DataFrame(rows, schema=["user", "item", "interest", "n"], orient="row")
    found = per_interest(events, pl.Series(["b"])).sort("user", "interest")
    assert found.rows() == [("ann", "books", 1, 1), ("ann", "toys", 5, 2), ("bob", "toys", 4, 0)]
