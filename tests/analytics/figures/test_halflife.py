import polars as pl
import pytest

from analytics.figures.colours import GREY
from analytics.figures.halflife import (
    BEST,
    CLOSE,
    alt_half_life,
    alt_persistence,
    half_life_curve,
    persistence_curve,
)

INF = float("inf")


@pytest.fixture
def curve():
    """Half a year is best, forgetting nothing about as good, four weeks clearly worse."""
    return pl.DataFrame({
        "half_life": [28.0, 180.0, INF], "difference": [0.1, 0.0, 0.004], "low": [0.08, 0.0, -0.001],
        "high": [0.13, 0.0, 0.009], "best": [False, True, False], "close": [False, True, True],
    })  # fmt: skip


@pytest.fixture
def kept():
    curve = pl.DataFrame({
        "lag": [1, 2], "days": [28.0, 56.0], "value": [0.9, 0.7], "low": [0.8, 0.6], "high": [1.1, 0.85],
        "fitted": [0.88, 0.72], "users": [300, 280],
    })  # fmt: skip
    return curve, pl.DataFrame({"stable": [0.53]})


def test_each_half_life_stands_with_its_interval_and_how_near_it_is(curve):
    dots = half_life_curve(curve).data[0]
    assert dots.x == ("28 days", "180 days", "never")
    assert dots.marker.color == (GREY, BEST, CLOSE)
    assert list(dots.y) == pytest.approx([0.1, 0.0, 0.004])
    assert list(dots.error_y.array) == pytest.approx([0.03, 0.0, 0.005], abs=1e-6)
    assert list(dots.error_y.arrayminus) == pytest.approx([0.02, 0.0, 0.005], abs=1e-6)


def test_what_is_left_is_drawn_with_its_fit_and_what_stays(kept):
    drawn = {trace.name: trace for trace in persistence_curve(*kept).data}
    assert list(drawn["seen"].y) == pytest.approx([0.9, 0.7])
    assert list(drawn["seen"].error_y.arrayminus) == pytest.approx([0.1, 0.1])
    assert list(drawn["fitted"].y) == pytest.approx([0.88, 0.72])
    assert drawn["does not fade"].y == (0.53, 0.53)


def test_the_words_hold_what_the_pictures_show(curve, kept):
    assert alt_half_life(curve) == (
        "How well each half-life foretells the next days: 28 days 0.100 worse, 180 days is best, never 0.004 worse."
    )
    assert alt_persistence(*kept) == (
        "What of the interests that set a person apart is left: 90% after 28 days, 70% after 56 days; 53% does not "
        "fade in this log."
    )
