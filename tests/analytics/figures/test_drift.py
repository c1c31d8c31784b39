import polars as pl
import pytest

from analytics.figures import alt_drift, alt_parts, change_parts, drift_slopes, flow_bars, flows


@pytest.fixture
def interests():
    """Books up by 6 points, toys down by 4, games as they were."""
    return pl.DataFrame({
        "interest": ["b", "t", "g"], "name": ["Books", "Toys", "Games"], "share_before": [0.20, 0.30, 0.5],
        "share_after": [0.26, 0.26, 0.48], "change": [0.06, -0.04, -0.02], "verdict": ["up", "down", "no clear change"],
        "mix": [0.01, 0.0, -0.02], "behaviour": [0.05, -0.05, 0.0], "catalogue": [0.0, 0.01, 0.0],
        "season": [0.0, 0.0, 0.0],
    })  # fmt: skip


def test_only_what_clearly_moved_has_a_colour_and_a_name(interests):
    figure = drift_slopes(interests, before="May", after="June", palette={"b": "#111111", "t": "#222222"})
    drawn = {trace.name: (trace.line.color, list(trace.y)) for trace in figure.data}
    assert drawn["Books"] == ("#111111", [0.20, 0.26]) and drawn["Toys"][0] == "#222222"
    assert drawn["Games"][0] == "#8A949E"
    assert sorted(note.text for note in figure.layout.annotations) == ["Books", "Toys"]


def test_only_the_largest_changes_are_named(interests):
    figure = drift_slopes(interests, before="May", after="June", k=1)
    assert [note.text for note in figure.layout.annotations] == ["Books"]
    assert [trace.name for trace in figure.data] == ["Games", "Toys", "Books"]


def test_names_do_not_lie_on_each_other(interests):
    figure = drift_slopes(interests, before="May", after="June")
    low, high = sorted(note.y for note in figure.layout.annotations)
    assert high - low > 0.01


def test_the_parts_of_a_change_are_stacked(interests):
    figure = change_parts(interests)
    assert [list(trace.y) for trace in figure.data] == [["Toys", "Books"]] * 5
    same = next(trace for trace in figure.data if trace.name == "same people")
    assert list(same.x) == pytest.approx([-0.05, 0.05]) and figure.layout.barmode == "relative"


def test_where_nothing_moved_the_largest_changes_are_shown(interests):
    quiet = interests.with_columns(verdict=pl.lit("no clear change"))
    assert list(change_parts(quiet, k=1).data[0].y) == ["Books"]
    assert alt_drift(quiet) == "Shares of 3 interests before and after; none clearly changed."


def test_the_words_hold_what_the_pictures_show(interests):
    assert "Books from 20.0% to 26.0%" in alt_drift(interests) and "Games" not in alt_drift(interests)
    assert "Books +6.00%: other people +1.00%, same people +5.00%" in alt_parts(interests)


def test_flows_count_people_by_pair():
    people = pl.DataFrame({
        "from_name": ["a", "a", "b", None], "to_name": ["b", "b", "a", None],
    })  # fmt: skip
    assert flows(people).rows() == [("a", "b", 2), ("b", "a", 1)]
    bars = flow_bars(people).data[0]
    assert list(bars.y) == ["b → a", "a → b"] and list(bars.x) == [1, 2]
