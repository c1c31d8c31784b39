"""Who changed, on a few hundred people whose tastes are known."""

import numpy as np
import polars as pl
import pytest

import analytics.drift.people as module
from analytics.drift.people import PERSON_SCHEMA, drift_of, evidence, user_drift
from analytics.drift.sums import Block, summed
from analytics.significance import passes
from data.errors import InputError

INTERESTS = ("books", "games", "plants", "shoes", "tea", "toys")


def visits(user, windows, visits=10, size=4, seed=0):
    """Frames before and after of one person: windows of shares of INTERESTS."""
    rng = np.random.default_rng((seed, user))
    frames = []
    for window, shares in enumerate(windows):
        table = rng.multinomial(np.full(visits, size), shares)
        visit, place = np.nonzero(table)
        frames.append(pl.DataFrame({
            "user": np.full(len(visit), user), "visit": visit + 100 * window,
            "interest": [INTERESTS[k] for k in place], "n": table[visit, place],
        }))  # fmt: skip
    return frames


def shop(people):
    """(before, after) of everybody."""
    return tuple(pl.concat(frames) for frames in zip(*people, strict=True))


FLAT = np.full(6, 1 / 6)
BOOKISH = np.array([0.7, 0.1, 0.05, 0.05, 0.05, 0.05])
TEA = np.array([0.1, 0.1, 0.05, 0.05, 0.65, 0.05])


@pytest.fixture(scope="module")
def windows():
    """200 people who stay as they are, ten who turn from books to tea, one with five visits, one with 19 events."""
    rng = np.random.default_rng(1)
    people = [visits(user, [mix, mix]) for user, mix in enumerate(rng.dirichlet(np.ones(6), 200))]
    people += [visits(1000 + user, [BOOKISH, TEA]) for user in range(10)]
    people += [visits(2000, [BOOKISH, TEA], visits=5, size=9), visits(2001, [BOOKISH, TEA], visits=19, size=1)]
    return shop(people)


def test_columns_are_the_contract(windows):
    frame = user_drift(*windows)
    assert dict(frame.schema) == {"user": pl.Int64, **PERSON_SCHEMA}
    assert len(frame) == 212
    assert frame["p"].drop_nulls().is_sorted()


def test_who_turned_is_found_and_from_what_to_what(windows):
    frame = user_drift(*windows)
    turned = frame.filter(verdict="changed")
    assert set(range(1000, 1010)) <= set(turned["user"])
    assert len(turned) <= 13
    movers = frame.filter(pl.col("user").is_between(1000, 1009))
    assert set(movers["from"]) == {"books"} and set(movers["to"]) == {"tea"}
    assert movers["strength"].mean() == pytest.approx(0.6, abs=0.06)
    assert movers["effect"].min() > 0.05


def test_strength_is_the_gain_of_the_share(windows):
    before, after = (
        frame.filter(user=1003, interest="tea")["n"].sum() / frame.filter(user=1003)["n"].sum() for frame in windows
    )
    assert user_drift(*windows).filter(user=1003)["strength"][0] == pytest.approx(after - before)


def test_too_little_is_said_and_never_judged(windows):
    few = user_drift(*windows).filter(pl.col("user") >= 2000)
    assert few["verdict"].to_list() == ["not enough data"] * 2
    assert few.select("statistic", "effect", "p", "q", "from", "to", "strength").null_count().row(0) == (2,) * 7
    assert few.sort("user").select("events_before", "visits_before").rows() == [(45, 5), (19, 19)]
    judged = user_drift(*windows, least_events=19, least_visits=5).filter(pl.col("user") >= 2000)
    assert judged["p"].null_count() == 0


def test_who_came_in_one_window_only_is_not_judged():
    before, after = shop([visits(1, [FLAT, FLAT]), visits(2, [FLAT, FLAT])])
    frame = user_drift(before, after.filter(user=1))
    assert frame.filter(user=2).select("events_before", "events_after", "visits_after", "verdict").rows() == [
        (40, 0, 0, "not enough data")
    ]


def test_a_listed_p_is_at_or_below_the_cut(windows):
    frame = user_drift(*windows, level=0.2)
    listed = frame["verdict"] == "changed"
    assert (listed.to_numpy() == passes(frame["p"].fill_null(float("nan")).to_numpy(), 0.2)).all()
    assert frame.filter(listed)["q"].max() <= 0.2 < frame.filter(~listed)["q"].min()


def test_of_people_who_stay_few_are_below_five_hundredths():
    rng = np.random.default_rng(2)
    before, after = shop(visits(user, [mix, mix], seed=3) for user, mix in enumerate(rng.dirichlet(np.ones(6), 300)))
    frame = user_drift(before, after)
    assert 4 <= (frame["p"] <= 0.05).sum() <= 28
    assert (frame["verdict"] == "changed").sum() <= 1


def test_somebody_of_one_interest_cannot_change():
    row = user_drift(*shop([visits(1, [np.eye(6)[0]] * 2), visits(2, [BOOKISH, TEA])])).filter(user=1)
    assert row.select("p", "effect", "from", "to", "strength").row(0) == (1, 0, None, None, None)


