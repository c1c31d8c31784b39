from datetime import date

import numpy as np
import polars as pl

from analytics.cohorts import cohort_mix, others_mix, retention
from analytics.figures import (
    alt_cohorts,
    alt_lifecycle_bars,
    alt_mix_ribbons,
    cohort_curves,
    cohort_heatmap,
    lifecycle_bars,
    mix_ribbons,
)  # fmt: skip
from data.scope import Scope


def grid(cohorts=4):
    """A cohort a month; the last age of each is incomplete; the first came from before."""
    starts = pl.date_range(date(2024, 1, 1), date(2030, 1, 1), "1mo", eager=True)[:cohorts].to_list()
    return pl.DataFrame(
        [
            {
                "cohort": start,
                "size": 10 + row,
                "from_before": row == 0,
                "age": age,
                "users": 10 - age,
                "retention": 1 / (age + 1),
                "revenue_per_user": 3.0,
                "revenue_so_far": 3.0 * (age + 1),
                "complete": age < cohorts - row - 1,
            }
            for row, start in enumerate(starts)
            for age in range(cohorts - row)
        ]
    )


def test_complete_cells_are_coloured_incomplete_grey_and_unreached_empty():
    whole, cut = cohort_heatmap(grid()).data[:2]
    assert np.isfinite(whole.z).tolist() == [
        [True, True, True, False], [True, True, False, False], [True, False, False, False], [False] * 4,
    ]  # fmt: skip
    assert np.isfinite(cut.z).sum() == 4
    assert whole.z[0][1] == np.float32(0.5)
    assert (cut.colorscale[0][1], cut.showscale) == (cut.colorscale[1][1], False)
    assert whole.zmax == 0.5  # age 0 plays no part in the scale


def test_rows_name_cohort_size_and_who_came_from_before():
    layout = cohort_heatmap(grid()).layout
    assert layout.yaxis.ticktext == ("Jan 2024*  10", "Feb 2024  11", "Mar 2024  12", "Apr 2024  13")
    assert layout.xaxis.title.text == "months since the first purchase; * customers from before the log began"


def test_every_cell_can_be_clicked_and_read():
    cells = cohort_heatmap(grid()).data[2]
    assert cells.customdata[1] == ["2024-01-01", 1]
    assert cells.hovertext[1] == "9 of 10 people, 50% still active"
    assert cells.hovertext[3].endswith(", incomplete")
    assert len(cells.customdata) == 10


def test_a_large_grid_stays_small_and_shows_the_latest():
    figure = cohort_heatmap(grid(106), grain="week")
    assert np.asarray(figure.data[0].z).shape == (26, 26)
    assert len(figure.to_json()) < 60_000


def test_curves_pool_complete_cells_of_those_who_came_since_the_log_began():
    figure = cohort_curves(grid())
    pooled = figure.data[-1]
    assert pooled.name == "all cohorts"
    assert list(pooled.x) == [1]
    assert list(pooled.y) == [np.float32(0.5)]
    assert [trace.name for trace in figure.data[:-1]] == ["Feb 2024"]


def test_revenue_so_far_starts_at_the_first_period():
    assert list(cohort_curves(grid(), value="revenue_so_far").data[-1].x) == [0, 1]


def test_a_log_that_only_saw_customers_from_before_still_has_curves():
    assert len(cohort_curves(grid().with_columns(from_before=True)).data) > 1


def test_nothing_to_draw_is_an_empty_picture():
    nothing = grid().clear()
    assert cohort_heatmap(nothing).layout.height > 0
    assert cohort_curves(nothing).layout.height > 0
    assert alt_cohorts(nothing) == "An empty grid of cohorts."


def test_the_text_says_how_many_came_back():
    assert alt_cohorts(grid()) == "4 month cohorts by age: 50% after 1 month still active; incomplete cells are marked."


def test_real_frames_fit(shop):
    start = retention(shop, Scope())["cohort"][0]
    own = cohort_mix(shop, Scope(), cohort="month", by="category", start=start)
    others = others_mix(shop, Scope(), cohort="month", by="category", start=start)
    figure = mix_ribbons(own, others, title="Where they turned")
    assert [trace.xaxis for trace in figure.data] == ["x", "x", "x2", "x2"]
    assert [trace.name for trace in figure.data[:2]] == ["toys", "books"]
    assert figure.layout.annotations[0].text == "this cohort"
    assert "incomplete" in [note.text for note in figure.layout.annotations]
    assert alt_mix_ribbons(own).startswith("Shares of interests by age: at age ")
    assert len(mix_ribbons(own).data) == 2
    assert alt_mix_ribbons(own.clear()) == "An empty chart of an interest mix."


def states(complete):
    count = len(complete)
    starts = pl.date_range(date(2024, 1, 1), date(2024, count, 1), "1mo", eager=True)
    return pl.DataFrame({
        "start": starts, "complete": complete, "id": "a", "name": "A", "new": 5, "returning": 7, "resurrected": 1,
        "lapsing": 3, "dormant": 40,
    })  # fmt: skip


def test_active_people_stand_above_quiet_ones_and_the_cut_period_is_hatched():
    figure = lifecycle_bars(states([True, True, False]))
    assert {trace.name: float(trace.y[0]) for trace in figure.data} == {
        "new": 5, "returning": 7, "resurrected": 1, "lapsing": -3, "dormant": -40,
    }  # fmt: skip
    assert figure.data[0].marker.pattern.shape == ("", "", "/")
    assert all(not text.startswith("-") for text in figure.layout.yaxis.ticktext)
    assert alt_lifecycle_bars(states([True, False])) == (
        "People by state in each period; at the end of the last complete one, which began on 2024-01-01: 5 new, "
        "7 returning, 1 resurrected, 3 lapsing, 40 dormant."
    )
    assert alt_lifecycle_bars(states([False])) == "An empty chart of people by state."
    assert lifecycle_bars(states([True]).clear()).layout.height == 380
