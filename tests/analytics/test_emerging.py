import random
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analytics.changes import replay
from analytics.emerging import EMERGING_SCHEMA, EMERGING_SHOP_SCHEMA, emerging, emerging_interests, surges
from analytics.emerging.surprise import BEFORE, USUAL, dispersion, past
from analytics.emerging.tails import chance
from data.errors import InputError
from data.scope import Scope

FIRST = date(2024, 1, 1)


def frame(lines, total, days=7):
    """The counts of some lines, and of what they are a part of."""
    return pl.concat([
        pl.DataFrame({"id": name, "start": [FIRST + timedelta(days=days * place) for place in range(len(events))],
                      "events": np.asarray(events), "total": np.broadcast_to(total, len(events))})
        for name, events in lines.items()
    ])  # fmt: skip


def only(found, line):
    return found.filter(id=line).row(0, named=True)


def test_columns_are_the_contract():
    found = emerging(frame({"a": [9] * 13}, 100))
    assert dict(found.schema) == EMERGING_SCHEMA


def test_three_times_the_usual_share_stands_out():
    found = emerging(frame({"toys": [20] * 12 + [60], "books": [20] * 12 + [21]}, 1000))
    toys, books = only(found, "toys"), only(found, "books")
    assert (toys["at"], toys["expected"], toys["found"]) == (FIRST + timedelta(weeks=12), pytest.approx(20), 60)
    assert toys["ratio"] == pytest.approx(3)
    assert 1 < toys["low"] < 3 < toys["high"]
    assert toys["fired"] and toys["p"] < 0.001
    assert not books["fired"]
    assert books["p"] > 0.2
    assert found["id"].to_list() == ["toys", "books"]


def test_more_traffic_is_no_news_and_less_makes_the_same_count_one():
    half = frame({"toys": [20] * 12 + [60]}, np.array([1000] * 12 + [3000]))
    assert only(emerging(half), "toys")["p"] > 0.3
    assert only(emerging(half), "toys")["expected"] == pytest.approx(60)
    less = frame({"toys": [60] * 13}, np.array([3000] * 12 + [1000]))
    assert only(emerging(less), "toys")["fired"]


def test_what_is_new_has_a_past_of_zeros():
    rows = pl.concat([frame({"old": [50] * 13}, 500), frame({"new": [0] * 12 + [8]}, 500).filter(pl.col("events") > 0)])
    new = only(emerging(rows), "new")
    assert (new["expected"], new["found"], new["ratio"], new["high"]) == (0, 8, None, None)
    assert new["fired"] and new["low"] > 1
    few = frame({"new": [0] * 12 + [4], "old": [50] * 13}, 500)
    assert only(emerging(few), "new")["p"] < 0.001
    assert not only(emerging(few), "new")["fired"]  # under five events


def test_of_a_line_that_never_scattered_p_is_the_predictive_chance():
    """Without overdispersion: Poisson with a gamma rate, that is negative binomial of S + 1/2 at T / (T + N)."""
    total, events = np.full((1, 13), 100.0), np.array([[4.0] * 12 + [12]])
    seen = past(events, total)
    p = chance(events[:, -1], seen.mean[:, -1], seen.doubt[:, -1])
    assert p[0] == pytest.approx(stats.nbinom.sf(11, 48.5, 1200 / 1300))


def test_chances_are_those_of_drawn_counts():
    draw = np.random.default_rng(1)
    rates = {"gamma": draw.gamma(1 / 0.3, 0.3 * 10, 400_000), "lognormal": 10 * np.exp(
        draw.normal(-np.log1p(0.3) / 2, np.sqrt(np.log1p(0.3)), 400_000))}  # fmt: skip
    one = np.ones(1)
    for tail, rate in rates.items():
        for found in (25, 40):
            seen = (draw.poisson(rate) >= found).mean()
            assert chance(found * one, 10 * one, 30 * one, tail)[0] == pytest.approx(seen, rel=0.1)
    assert chance(40 * one, 10 * one, 30 * one, "lognormal") > 2 * chance(40 * one, 10 * one, 30 * one)
    assert chance(0 * one, 10 * one, 30 * one)[0] == 1
    assert np.isnan(chance(np.nan * one, 10 * one, 30 * one)[0])


