"""Cohorts as a grid and as curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analytics.figures.colours import GREY, HUES, Look, figure, layout
from analytics.periods import label

SHOWN = 26
"""Cohorts and ages a grid shows at most: more cannot be read, or sent in 60 KB."""
FORMAT = {"retention": ".0%", "revenue_per_user": ",.0f", "revenue_so_far": ",.0f"}
SAID = {
    "retention": "still active",
    "revenue_per_user": "revenue per person",
    "revenue_so_far": "revenue per person so far",
}  # fmt: skip
DULL = "#C4CAD0"
SCALE = [[0.0, "#E8F1F8"], [0.5, "#6BAED6"], [1.0, "#08457E"]]


def cohort_heatmap(
    frame: pl.DataFrame, *, grain: str = "month", value: str = "retention", title: str = ""
) -> go.Figure:
    """The grid of `retention`, cohorts by age; incomplete cells are grey and hatched, unreached ones empty.

    Age 0 takes no part in the scale: everybody is there. The latest 26 cohorts and ages are shown. Each cell carries
    an invisible marker with customdata (cohort, age), because a heatmap itself does not answer to clicks.
    """
    newest = frame["cohort"].unique().sort()[-SHOWN:].to_list()
    shown = frame.filter(pl.col("cohort").is_in(newest) & (pl.col("age") < SHOWN)).sort("cohort", "age")
    rows = [_row(shown.filter(cohort=cohort), grain) for cohort in newest]
    place = {cohort: number for number, cohort in enumerate(newest)}
    shape = (len(newest), max(shown["age"].to_list(), default=-1) + 1)
    whole, cut = np.full(shape, np.nan, dtype="float32"), np.full(shape, np.nan, dtype="float32")
    for cohort, age, cell, complete in shown.select("cohort", "age", value, "complete").iter_rows():
        (whole if complete else cut)[place[cohort], age] = cell
    later = shown.filter((pl.col("age") > 0) & pl.col("complete"))[value]
    y = [place[cohort] for cohort in shown["cohort"]]
    text = {
        "texttemplate": f"%{{z:{FORMAT[value]}}}",
        "textfont": {"size": 10},
        "hoverinfo": "skip",
        "xgap": 1,
        "ygap": 1,
    }
    grid = {
        "type": "heatmap", "z": whole, "colorscale": SCALE, "zmin": 0, "zmax": later.max() if later.len() else None,
        **text,
        "hoverongaps": False, "colorbar": {"thickness": 10, "tickformat": FORMAT[value], "outlinewidth": 0},
    }  # fmt: skip
    grey = {"type": "heatmap", "z": cut, "colorscale": [[0, DULL], [1, DULL]], "showscale": False, **text}
    cells = {
        "type": "scatter", "x": shown["age"].cast(pl.Int16).to_numpy(), "y": np.array(y, dtype="int16"),
        "mode": "markers", "showlegend": False, "marker": {"symbol": "square", "size": 20, "color": "rgba(0,0,0,0)"},
        "customdata": [[str(cohort), age] for cohort, age in shown.select("cohort", "age").rows()],
        "hovertext": _hover(shown, value), "hoverinfo": "text",
    }  # fmt: skip
    partly = shown.filter(~pl.col("complete"))
    hatch = {
        "type": "scatter", "x": partly["age"].to_list(), "y": [place[cohort] for cohort in partly["cohort"]],
        "mode": "markers", "name": "incomplete", "hoverinfo": "skip",
        "marker": {"symbol": "line-ne-open", "size": 18, "color": GREY, "line": {"width": 1}},
    }  # fmt: skip
    before = "; * customers from before the log began" if shown["from_before"].any() else ""
    ages = {
        "title": f"{grain}s since the first purchase{before}",
        "dtick": 1,
        "zeroline": False,
        "range": [-0.5, shape[1] - 0.5],
    }
    names = {
        "range": [len(newest) - 0.5, -0.5], "showgrid": False, "tickvals": list(range(len(rows))), "ticktext": rows,
    }  # fmt: skip
    look = layout(title, 110 + 24 * max(len(newest), 1), legend=partly.height > 0, x=ages, y=names)
    return figure([grid, grey, cells, hatch], {**look, "hovermode": "closest"})


def _row(cells: pl.DataFrame, grain: str) -> str:
    """The name of a row: cohort and size, and whether its people came from before the log."""
    mark = "*" if cells["from_before"][0] else ""
    return f"{label(cells['cohort'][0], grain)}{mark}  {cells['size'][0]:,}"


def _hover(shown: pl.DataFrame, value: str) -> Sequence[str]:
    columns = shown.select("users", "size", value, "complete").rows()
    return [
        f"{users:,} of {size:,} people, {cell:{FORMAT[value]}} {SAID[value]}{'' if complete else ', incomplete'}"
        for users, size, cell, complete in columns
    ]


def cohort_curves(
    frame: pl.DataFrame, *, grain: str = "month", value: str = "retention", title: str = "", k: int = 7
) -> go.Figure:
    """`retention` as curves by age: all cohorts pooled in bold, the latest k thin; incomplete ages are left out.

    Customers from before are left out as long as there are others. Age 0, where everybody is, would press the rest
    flat, so the curves begin at 1 unless they add up.
    """
    usable = frame.filter("complete" if frame["from_before"].all() else pl.col("complete") & ~pl.col("from_before"))
    if value != "revenue_so_far":
        usable = usable.filter(pl.col("age") > 0)
    traces: list[Look] = []
    lines = usable.filter(pl.col("age") == 1)["cohort"].unique().sort()[-k:].to_list()
    for number, cohort in enumerate(lines):
        traces.append({
            "type": "scatter", **_points(usable.filter(pl.col("cohort") == cohort).sort("age"), value), "opacity": 0.75,
            "mode": "lines", "line": {"width": 1.2, "color": HUES[1 + number % (len(HUES) - 1)]},
            "name": label(cohort, grain), "hovertemplate": f"%{{y:{FORMAT[value]}}}",
        })  # fmt: skip
    pooled = (
        usable.group_by("age")
        .agg(pl.col("size").sum(), (pl.col(value) * pl.col("size")).sum(), cohorts=pl.len())
        .with_columns(pl.col(value) / pl.col("size"))
        .sort("age")
    )
    traces.append({
        "type": "scatter", **_points(pooled, value), "mode": "lines+markers", "name": "all cohorts",
        "line": {"width": 3.5, "color": HUES[0]}, "customdata": pooled["cohorts"].to_list(),
        "hovertemplate": f"%{{y:{FORMAT[value]}}} of %{{customdata}} cohorts",
    })  # fmt: skip
    x = {"title": f"{grain}s since the first purchase"}
    return figure(traces, layout(title, 380, x=x, y={"tickformat": FORMAT[value], "rangemode": "tozero"}))


def _points(cells: pl.DataFrame, value: str) -> dict[str, object]:
    return {"x": cells["age"].cast(pl.Int16).to_numpy(), "y": cells[value].cast(pl.Float32).to_numpy()}


def alt_cohorts(frame: pl.DataFrame, *, grain: str = "month", value: str = "retention") -> str:
    """What grid and curves show, for those who cannot see them."""
    complete = frame.filter("complete")
    if complete.is_empty():
        return "An empty grid of cohorts."
    parts = []
    for age in (1, 3, 6, 12):
        cells = complete.filter(age=age)
        if cells.height:
            mean = float((cells[value] * cells["size"]).sum()) / float(cells["size"].sum())
            parts.append(f"{mean:{FORMAT[value]}} after {age} {grain}{'s' if age > 1 else ''}")
    said = f": {', '.join(parts)} {SAID[value]}" if parts else ""
    return f"{frame['cohort'].n_unique()} {grain} cohorts by age{said}; incomplete cells are marked."
