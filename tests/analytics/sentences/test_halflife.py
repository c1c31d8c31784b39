import polars as pl
import pytest

from analytics.sentences.halflife import by_interest, lasts, stays

INF = float("inf")


def curve(best, *close):
    halves = [28.0, 90.0, 180.0, 365.0, INF]
    return pl.DataFrame({
        "half_life": halves, "best": [each == best for each in halves],
        "close": [each in (best, *close) for each in halves],
        "users": [2614] * 5, "cuts": [4] * 5,
    })  # fmt: skip


def test_the_best_half_life_is_said_in_plain_words_with_its_neighbours():
    assert lasts(curve(180.0, 90.0, INF)) == (
        "What people looked at half a year ago says half as much about what comes next as what they look at today. "
        "Anything from three months to never forgetting foretells about as well. Told by what 2,614 people did in the "
        "next four weeks, at 4 dates."
    )
    assert "today. Every other half-life that was tried foretells clearly worse. Told" in lasts(curve(28.0))


def test_where_nothing_is_forgotten_long_ago_says_as_much():
    assert lasts(curve(INF, 365.0)).startswith("What people looked at long ago says as much about what comes next as")


@pytest.mark.parametrize(("half", "said"), [
    (212.8, "53 % (45 to 60) does not fade within this log; the rest halves in 213 days (120 to 400)."),
    (None, "does not fade within this log, in 900 people."),
])  # fmt: skip
def test_what_stays_is_told_apart_from_what_fades(half, said):
    fit = pl.DataFrame({
        "stable": [0.53], "stable_low": [0.45], "stable_high": [0.6], "half_life": [half], "half_life_low": [120.0],
        "half_life_high": [400.0], "users": [900],
    }, schema_overrides={"half_life": pl.Float64})  # fmt: skip
    assert stays(fit).endswith(said)


def test_interests_that_last_shorter_or_longer_are_named():
    lines = pl.DataFrame(
        [("a", 28.0, 14.0, 56.0, "own"), ("b", INF, 365.0, INF, "own"), ("c", 90.0, 28.0, 365.0, "own"),
         ("d", 180.0, None, None, "shop")],
        ["name", "half_life", "own_low", "own_high", "source"], orient="row",
    )  # fmt: skip
    assert by_interest(lines, 180.0) == "It seems to be shorter for 'a' and longer for 'b'."
    assert by_interest(lines.filter(pl.col("name") == "c"), 180.0) == ""
