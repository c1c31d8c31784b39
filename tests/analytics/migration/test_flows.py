import polars as pl
import pytest

from analytics.migration.clusters import fit
from analytics.migration.flows import FLOW_SCHEMA, SUMMARY_SCHEMA, migration, migrations
from data.errors import InputError

PERIODS = {"period_before": pl.Int64, "period_after": pl.Int64}


def names_of(members, clusters):
    return members.with_columns(pl.col("before", "after").replace_strict(clusters.ids, clusters.names))


@pytest.fixture(scope="module")
def found(moving):
    clusters = fit(moving, k=2)
    return clusters, migration(moving, clusters, 0, 1)


def test_columns_are_the_contract(found):
    summary, flows, members = found[1]
    assert dict(summary.schema) == PERIODS | SUMMARY_SCHEMA
    assert dict(flows.schema) == PERIODS | FLOW_SCHEMA
    assert members.columns == ["user", "before", "after", "confident"]


def test_fifteen_of_ninety_moved(found):
    row = found[1].summary.row(0, named=True)
    assert (row["period_before"], row["period_after"], row["users"]) == (0, 1, 90)
    assert row["apparent"] == pytest.approx(15 / 90)
    assert row["floor"] == 0
    assert row["excess"] == pytest.approx(15 / 90)
    assert row["low"] < 15 / 90 < row["high"]
    assert row["p"] < 1e-4
    assert row["verdict"] == "moved"
    assert row["confident_moved"] == pytest.approx(15 / 90)
    # As many as if a third were drawn anew, half of whom would by chance be what they were.
    assert row["renewed"] == pytest.approx(1 / 6 / (1 - (50 / 90 * 35 / 90 + 40 / 90 * 55 / 90)), abs=0.02)


def test_the_flow_that_was_planted_is_clear_and_goes_the_right_way(found):
    clusters, answer = found
    clear = answer.flows.filter("clear")
    assert clear.select("users", "share", "floor_share").rows() == [(15, pytest.approx(15 / 90), 0.0)]
    assert "kitchen" in clear["from_name"][0]
    assert "toys" in clear["to_name"][0]
    assert answer.flows["users"].sum() == 90
    moved = names_of(answer.members, clusters).filter(pl.col("before") != pl.col("after"))
    assert moved["user"].to_list() == list(range(15))


def test_backwards_the_flow_turns_round(moving, found):
    clusters = found[0]
    back = migration(moving, clusters, 1, 0)
    assert back.summary["excess"][0] == pytest.approx(found[1].summary["excess"][0])
    assert back.flows.filter("clear")["from_name"][0] == found[1].flows.filter("clear")["to_name"][0]


def test_people_who_stay_show_no_clear_change(steady):
    answer = migrations(steady, fit(steady, k=3))
    assert answer.summary["verdict"].to_list() == ["no clear change"] * 2
    assert answer.summary.select("period_before", "period_after").rows() == [(0, 1), (1, 2)]
    assert not answer.flows["clear"].any()
    assert len(answer.flows) == 2 * 9
    assert answer.members.columns == ["period_before", "period_after", "user", "before", "after", "confident"]


def test_the_order_of_rows_makes_no_difference(moving, found):
    again = migration(moving.sample(fraction=1, shuffle=True, seed=5), found[0], 0, 1)
    assert all(a.equals(b) for a, b in zip(again, found[1], strict=True))


def test_a_season_of_everybody_moves_nobody(steady):
    """In the second period three of four things that anybody buys are toys."""
    rows = steady.filter(pl.col("period") < 2)
    gifts = rows.filter(pl.col("period") == 1).group_by("user", "visit", "period").agg(n=3 * pl.col("n").sum())
    gifts = gifts.with_columns(interest=pl.lit("toys")).select(rows.columns).cast(dict(rows.schema))
    rows = pl.concat([rows, gifts])
    clusters = fit(steady, k=3)
    assert migration(rows, clusters, 0, 1).summary["verdict"][0] == "no clear change"
    # Told that everybody else had no season, the same people all seem to go to toys.
    calm = steady.filter(pl.col("period") < 2).with_columns(user=pl.col("user") + 1000)
    moved = migration(rows, clusters, 0, 1, population=calm)
    assert moved.summary["verdict"][0] == "moved"
    assert all("toys" in name for name in moved.flows.filter("clear")["to_name"])


def test_people_of_too_few_visits_take_no_part(moving, found):
    late = (pl.col("user") < 30) & (pl.col("period") == 1) & (pl.col("visit") >= 105)
    answer = migration(moving.filter(~late), found[0], 0, 1)
    assert answer.summary["users"][0] == 60


def test_under_fifty_people_nothing_is_said(moving, found):
    answer = migration(moving.filter(pl.col("user") < 49), found[0], 0, 1)
    row = answer.summary.row(0, named=True)
    assert (row["users"], row["verdict"], row["excess"]) == (49, "not enough data", None)
    assert answer.flows.is_empty()
    assert dict(answer.flows.schema) == PERIODS | FLOW_SCHEMA
    nobody = migration(moving.filter(pl.col("user") < 0), found[0], 0, 1)
    assert nobody.summary["users"][0] == 0


def test_stages_of_a_cohort_are_compared_with_the_season_of_its_days(moving, found):
    """The same people at ages 5 and 6 of their own: the answer is that of their periods."""
    aged = moving.with_columns(age=pl.col("period") + 5)
    answer = migration(aged, found[0], 5, 6, at="age")
    assert answer.summary.drop("period_before", "period_after").equals(
        found[1].summary.drop("period_before", "period_after")
    )


def test_one_period_is_no_migration(moving, found):
    with pytest.raises(InputError, match=r"needs two periods, found 0 twice. Choose another one."):
        migration(moving, found[0], 0, 0)
    with pytest.raises(InputError, match=r"these visits lie in one. Choose a longer stretch."):
        migrations(moving.filter(pl.col("period") == 0), found[0])
