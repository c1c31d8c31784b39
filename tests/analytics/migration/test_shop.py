"""Migration and half-life of a store made by a real import: sessions over a midnight, segments, cohorts, samples."""

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.halflife import shop_half_life, shop_persistence
from analytics.migration import cohort_migration, group_mixes, sample, shop_groups, shop_migration
from data.errors import InputError
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.scope import Scope
from data.settings import Settings
from data.store import open_store

FIRST, DAYS = date(2023, 1, 1), 456
KINDS = {"cook": ("kitchen", "garden"), "play": ("toys", "books")}
HEADER = "event_time,event_type,user_id,item_id,category,country,session_id"


def kind(user, day):
    """Users 0 to 39 cook, 40 to 79 play; 0 to 15 go from cook to play in the third quarter."""
    return "play" if user >= 40 or (user < 16 and day >= date(2023, 7, 1)) else "cook"


def lines():
    """Eighty people who come once a week; odd ones from France, those above 70 from the second quarter on."""
    draw = np.random.default_rng(1)
    for user in range(80):
        for start in range(int(draw.integers(7)) + (100 if user >= 70 else 0), DAYS, 7):
            day = FIRST + timedelta(days=start)
            for _ in range(2):
                of = KINDS[kind(user, day)] if draw.random() < 0.9 else ("kitchen", "garden", "toys", "books")
                thing = of[draw.integers(2)]
                yield f"{day} 12:00:00,purchase,p{user},{thing}-1,{thing},{'FR' if user % 2 else 'UK'},"
    yield "2023-03-04 23:50:00,purchase,night,toys-1,toys,UK,s1"
    yield "2023-03-05 00:10:00,purchase,night,books-1,books,UK,s1"
    yield "2023-03-05 00:20:00,purchase,night,books-1,books,UK,s2"
    for moment in ("2023-01-01 00:10:00", "2024-03-31 23:50:00"):  # so that both days are complete
        yield f"{moment},purchase,night,nothing,,UK,"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migration")
    path, settings = folder / "log.csv", Settings(var=folder / "var", themes=False)
    path.write_text("\n".join([HEADER, *lines()]) + "\n")
    import_file(settings, path, ImportOptions(timezone="UTC"))
    opened = open_store(settings)
    assert opened is not None
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def groups(store):
    return shop_groups(store, by="category", k=2)


def test_a_session_over_a_midnight_is_one_visit_of_the_day_it_starts(store):
    found = sample(store, Scope(), by="category", first=FIRST, last=FIRST + timedelta(days=DAYS))
    night = store.query("SELECT user_no FROM users WHERE events = 5")["user_no"][0]
    rows = found.visits.filter(user=night).drop("user").sort("day", "visit", "interest")
    first, second = date(2023, 3, 4), date(2023, 3, 5)
    assert rows.select("day", "interest", "n").rows() in (
        [(first, "books", 1), (first, "toys", 1), (second, "books", 1)],
    )
    assert rows["visit"].n_unique() == 2  # and what has no interest is left out
    assert (found.people, found.sampled) == (81, 81)
    assert found.note == "All 81 people were looked at."


def test_a_sample_is_always_the_same_people_and_says_so(store):
    about = {"by": "category", "first": FIRST, "last": FIRST + timedelta(days=DAYS)}
    few = sample(store, Scope(), most=30, **about)
    assert few.visits["user"].n_unique() == few.sampled == 30
    assert few.note == "30 of 81 people were looked at, always the same, chosen at random."
    assert set(sample(store, Scope(), most=20, **about).visits["user"]) < set(few.visits["user"])


def test_sixteen_people_moved_in_the_third_quarter(store, groups):
    found = shop_migration(store, Scope(), groups, by="category")
    by_start = {row["period_after"]: row for row in found.summary.iter_rows(named=True)}
    assert list(by_start) == [date(2023, m, 1) for m in (4, 7, 10)] + [date(2024, 1, 1)]
    row = by_start[date(2023, 7, 1)]
    assert row["verdict"] == "moved"
    assert row["low"] < 16 / row["users"] < row["high"]
    assert {each["verdict"] for start, each in by_start.items() if start != date(2023, 7, 1)} == {"no clear change"}
    moved = found.members.filter(period_after=date(2023, 7, 1))
    assert (moved["before"] != moved["after"]).sum() == pytest.approx(16, abs=2)


def test_groups_are_described_by_their_mixes(groups):
    mixes = group_mixes(groups)
    top = mixes.group_by("group", maintain_order=True).head(2).group_by("group").agg("interest").sort("group")
    assert sorted(sorted(each) for each in top["interest"].to_list()) == [["books", "toys"], ["garden", "kitchen"]]
    assert mixes["share"].sum() == pytest.approx(2)


def test_a_segment_is_its_people_with_everybodys_season(store, groups):
    found = shop_migration(store, Scope(segments=(("country", "FR"),)), groups, by="category")
    assert (found.people, found.sampled) == (40, 40)
    assert found.summary["verdict"].unique().to_list() == ["not enough data"]


def test_dates_choose_periods(store, groups):
    found = shop_migration(store, Scope(start=date(2023, 7, 1), end=date(2023, 12, 31)), groups, by="category")
    assert found.summary["period_before"].to_list() == [date(2023, 7, 1)]
    with pytest.raises(InputError, match=r"needs two complete quarters, and these dates hold 1. Choose a shorter"):
        shop_migration(store, Scope(end=date(2023, 3, 31)), groups, by="category")


def test_cohorts_are_followed_by_age(store, groups):
    old = cohort_migration(store, Scope(), groups, by="category", start=date(2023, 1, 1))
    assert old.summary.select("period_before", "period_after").rows() == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert old.people == 71
    assert old.summary["verdict"].to_list() == ["no clear change", "moved", "no clear change", "no clear change"]
    assert set(old.members["period_before"]) == {0, 1, 2, 3}
    # But for the first cohort, who were there before the log began, all came in the second quarter.
    new = cohort_migration(store, Scope(), groups, by="category")
    assert new.people == 10
    assert new.summary["period_before"].to_list() == [0, 1, 2]
    with pytest.raises(InputError, match=r"No quarter starts on 2023-02-01. A cohort is named by its first day"):
        cohort_migration(store, Scope(), groups, by="category", start=date(2023, 2, 1))


def test_half_lives_of_the_shop_and_its_interests(store):
    found = shop_half_life(store, Scope(), by="category")
    assert found.curve.filter("best")["half_life"][0] >= 28
    assert found.lines["name"].to_list()[:4] == found.lines["id"].to_list()[:4]
    assert set(found.lines["id"]) == {"kitchen", "garden", "toys", "books"}
    assert found.note == "All 81 people were looked at."


def test_persistence_of_the_shop(store):
    found = shop_persistence(store, Scope(), by="category")
    assert found.curve["days"].to_list() == [28 * lag for lag in found.curve["lag"]]
    assert found.curve["value"][0] == pytest.approx(0.97, abs=0.08)
    assert found.curve["value"][7] < found.curve["value"][0]
    assert (found.people, found.sampled) == (81, 81)


def test_interests_that_people_are_not_followed_by_are_refused(store, groups):
    with pytest.raises(InputError, match=r"This log has no theme"):
        shop_migration(store, Scope(), groups, by="theme")


def test_an_hour_is_no_grain(store, groups):
    with pytest.raises(InputError, match=r"`grain` cannot be 'day'. Choose one of: week, month, quarter."):
        shop_migration(store, Scope(), groups, by="category", grain="day")
