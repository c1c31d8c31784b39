import numpy as np
import polars as pl
import pytest

from analytics.drift.mix import mix
from data.errors import InputError

BEFORE = {"ann": {"toys": 6, "books": 2}, "bob": {"toys": 2}, "cid": {"games": 10}}
AFTER = {"ann": {"toys": 1, "books": 1}, "bob": {"books": 3}, "dan": {"toys": 5}}
SEASON = pl.DataFrame({"interest": ["toys", "games"], "ratio": [0.5, 2.0]})


def frame(counts):
    rows = [(user, interest, n) for user, mine in counts.items() for interest, n in mine.items()]
    return pl.DataFrame(rows, schema={"user": pl.Utf8, "interest": pl.Utf8, "n": pl.Int64}, orient="row")


def random_mix(seed=0, users=60, interests=4, season=None):
    rng = np.random.default_rng(seed)
    sides = [rng.poisson(rng.gamma(0.5, 4, (users, 1)) * rng.dirichlet([1] * interests, users)) for _ in range(2)]
    frames = [
        frame({f"u{u:03}": {f"i{k}": int(n) for k, n in enumerate(row)} for u, row in enumerate(side)})
        for side in sides
    ]
    return mix(*frames, season), sides


def test_shares_are_of_events_of_each_window():
    found = mix(frame(BEFORE), frame(AFTER))
    assert found.interests.to_list() == ["books", "games", "toys"]
    assert (found.users, found.people, found.sizes) == (4, (3, 3), (20.0, 10.0))
    before, usual, after = (share.tolist() for share in found.shares)
    assert before == usual == [0.1, 0.5, 0.4]
    assert after == [0.4, 0.0, 0.6]
    assert found.change.tolist() == pytest.approx([0.3, -0.5, 0.2])
    assert found.pooled.tolist() == pytest.approx([0.2, 1 / 3, 7 / 15])


def test_a_season_changes_what_the_window_before_leads_to():
    found = mix(frame(BEFORE), frame(AFTER), SEASON)
    before, usual, _ = (share.tolist() for share in found.shares)
    assert before == [0.1, 0.5, 0.4]
    assert usual == pytest.approx([0.1 / 1.3, 1.0 / 1.3, 0.2 / 1.3])
    with pytest.raises(InputError, match=r"A season's ratio has to be above 0."):
        mix(frame(BEFORE), frame(AFTER), SEASON.with_columns(ratio=0.0))


def test_the_interval_is_that_of_people_left_out_one_by_one():
    found, (before, after) = random_mix(users=400)
    change = [
        np.delete(after, u, 0).sum(0) / np.delete(after, u, 0).sum()
        - np.delete(before, u, 0).sum(0) / np.delete(before, u, 0).sum()
        for u in range(400)
    ]
    error = np.sqrt(np.var(change, axis=0) * 399)
    low, high = found.interval
    assert (high - low) / 2 / 1.98 == pytest.approx(error, rel=0.03)
    assert (low + high) / 2 == pytest.approx(found.change)


def test_the_seasons_own_error_widens_the_interval():
    season = pl.DataFrame(
        {"interest": ["i0", "i1", "i2", "i3"], "ratio": [1.2, 1.0, 0.8, 1.0], "error": [0.1, 0.0, 0.2, 0.05]}
    )
    found, _ = random_mix(season=season)
    sure, _ = random_mix(season=season.drop("error"))
    rng, before = np.random.default_rng(1), found.shares[0]
    drawn = before * np.exp(
        np.log(season["ratio"].to_numpy()) + rng.normal(0, 1, (20_000, 4)) * season["error"].to_numpy()
    )
    assert np.sqrt(found.season_variance) == pytest.approx((drawn / drawn.sum(1, keepdims=True)).std(0), rel=0.05)
    widths = [(each.interval[1] - each.interval[0]) / 2 for each in (found, sure)]
    assert (widths[0] > widths[1]).all()


def test_how_many_equal_people_they_are_worth():
    one = {f"u{n}": {"toys": 1} for n in range(10)}
    found = mix(frame({**one, "robot": {"games": 90}}), frame(one))
    assert found.effective_users == pytest.approx(100**2 / (90**2 + 10))
    # Of 11 people's worth of an interest, what lies in the smaller window.
    assert found.effective_fans.tolist() == pytest.approx([1 * 10 / 110, 10 * 10 / 110])


def test_rows_of_nobody_known_and_zero_counts():
    nobody = pl.DataFrame({"user": [None, "ann"], "interest": ["toys", "games"], "n": [3, 0]})
    found = mix(nobody, frame({"ann": {"toys": 2}}))
    assert (found.users, found.interests.to_list(), found.people) == (2, ["toys"], (1, 1))


def test_what_is_no_count_is_refused():
    with pytest.raises(InputError, match=r"The frame `after` has no column n. It needs user, interest and n."):
        mix(frame(BEFORE), frame(AFTER).drop("n"))
    with pytest.raises(InputError, match=r"The frame `before` counts fewer than 0 events of somebody."):
        mix(frame({"ann": {"toys": -1}}), frame(AFTER))
