import numpy as np
import polars as pl
import pytest

from analytics.drift.effect import divergence
from analytics.drift.interests import INTEREST_SCHEMA, drift, missing
from analytics.drift.mix import mix
from analytics.drift.parts import PARTS

SCHEMA = {"user": pl.Int64, "interest": pl.Utf8, "n": pl.Int64}
NAMES = ("books", "games", "music", "toys")


def frame(table, first=0):
    """People x books, games, music, toys."""
    rows = [(first + u, name, int(n)) for u, mine in enumerate(table) for name, n in zip(NAMES, mine, strict=True)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def shop(seed=0, users=150, turn=0.0, events=15):
    """People with tastes; in the second window `turn` of their looks at books go to toys."""
    rng = np.random.default_rng(seed)
    tastes = rng.dirichlet([2, 1, 1, 1], users)
    turned = tastes.copy()
    turned[:, 3] += turn * tastes[:, 0]
    turned[:, 0] *= 1 - turn
    return [frame(np.stack([rng.multinomial(events, taste) for taste in side])) for side in (tastes, turned)]


def verdicts(found):
    return dict(found.interests.select("interest", "verdict").rows())


def test_columns_are_the_contract():
    found = drift(*shop())
    assert dict(found.interests.schema) == INTEREST_SCHEMA
    assert (found.users, found.events, found.seasonal) == ((150, 150), (2250, 2250), False)


def test_a_shop_that_stands_still_has_no_clear_change():
    found = drift(*shop())
    assert found.verdict == "no clear change"
    assert found.p > 0.05
    assert set(verdicts(found).values()) == {"no clear change"}
    assert found.interval[0] == 0


def test_what_turned_is_up_and_down_and_comes_first():
    found = drift(*shop(turn=0.4))
    assert found.verdict == "changed"
    assert found.p < 0.001
    assert found.interval[0] < found.effect < found.interval[1]
    assert verdicts(found) == {
        "toys": "up", "books": "down", "games": "no clear change", "music": "no clear change",
    }  # fmt: skip
    assert set(found.interests["interest"].head(2)) == {"toys", "books"}
    rows = found.interests.rows(named=True)
    assert all(row["low"] < row["change"] < row["high"] for row in rows)
    assert all(sum(row[part] for part in PARTS) == pytest.approx(row["change"]) for row in rows)
    assert found.interests.filter(interest="toys")["behaviour"].item() > 0.1


def test_an_interest_is_never_surer_than_the_mix():
    for seed in range(20):
        found = drift(*shop(seed, turn=0.08), draws=199, more=0)
        q = found.interests["q"].drop_nulls()
        assert (q >= found.p).all()
        clear = found.interests["verdict"].is_in(["up", "down"])
        assert clear.to_list() == (found.interests["q"].fill_null(1) <= 0.05).to_list()


def test_effect_is_the_divergence_less_what_chance_brings():
    before, after = shop(turn=0.4)
    raw = divergence(mix(before, after))
    # Were events independent, chance would bring (c - 1) / (2 N) with c = 4 interests and N = 4500 events.
    assert raw - drift(before, after).effect == pytest.approx(3 / (2 * 4500), rel=0.5)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([[9, 9, 9, 9]] * 19, [[9, 9, 9, 9]] * 30, "one window has 19 people, and a comparison needs 20 in each"),
        ([[9, 9, 9, 9]] * 30, [[1, 1, 1, 0]] * 25, "one window has 75 events, and a comparison needs 100 in each"),
        (
            [[900, 0, 9, 9]] + [[1, 1, 1, 1]] * 40,
            [[1, 1, 1, 1]] * 41,
            "a few people make nearly all events of one window",
        ),
        ([[1, 1, 1, 1]] * 41, [[1, 1, 1, 1]] * 41, None),
    ],
)
def test_what_is_missing_is_said(before, after, reason):
    assert missing(mix(frame(before), frame(after))) == reason
    found = drift(frame(before), frame(after), draws=99, more=0)
    assert found.reason == reason
    if reason:
        assert (found.verdict, found.p, found.interval) == ("not enough data", None, None)
        assert set(verdicts(found).values()) == {"not enough data"}
        assert found.interests["p"].null_count() == found.interests["low"].null_count() == 4


def test_an_interest_of_few_people_is_not_judged():
    before, after = shop()
    rare = pl.DataFrame({"user": [1, 2, 3], "interest": ["stamps"] * 3, "n": [1, 50, 1]})
    found = drift(pl.concat([before, rare.cast(SCHEMA)]), after)
    row = found.interests.filter(interest="stamps").row(0, named=True)
    assert (row["verdict"], row["p"], row["q"], row["low"]) == ("not enough data", None, None, None)
    assert row["change"] < 0
    assert verdicts(found)["toys"] == "no clear change"


def test_interests_without_people_of_their_own_are_no_mix_to_judge():
    alone = [{"user": u, "interest": f"i{u}", "n": 9} for u in range(30)]
    found = drift(pl.DataFrame(alone), pl.DataFrame(alone))
    assert found.reason == "no interest has enough people of its own"
    assert found.verdict == "not enough data"


def test_a_season_is_taken_out_of_verdicts_but_not_of_changes():
    before, after = shop(turn=0.4)
    shares = {name: after.filter(interest=name)["n"].sum() / before.filter(interest=name)["n"].sum() for name in NAMES}
    season = pl.DataFrame({"interest": list(shares), "ratio": list(shares.values())})
    found = drift(before, after, season=season)
    assert (found.verdict, found.seasonal) == ("no clear change", True)
    toys = found.interests.filter(interest="toys").row(0, named=True)
    assert toys["change"] == pytest.approx(drift(before, after).interests.filter(interest="toys")["change"].item())
    assert toys["season"] == pytest.approx(toys["change"])
    assert toys["beyond"] == pytest.approx(0, abs=1e-12)
    assert toys["low"] > 0 > toys["beyond_low"]


def test_other_people_of_the_same_tastes_are_no_change():
    before, _ = shop(1)
    after, _ = shop(2)
    found = drift(before, after.with_columns(pl.col("user") + 1000))
    assert found.verdict == "no clear change"
    assert found.interests["behaviour"].to_numpy() == pytest.approx(np.zeros(4))