def test_expectations_are_of_the_twelve_known_periods_before():
    events, total = np.arange(15.0)[None], np.full((1, 15), 200.0)
    seen = past(events, total)
    assert np.isnan(seen.mean[0, :BEFORE]).all()
    assert seen.before[0, 12:].tolist() == [sum(range(12)), sum(range(1, 13)), sum(range(2, 14))]
    assert seen.mean[0, 14] == pytest.approx((sum(range(2, 14)) + 0.5) / 12)
    gap = events.copy()
    gap[0, 5] = np.nan
    assert past(gap, total).before[0, 14] == sum(range(1, 14)) - 5


def test_dispersion_is_found_and_shared():
    draw = np.random.default_rng(2)
    for phi in (0.02, 0.2):
        counts = draw.poisson(400 * draw.gamma(1 / phi, phi, (60, 65))).astype(float)
        found = dispersion(past(counts, np.full(counts.shape, 20_000.0)))
        assert found.mean() == pytest.approx(phi, rel=0.2)
        alone = np.array([dispersion(past(each[None], np.full((1, 65), 20_000.0)))[0] for each in counts])
        # One line leans on what is usual, among many on theirs.
        assert abs(np.median(alone) - USUAL) < abs(np.median(found) - USUAL)
    tiny = draw.poisson(0.2, (5, 65)).astype(float)
    assert dispersion(past(tiny, np.full(tiny.shape, 20_000.0))) == pytest.approx(USUAL, rel=0.1)


def test_a_season_makes_a_line_less_surprising():
    place = np.arange(92)
    wave = 300 * np.exp(0.5 * np.sin(2 * np.pi * place / 52))
    draw = np.random.default_rng(3)
    lines = {"flat": draw.poisson(300, 92), "season": draw.poisson(wave)}
    for line in lines.values():
        line[-1] = 480
    found = emerging(frame(lines, 10_000))
    assert only(found, "flat")["fired"]
    assert only(found, "season")["p"] > 10 * only(found, "flat")["p"]


def test_noise_alone_hardly_ever_fires():
    draw = np.random.default_rng(4)
    rate = np.exp(draw.normal(0, 0.22, (1000, 13)))
    found = emerging(frame({f"{line}": counts for line, counts in enumerate(draw.poisson(20 * rate))}, 30_000))
    assert found["fired"].sum() <= 6
    assert 0.3 < (found["p"] < 0.5).mean() < 0.6


def test_a_day_is_compared_with_the_same_days_of_the_weeks_before():
    week = [40, 40, 40, 40, 40, 40, 400]
    counts = (week * 13)[: 7 * 13]
    found = only(emerging(frame({"toys": counts}, 4000, days=1), grain="day"), "toys")
    assert (found["expected"], found["found"], found["fired"]) == (pytest.approx(400), 400, False)
    counts[-1] = 40
    assert not only(emerging(frame({"toys": counts}, 4000, days=1), grain="day"), "toys")["fired"]
    counts = [*counts[:-2], 400]
    moved = frame({"toys": counts}, 4000, days=1)
    assert only(emerging(moved, grain="day"), "toys")["fired"]


def test_a_period_of_the_past_can_be_asked_about():
    rows = frame({"toys": [20] * 14 + [90] + [20] * 5}, 1000)
    then = only(emerging(rows, at=FIRST + timedelta(weeks=14)), "toys")
    assert (then["found"], then["fired"]) == (90, True)
    assert not only(emerging(rows), "toys")["fired"]


def test_unknown_counts_have_no_p():
    rows = frame({"toys": [20] * 13, "books": [20] * 13}, 1000).with_columns(
        events=pl.when((pl.col("id") == "toys") & (pl.col("start") == FIRST + timedelta(weeks=12)))
        .then(None)
        .otherwise("events")
    )
    toys = only(emerging(rows), "toys")
    assert (toys["expected"], toys["found"], toys["p"], toys["fired"]) == (None, None, None, False)