def test_somebody_exactly_the_same_moved_nothing():
    before, _ = visits(1, [FLAT, FLAT])
    row = user_drift(before, before).row(0, named=True)
    assert (row["statistic"], row["effect"], row["from"], row["to"]) == (0, 0, None, None)
    assert row["p"] == pytest.approx(1)


def test_the_season_is_no_change_of_taste():
    # In season everybody's tea triples.
    season = np.array([1, 1, 1, 1, 3, 1.0])
    rng = np.random.default_rng(4)
    people = []
    for user, mix in enumerate(rng.dirichlet(np.full(6, 2.0), 150)):
        people.append(visits(user, [mix, mix * season / (mix * season).sum()], visits=20))
    before, after = shop(people)
    ratio = pl.DataFrame({"interest": ["tea"], "ratio": [3.0]})
    blind, aware = user_drift(before, after), user_drift(before, after, season=ratio)
    assert (blind["p"] <= 0.05).mean() > 0.3
    assert (aware["p"] <= 0.05).mean() < 0.1
    # Whoever is said to have no season of tea by everybody else is judged without one.
    single = pl.DataFrame({"user": [None, 5], "interest": ["tea", "tea"], "ratio": [3.0, 1.0]})
    mixed = user_drift(before, after, season=single)
    for frame, others in ((blind, [5]), (aware, [4, 6])):
        for user in others:
            assert mixed.filter(user=user)["p"][0] == pytest.approx(frame.filter(user=user)["p"][0])


def test_with_a_season_strength_is_what_was_gained_beyond_it():
    before, after = shop([visits(1, [BOOKISH, TEA])])
    plain, seasonal = (
        user_drift(before, after, season=season)["strength"][0]
        for season in (None, pl.DataFrame({"interest": ["tea"], "ratio": [4.0]}))
    )
    assert 0 < seasonal < plain


def test_blocks_make_no_difference(windows, monkeypatch):
    whole = user_drift(*windows)
    monkeypatch.setattr(module, "BLOCK", 37)
    parts = drift_of(summed(*(frame.filter(pl.col("user") % 3 == third) for frame in windows)) for third in range(3))
    assert parts.drop("p", "q").equals(whole.drop("p", "q"))
    assert parts["p"].to_numpy() == pytest.approx(whole["p"].to_numpy(), rel=1e-3, nan_ok=True)


def test_sums_alone_give_nearly_the_same(windows):
    block = summed(*windows)
    frame = drift_of([Block(block.people, block.lines)])
    whole = user_drift(*windows)
    both = whole.join(frame, on="user").filter(pl.col("p") > 0.001)
    assert np.corrcoef(both["p"], both["p_right"])[0, 1] > 0.99
    assert set(frame.filter(verdict="changed")["user"]) >= set(range(1000, 1010))


def test_whoever_comes_without_end_is_judged_by_sums(windows, monkeypatch):
    block = summed(*windows)
    monkeypatch.setattr(module, "MOST_VISITS", 19)
    assert drift_of([block]).equals(drift_of([Block(block.people, block.lines)]))


def test_evidence_by_hand():
    # Six visits a side; 18 a and 6 b turn to 6 a and 18 b.
    def window(a, b, first):
        return pl.DataFrame({"user": [1] * 12, "visit": [*range(first, first + 6)] * 2,
                             "interest": ["a"] * 6 + ["b"] * 6, "n": [a] * 6 + [b] * 6})  # fmt: skip

    block = summed(window(3, 1, 0), window(1, 3, 10))
    frame = evidence(block, 1)
    assert frame.select("interest", "before", "after", "share_before", "share_after", "expected").rows() == [
        ("b", 6, 18, 0.25, 0.75, 12), ("a", 18, 6, 0.75, 0.25, 12),
    ]  # fmt: skip
    assert frame["residual"][0] == pytest.approx(-frame["residual"][1])
    # Each visit lies 1 of b off its share of 2, 12 visits: (12 / 11) x 12 x 1 / 4, times 2 for a and b, over half of t.
    assert frame["residual"][0] == pytest.approx(6 / np.sqrt(12 / 11 * 12 / 4))
    row = user_drift(window(3, 1, 0), window(1, 3, 10)).row(0, named=True)
    assert (row["from"], row["to"], row["strength"], row["verdict"]) == ("a", "b", 0.5, "changed")


def test_evidence_of_nobody_is_refused(windows):
    with pytest.raises(InputError, match=r"There is no user 77777 in these windows."):
        evidence(summed(*windows), 77777)


def test_a_level_that_is_no_rate_is_refused(windows):
    with pytest.raises(InputError, match=r"`level` is a rate between 0 and 1, found 10."):
        user_drift(*windows, level=10)


def test_no_blocks_are_refused():
    with pytest.raises(InputError, match=r"No people were handed in."):
        drift_of([])


def test_nobody_with_enough_data_is_an_answer():
    frame = user_drift(*shop([visits(1, [FLAT, FLAT], visits=3)]))
    assert frame["verdict"].to_list() == ["not enough data"]
    assert dict(frame.schema) == {"user": pl.Int64, **PERSON_SCHEMA}


def test_empty_windows_are_an_empty_answer():
    before, after = visits(1, [FLAT, FLAT])
    assert user_drift(before.clear(), after.clear()).is_empty()
