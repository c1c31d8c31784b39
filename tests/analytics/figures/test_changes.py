import polars as pl
import pytest

from analytics.figures import alt_change_dots, change_dots
from analytics.figures.changes import DOWN, UP
from analytics.figures.colours import GREY


@pytest.fixture
def frame():
    return pl.DataFrame({
        "name": ["new", "up", "much", "maybe", "down"], "change": [None, 9.0, 0.5, 0.1, -0.4],
        "low": [None, 4.0, 0.2, -0.1, -0.5], "high": [None, 14.0, 0.8, 0.3, -0.2], "base": [80, 60, 700, 90, 100],
        "clear": [True, True, True, False, True],
    })  # fmt: skip


def test_clear_changes_are_coloured_by_direction_and_the_rest_is_grey(frame):
    dots = change_dots(frame).data[0]
    assert list(dots.y) == ["down", "maybe", "much", "up"]
    assert list(dots.marker.color) == [DOWN, GREY, UP, UP]


def test_a_huge_change_is_cut_but_told(frame):
    dots = change_dots(frame).data[0]
    assert max(dots.x) == 3
    assert list(dots.customdata[-1]) == [9.0, 60]


def test_only_the_largest_are_shown(frame):
    assert list(change_dots(frame, k=1).data[0].y) == ["down", "up"]


def test_nothing_to_draw_is_an_empty_chart(frame):
    assert len(change_dots(frame.clear()).data[0].x) == 0


def test_the_text_names_what_is_clear(frame):
    assert (
        alt_change_dots(frame)
        == "Changes of 5 lines with their intervals; clear are new (new), up +900%, much +50%, down -40%."
    )
    assert alt_change_dots(frame.filter(~pl.col("clear"))) == "Changes of 1 lines with their intervals; none is clear."