def test_too_short_a_past_is_said():
    with pytest.raises(InputError, match=r"12 periods before it, which takes 13 weeks, found 12. Import a longer"):
        emerging(frame({"toys": [20] * 12}, 100))
    with pytest.raises(InputError, match=r"which takes 85 days, found 20."):
        emerging(frame({"toys": [20] * 20}, 100, days=1), grain="day")
    with pytest.raises(InputError, match=r"`tail` cannot be 'normal'. Choose one of: gamma, lognormal."):
        emerging(frame({"toys": [20] * 13}, 100), tail="normal")


def test_alerts_share_one_level_among_lines_and_weeks():
    draw = np.random.default_rng(5)
    lines = {f"{line}": draw.poisson(30, 40) for line in range(40)}
    lines["0"][30] = 300
    found = replay(surges, frame(lines, 5000))
    assert found.select("reported", "waited", "id").rows() == [(FIRST + timedelta(weeks=30), 0, "0")]
    lines["0"][30] = 65
    rows = frame(lines, 5000).filter(pl.col("start") <= FIRST + timedelta(weeks=30))
    assert emerging(rows)["fired"].sum() >= 1
    assert surges(rows).is_empty()
    assert surges(rows, a_year=1000).height >= 1


def weekly(event, counts, category, item="a", people=10**6):
    return [
        event(FIRST + timedelta(days=7 * week + number % 7), number % people, item, category)
        for week, count in enumerate(counts)
        for number in range(count)
    ]


@pytest.fixture
def make(make_store, event):
    """Books stand still over 14 weeks; toys and what follows is given."""
    draw = random.Random(1)
    books = [30 + draw.randrange(7) for _ in range(14)]

    def make(*lines):
        return make_store([*weekly(event, books, "books", "c"), *(row for line in lines for row in line)])

    return make


def test_a_store_tells_what_stands_out(make, event):
    store = make(weekly(event, [8] * 13 + [45], "toys"), weekly(event, [0] * 13 + [9], "games", "g"),
                 weekly(event, [5] * 14, None, "z"))  # fmt: skip
    found = emerging_interests(store, Scope(), by="category")
    assert dict(found.schema) == EMERGING_SHOP_SCHEMA
    assert sorted(found.filter("fired")["id"]) == ["games", "toys"]
    assert only(found, "toys")["people"] == 45
    assert 13 < only(found, "toys")["expected"] < 17  # 8 of some 46, of what are now some 92
    assert "none" not in found["id"].to_list()
    ended = emerging_interests(store, Scope(end=FIRST + timedelta(weeks=13, days=-1)), by="category")
    assert not ended["fired"].any()
    then = emerging_interests(store, Scope(), by="category", at=FIRST + timedelta(weeks=12))
    assert then["at"].unique().to_list() == [FIRST + timedelta(weeks=12)]


def test_one_large_order_is_no_interest(make, event):
    store = make(weekly(event, [8] * 13, "toys"), [event(FIRST + timedelta(weeks=13), 1)] * 30)
    toys = only(emerging_interests(store, Scope(), by="category"), "toys")
    assert toys["p"] < 0.001
    assert (toys["people"], toys["fired"]) == (1, False)


def test_where_nobody_is_known_people_take_no_part(make, event):
    store = make(weekly(event, [8] * 13, "toys"), [event(FIRST + timedelta(weeks=13), None)] * 30)
    toys = only(emerging_interests(store, Scope(), by="category"), "toys")
    assert (toys["people"], toys["fired"]) == (None, True)


def test_a_log_without_a_whole_week_is_said(make_store, event):
    with pytest.raises(InputError, match=r"The log covers no whole period yet, so nothing can stand out."):
        emerging_interests(make_store([event(FIRST, 1)]), Scope(), by="category")
