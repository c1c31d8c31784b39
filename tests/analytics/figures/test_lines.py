from datetime import date

import numpy as np
import polars as pl
import pytest

from analytics.figures import alt_trend_lines, trend_lines
from analytics.figures.colours import GREY, HUES
from analytics.trends import index_100


def frame(count=6, lines=("a", "b"), grain="week", cut=(0, -1), **more):
    """Lines that rise by one a period; the first and the last period are incomplete."""
    step = {"day": "1d", "week": "1w", "month": "1mo"}[grain]
    starts = pl.date_range(date(2024, 1, 1), date(2034, 1, 1), step, eager=True)[:count].to_list()
    flags = [True] * count
    for place in cut:
        flags[place] = False
    parts = [
        {"id": line, "name": line.upper(), "start": starts, "complete": flags, "events": list(range(count)),
         "value": [float(number) for number in range(count)], **more}
        for line in lines
    ]  # fmt: skip
    return pl.concat([pl.DataFrame(part) for part in parts])


def solid(figure):
    return [trace for trace in figure.data if trace.line.dash is None]


def dashed(figure):
    return [trace for trace in figure.data if trace.line.dash == "dash"]


def test_evenly_spaced_lines_are_a_start_and_a_step_in_single_precision():
    for grain, step in (("day", 86_400_000), ("week", 604_800_000)):
        trace = solid(trend_lines(frame(grain=grain), metric="events", grain=grain))[0]
        assert (trace.x0, trace.dx, trace.x) == ("2024-01-01", step, None)
        assert np.asarray(trace.y).dtype == np.float32


def test_months_are_unevenly_spaced_and_keep_their_dates():
    trace = solid(trend_lines(frame(grain="month"), metric="events", grain="month"))[0]
    assert trace.x[:2] == ("2024-01-01", "2024-02-01")


def test_incomplete_periods_are_dashed_and_named():
    figure = trend_lines(frame(), metric="events", grain="week")
    line, tail = solid(figure)[0], dashed(figure)[0]
    assert np.isnan(line.y[[0, -1]]).all()
    assert tail.y == (0.0, 1.0, None, 4.0, 5.0)
    assert tail.hoverinfo == ("all", "skip", "skip", "skip", "all")
    assert tail.hovertemplate.endswith("(incomplete)")
    assert [note.text for note in figure.layout.annotations] == ["incomplete", "incomplete"]
    assert [shape.type for shape in figure.layout.shapes] == ["rect", "rect"]


def test_complete_lines_have_no_dashes():
    assert not dashed(trend_lines(frame(cut=()), metric="events", grain="week"))


def test_a_line_that_is_all_incomplete_is_dashed_throughout():
    figure = trend_lines(frame(2, cut=(0, 1)), metric="events", grain="week")
    assert dashed(figure)[0].y == (0.0, 1.0)


def test_what_is_compared_with_is_dotted_in_the_same_colour():
    figure = trend_lines(frame(before=1.0), metric="events", grain="week")
    dotted = [trace for trace in figure.data if trace.line.dash == "dot"]
    assert [trace.line.color for trace in dotted] == list(HUES[:2])
    assert dotted[0].name == "A, before"


def test_the_index_names_the_size_that_100_stands_for():
    figure = trend_lines(index_100(frame()), metric="events", grain="week", index=True)
    assert solid(figure)[0].name == "A (100 = 4 events)"
    assert max(np.nan_to_num(solid(figure)[0].y)) == 100


def test_colours_handed_in_are_kept_and_others_are_grey():
    figure = trend_lines(
        frame(lines=("b", "others")), metric="events", grain="week", palette={"a": "#111111", "b": "#222222"}
    )
    assert [trace.line.color for trace in solid(figure)] == ["#222222", GREY]


