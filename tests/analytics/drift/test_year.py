import numpy as np
import polars as pl
import pytest

from analytics.drift.year import _logs, ratios_of_others, shrunk, year_ratios, year_sums

SCHEMA = {"user": pl.Int64, "interest": pl.Utf8, "n": pl.Int64}


def frame(table):
    rows = [(user, f"i{k:02}", int(n)) for user, mine in enumerate(table) for k, n in enumerate(mine)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def year(ratio, users=400, events=40, seed=1):
    """People with tastes, in a window, and in one in which looks at each interest go times its ratio."""
    rng = np.random.default_rng(seed)
    tastes = rng.dirichlet(np.full(len(ratio), 0.5), users)
    return [frame(rng.poisson(events * tastes * factor)) for factor in (1, np.array(ratio))]


def lines_of(before, after):
    """Both windows in one frame: user, interest, before, after."""
    sides = (
        side.select("user", "interest", pl.col("n").alias(name))
        for side, name in ((before, "before"), (after, "after"))
    )
    return pl.concat(sides, how="diagonal").group_by("user", "interest").agg(pl.col("before", "after").sum())


def others(before, after, users):
    """`ratios_of_others` for some people."""
    lines = lines_of(before, after)
    people = lines.group_by("user").agg(n1=pl.col("before").sum(), n2=pl.col("after").sum())
    own = lines.join(people, on="user").filter(pl.col("user").is_in(users))
    return {row[:2]: row[2] for row in ratios_of_others(year_sums(lines), own).iter_rows()}


def test_the_ratio_is_found_relative_to_most_interests():
    found = year_ratios(*year([3.0, 0.5, *[1.0] * 10]))
    ratio = found["ratio"].to_numpy()
    assert found.columns == ["interest", "ratio", "error", "chance"]
    assert np.log(ratio[:2] / np.median(ratio[2:])) == pytest.approx(np.log([3.0, 0.5]), abs=0.1)
    assert np.log(ratio[2:]) == pytest.approx(np.zeros(10), abs=0.05)


def test_without_a_season_ratios_are_one_and_sure():
    found = year_ratios(*year([1.0] * 12))
    assert np.abs(np.log(found["ratio"].to_numpy())).max() < 0.02
    assert found["error"].max() < 0.05


def test_few_events_move_less_than_they_seem_to():
    sides = year([2.0, 0.5, *[1.0] * 6], users=20, events=3)
    seen = _logs(year_sums(lines_of(*sides)))[0]
    kept = np.log(year_ratios(*sides)["ratio"].to_numpy())
    assert np.std(kept) < 0.8 * np.std(seen)


def test_the_variance_is_that_of_people_left_out_one_by_one():
    before, after = year([2.0, 1.0, 1.0, 0.5], users=300)
    table = [side.pivot("interest", index="user", values="n").drop("user").to_numpy() for side in (before, after)]
    left = []
    for user in range(300):
        one, two = (np.delete(side, user, 0).sum(0) for side in table)
        left.append(np.log((two + 0.5) / (one + 0.5)) - np.log(two.sum() / one.sum()))
    log, square = _logs(year_sums(lines_of(before, after)))
    left = np.array(left)
    assert log == pytest.approx(left.mean(0), abs=0.01)
    floor = [1 / (one + 0.5) + 1 / (two + 0.5) for one, two in zip(*(side.sum(0) for side in table), strict=True)]
    assert square == pytest.approx(np.maximum(left.var(0) * 299, floor), rel=0.05)


def test_what_is_clear_stays_and_what_is_not_goes():
    log = np.array([1.0, *np.linspace(-0.1, 0.1, 20)])
    mean, error, chance = shrunk(log, np.full(21, 0.01))
    assert mean[0] == pytest.approx(1.0, abs=0.05)
    assert np.abs(mean[1:]).max() < 0.02
    assert error[0] == pytest.approx(0.1, abs=0.01)
    assert chance[0] > 0.99
    assert chance[1:].max() < 0.5


def test_errors_are_as_large_as_they_say():
    rng, z = np.random.default_rng(1), []
    for _ in range(60):
        true = np.where(rng.random(40) < 0.4, rng.normal(0, 0.5, 40), 0.0)
        square = rng.uniform(0.005, 0.05, 40)
        mean, error, _ = shrunk(true + rng.normal(0, 1, 40) * np.sqrt(square), square)
        z.append(((mean - true) ** 2).mean() / (error**2).mean())
    assert np.mean(z) == pytest.approx(1, abs=0.15)


def test_a_year_without_events_says_nothing():
    before, after = year([1.0, 1.0])
    assert year_ratios(before.clear(), after).is_empty()


def test_for_each_person_the_season_is_everybody_elses():
    before, after = year([3.0, 0.5, *[1.0] * 10])
    # User 7 alone doubles what was done of interest 5 in the later window.
    wax = pl.DataFrame({"user": [7], "interest": ["i05"], "n": [after.filter(interest="i05")["n"].sum()]})
    whole = pl.concat([after, wax]).group_by("user", "interest").agg(pl.col("n").sum())
    found = others(before, whole, [7, 8])
    assert found[(7, "i05")] == pytest.approx(1, rel=0.05)
    assert found[(8, "i05")] == pytest.approx(found[(None, "i05")], rel=0.05)
    assert found[(7, "i00")] / found[(None, "i00")] == pytest.approx(1, rel=0.05)


def test_the_ratios_of_others_are_those_of_a_shop_without_the_person():
    before, after = year([3.0, 0.5, *[1.0] * 10])
    found = others(before, after, [7])
    rest = dict(
        year_ratios(*(side.filter(pl.col("user") != 7) for side in (before, after)))
        .select("interest", "ratio")
        .iter_rows()
    )
    for interest, ratio in rest.items():
        assert found[(7, interest)] == pytest.approx(ratio, rel=0.01)


def test_one_heavy_buyer_makes_no_season():
    before, after = year([3.0, 0.5, *[1.0] * 10], users=100)
    each, one = (
        pl.concat([frame, pl.DataFrame({"user": users, "interest": ["wax"] * len(users), "n": n})])
        for frame, users, n in ((after, range(100), [2] * 100), (after, [3], [200]))
    )
    some = pl.concat([before, pl.DataFrame({"user": range(50), "interest": ["wax"] * 50, "n": [1] * 50})])
    ratios = [dict(year_ratios(some, frame).select("interest", "ratio").iter_rows()) for frame in (each, one)]
    usual = np.median([ratio for name, ratio in ratios[0].items() if name not in ("i00", "i01", "wax")])
    assert ratios[0]["wax"] / usual > 3
    assert ratios[1]["wax"] / usual < 2


def test_what_nobody_else_did_has_no_season():
    before, after = year([3.0, 0.5, *[1.0] * 10])
    wax = pl.DataFrame({"user": [7], "interest": ["wax"], "n": [9]})
    assert others(before, pl.concat([after, wax]), [7])[(7, "wax")] == 1
