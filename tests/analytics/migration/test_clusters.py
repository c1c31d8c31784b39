import json

import numpy as np
import polars as pl
import pytest

from analytics.migration.clusters import fit, folds_of, from_dict
from analytics.migration.naming import named
from analytics.migration.stability import Stability, best_size
from data.errors import InputError

NAMES = ("mostly garden, kitchen", "mostly books, toys", "mostly hats, shoes")


def sorted_name(name):
    return "mostly " + ", ".join(sorted(name.removeprefix("mostly ").split(", ")))


@pytest.fixture(scope="module")
def clusters(steady):
    return fit(steady)


def test_three_kinds_of_people_are_three_groups_named_by_what_they_like(clusters):
    assert clusters.ids == (1, 2, 3)
    assert {sorted_name(name) for name in clusters.names} == set(NAMES)
    assert clusters.cut < 0.5


def test_the_same_visits_in_another_order_give_the_same_fit(steady, clusters):
    assert fit(steady.sample(fraction=1, shuffle=True, seed=2)) == clusters


def test_a_fit_can_be_kept_as_text(clusters):
    assert from_dict(json.loads(json.dumps(clusters.as_dict()))) == clusters


def test_groups_keep_ids_and_names_when_fitted_anew_on_new_people(steady, clusters):
    few = steady.filter(~((pl.col("user") % 3 == 0) & (pl.col("user") > 20)))  # the first group is the smallest now
    again = fit(few, earlier=clusters)
    assert again.ids == clusters.ids
    assert again.names == clusters.names
    assert again.places == pytest.approx(clusters.places, abs=0.1)
    assert again.space == clusters.space


def test_a_group_of_something_else_gets_a_new_id_and_name(steady, clusters):
    first = pl.col("user") % 3 == 0
    names = {"kitchen": "hats", "garden": "books"}
    # Those who cooked now like hats and books: no group before was anything like that.
    other = pl.when(first).then(pl.col("interest").replace(names)).otherwise(pl.col("interest"))
    again = fit(steady.with_columns(interest=other), earlier=clusters)
    assert 4 in again.ids
    assert sorted_name(again.names[again.ids.index(4)]) == "mostly books, hats"
    assert set(again.names) - {again.names[again.ids.index(4)]} < set(clusters.names)


def test_display_names_are_used_and_paths_cut(steady):
    found = fit(steady, k=3, names={"kitchen": "home > pots", "garden": "home > spades"})
    assert "mostly pots, spades" in {sorted_name(name) for name in found.names}


def test_each_fold_is_fitted_without_its_people(steady, clusters):
    folds = np.array(clusters.folds)
    assert folds.shape == (5, *clusters.places.shape)
    assert len({fold.tobytes() for fold in folds}) == 5
    assert np.abs(folds - clusters.places).max() < 0.05
    assert np.bincount(folds_of(np.arange(1000))).min() > 150


def test_a_season_of_everybody_makes_no_groups(steady):
    """In the last period everybody takes a third of everything to be toys; groups stay three."""
    share = steady.filter(pl.col("period") == 2).group_by("user", "visit", "period").agg(n=pl.col("n").sum() // 2)
    toys = share.with_columns(interest=pl.lit("toys")).select(steady.columns).cast(dict(steady.schema))
    found = fit(pl.concat([steady, toys]))
    assert {sorted_name(name) for name in found.names} == set(NAMES)


def test_one_standard_error_below_the_best_the_largest_number_wins():
    found = [Stability(3, 0.7, 0.02), Stability(4, 0.8, 0.03), Stability(5, 0.78, 0.03), Stability(6, 0.76, 0.03)]
    assert best_size(found) == 5


def test_too_few_visits_are_said_to_be_too_few(frame):
    with pytest.raises(InputError, match=r"Only 1 times a person made 6 visits in a period; groups need 20."):
        fit(frame(*[(1, visit, 0, "a", 1) for visit in range(6)], (2, 1, 0, "a", 1)))
    with pytest.raises(InputError, match=r"Only 0 times a person made 6 visits"):
        fit(frame((1, 1, 0, "a", 1)))
    with pytest.raises(InputError, match=r"no visits to group people by"):
        fit(frame())


def test_a_mix_like_everybodys_is_a_bit_of_everything():
    base, interests = np.array([0.5, 0.3, 0.2, 1e-9]), ("a", "b", "c", "others")
    mixes = np.array([[0.5, 0.3, 0.2, 0], [0.1, 0.8, 0.1, 0], [0, 0, 1, 0]])
    assert named(mixes, interests, base, {"b": "Bread"}) == ("a bit of everything", "mostly Bread", "mostly c")


def test_two_groups_never_have_one_name():
    base, interests = np.array([0.4, 0.3, 0.3, 1e-9]), ("a", "b", "c", "others")
    mixes = np.array([[0.75, 0.25, 0, 0], [0.65, 0.0, 0.35, 0], [0.4, 0.3, 0.3, 0], [0.4, 0.3, 0.3, 0]])
    assert named(mixes, interests, base, {}) == (
        "mostly a", "mostly a, c", "a bit of everything", "a bit of everything (2)",
    )  # fmt: skip