def test_large_others_wait_in_the_legend():
    large = frame(lines=("a", "others")).with_columns(
        value=pl.when(pl.col("id") == "others").then(pl.col("value") * 10).otherwise("value")
    )
    figure = trend_lines(large, metric="events", grain="week")
    assert {trace.legendgroup: trace.visible for trace in solid(figure)} == {"a": None, "others": "legendonly"}
    assert all(
        trace.visible is None for trace in trend_lines(frame(lines=("a", "others")), metric="events", grain="week").data
    )


def test_notes_inside_the_dates_are_lines_with_their_text():
    notes = ((date(2024, 1, 10), "campaign"), (date(2030, 1, 1), "far away"))
    figure = trend_lines(frame(cut=()), metric="events", grain="week", notes=notes)
    assert [(note.text, note.x) for note in figure.layout.annotations] == [("campaign", "2024-01-10")]
    assert figure.layout.shapes[0].type == "line"


@pytest.fixture
def levels():
    """B has a new level in the third week and again in the fourth, A appears in the third; C is not shown."""
    rows = [
        ("a", "A", date(2024, 1, 15), None), ("b", "B", date(2024, 1, 22), -0.5), ("b", "B", date(2024, 1, 15), 0.24),
        ("c", "C", date(2024, 1, 15), 0.3),
    ]  # fmt: skip
    return pl.DataFrame(rows, ["id", "name", "at", "change"], orient="row")


def test_new_levels_are_diamonds_on_their_line(levels):
    figure = trend_lines(frame(), metric="share", grain="week", levels=levels)
    drawn = {trace.name: trace for trace in figure.data if trace.marker.symbol == "diamond"}
    assert list(drawn) == ["A, new level", "B, new level"]
    mark = drawn["B, new level"]
    assert (mark.x, list(mark.y)) == (("2024-01-15", "2024-01-22"), [2.0, 3.0])
    assert mark.hovertext == ("new level since 15 Jan 2024, +24 %", "new level since 22 Jan 2024, -50 %")
    assert drawn["A, new level"].hovertext == ("since 15 Jan 2024",)
    assert mark.legendgroup == "b" and mark.marker.color == solid(figure)[1].line.color


def test_an_index_has_its_marks_on_its_own_scale(levels):
    figure = trend_lines(index_100(frame()), metric="share", grain="week", index=True, levels=levels)
    assert [trace.y[0] for trace in figure.data if trace.name == "A, new level"] == [50.0]


def test_the_text_holds_the_marks(levels):
    said = alt_trend_lines(frame(), metric="events", grain="week", levels=levels.head(2))
    assert said.endswith("are dashed. A: since 15 Jan 2024. B: new level since 22 Jan 2024, -50 %.")


def test_the_look_suits_light_and_dark_pages():
    layout = trend_lines(frame(), metric="share", grain="week", title="A rises").layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert layout.font.color is None or layout.font.color == layout.template.layout.font.color
    assert (layout.dragmode, layout.hovermode, layout.height, layout.title.text) == (
        "select",
        "x unified",
        420,
        "A rises",
    )
    assert layout.colorway == HUES
    assert layout.yaxis.tickformat == ".0%"


def test_nine_lines_of_two_years_of_days_are_a_small_message():
    lines = frame(739, lines=tuple("abcdefghi"), grain="day")
    assert len(trend_lines(lines, metric="share", grain="day").to_json()) < 60_000


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_nothing_to_draw_is_an_empty_chart(grain):
    nothing = frame().clear()
    assert not trend_lines(nothing, metric="events", grain=grain, notes=((date(2024, 1, 1), "x"),)).data
    assert alt_trend_lines(nothing, metric="events", grain=grain) == "An empty chart."


def test_the_text_names_dates_last_values_and_what_is_dashed():
    assert alt_trend_lines(frame(), metric="events", grain="week") == (
        "2 lines of events by week from 2024-01-01 to 2024-02-05; in the last complete week: A 4, B 4. "
        "2 incomplete weeks are dashed."
    )
