"""Trends as lines: complete periods solid, incomplete ones dashed and said to be incomplete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import polars as pl

from analytics.figures.colours import GREY, Look, band, figure, layout, palette_for
from analytics.periods import shift
from analytics.trends import OTHERS

STEP = {"day": 86_400_000, "week": 7 * 86_400_000}
FORMAT = {"share": ".1%", "events": ",.0f", "users": ",.0f", "revenue": ",.0f", "index": ".0f"}
LARGE = 1.5
MARKED = 130
"""Points a line can have and still be drawn with markers, which is what makes a line answer to clicks."""
Notes = Iterable[tuple[date, str]]
Values = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


def trend_lines(
    frame: pl.DataFrame,
    *,
    metric: str,
    grain: str,
    index: bool = False,
    title: str = "",
    notes: Notes = (),
    palette: dict[str, str] | None = None,
    levels: pl.DataFrame | None = None,
) -> go.Figure:
    """Lines of a trend (at most about nine, see `trend`), with notes as vertical lines.

    `levels`, rows of `changes.points`, are diamonds on their line where its level clearly changed.

    A `before` column is drawn dotted in the same colour. With `index` the frame has gone through `index_100`; the
    legend then gives the size that 100 stands for. `palette` keeps a line's colour from chart to chart.
    """
    value = "index" if index else "value"
    colour = palette_for(frame["id"].unique(maintain_order=True).to_list(), palette)
    hover = f"%{{y:{FORMAT['index' if index else metric]}}}"
    traces: list[Look] = []
    for line in frame.partition_by("id", maintain_order=True):
        key, name = line["id"][0], line["name"][0]
        if index and line["base_events"][0] is not None:
            name = f"{name} (100 = {line['base_events'][0]:,} events)"
        shared = {"type": "scatter", "name": name, "legendgroup": key, "line": {"color": colour[key], "width": 2}}
        places, values = _places(line, grain), line[value].cast(pl.Float32).to_numpy()
        complete = line["complete"].to_numpy()
        mode = "lines+markers" if line.height <= MARKED else "lines"
        solid = {"y": np.where(complete, values, np.nan), "mode": mode, "marker": {"size": 4}, "hovertemplate": hover}
        traces.append({**shared, **places, **solid})
        if not complete.all():
            traces.append({**shared, **_dashes(line["start"].to_list(), values, complete, hover, colour[key])})
        if "before" in line.columns and not index:
            past = {
                "y": line["before"].cast(pl.Float32).to_numpy(),
                "mode": "lines",
                "opacity": 0.7,
                "showlegend": False,
            }
            look = {"line": {"color": colour[key], "width": 1, "dash": "dot"}, "name": f"{name}, before"}
            traces.append({**shared, **places, **past, **look, "hovertemplate": hover})
    if levels is not None:
        traces += _levels(frame, levels, value, colour)
    _hide_large_others(traces, frame, value)
    percent = _fine_enough(frame, value) if metric == "share" and not index else None
    look = layout(title, 420, y={"tickformat": percent, "rangemode": "tozero"})
    for start in frame.filter(~pl.col("complete"))["start"].unique().sort().to_list():
        half = (shift(start, grain, 1) - start) / 2
        band(look, str(start - half), str(start + half))
    _mark(look, notes, frame)
    return figure(traces, look)


def _fine_enough(frame: pl.DataFrame, value: str) -> str:
    """The percentage format in which the ticks of these shares differ from each other; 'others' is often hidden."""
    top = float(frame.filter(pl.col("id") != OTHERS)[value].max() or 0)  # type: ignore[arg-type]
    return ".0%" if top >= 0.04 else ".1%" if top >= 0.004 else ".2%"


def _hide_large_others(traces: list[Look], frame: pl.DataFrame, value: str) -> None:
    """'others' waits in the legend where it would press the named lines flat; a click there shows it."""
    tops = dict(frame.group_by(pl.col("id") == OTHERS).agg(pl.col(value).max()).rows())
    if True in tops and False in tops and (tops[True] or 0) > LARGE * (tops[False] or 0):
        for trace in traces:
            if trace["legendgroup"] == OTHERS:
                trace["visible"] = "legendonly"
                trace["name"] += " (click to show)"


def _places(line: pl.DataFrame, grain: str) -> Look:
    """Where a line's points lie: a start and a step where they are evenly spaced, else every date."""
    if grain in STEP and line.height:
        return {"x0": str(line["start"][0]), "dx": STEP[grain]}
    return {"x": line["start"].cast(pl.Utf8).to_list()}


def _dashes(starts: list[date], values: Values, complete: Flags, hover: str, colour: str) -> Look:
    """The incomplete periods, dashed to their neighbours; only they show a value under the pointer."""
    near = ~complete
    near = near | np.append(~complete[1:], False) | np.insert(~complete[:-1], 0, False)
    x: list[str | None] = []
    y: list[float | None] = []
    shown: list[bool] = []
    for place in np.flatnonzero(near):
        if x and not near[place - 1]:
            # A gap between two stretches of dashes, or plotly would join the first week with the last.
            x, y, shown = [*x, None], [*y, None], [*shown, False]
        x.append(str(starts[place]))
        y.append(float(values[place]) if np.isfinite(values[place]) else None)
        shown.append(not complete[place])
    return {
        "x": x, "y": y, "mode": "lines+markers", "connectgaps": False, "showlegend": False,
        "line": {"color": colour, "width": 2, "dash": "dash"},
        "marker": {"symbol": "circle-open", "size": [7 if each else 0 for each in shown]},
        "hoverinfo": ["all" if each else "skip" for each in shown], "hovertemplate": f"{hover} (incomplete)",
    }  # fmt: skip


def _mark(look: Look, notes: Notes, frame: pl.DataFrame) -> None:
    """Notes as vertical lines with their text, those inside the dates shown."""
    first, last = (frame["start"].min(), frame["start"].max()) if frame.height else (date.max, date.min)
    for day, text in sorted(notes):
        if not first <= day <= last:  # type: ignore[operator]
            continue
        line = {"color": GREY, "width": 1, "dash": "dot"}
        look["shapes"].append(
            {"type": "line", "x0": str(day), "x1": str(day), "y0": 0, "y1": 1, "yref": "paper", "line": line}
        )
        look["annotations"].append({
            "x": str(day), "y": 1, "yref": "paper", "text": text, "showarrow": False, "xanchor": "left",
            "yanchor": "bottom", "font": {"size": 11, "color": GREY},
        })  # fmt: skip


def _levels(frame: pl.DataFrame, levels: pl.DataFrame, value: str, colour: dict[str, str]) -> list[Look]:
    """A diamond wherever a shown line's level changed; they come and go with their line."""
    points = frame.filter("complete").select("id", pl.col("start").alias("at"), pl.col(value).alias("y"))
    placed = levels.join(points, on=["id", "at"], maintain_order="left").drop_nulls("y").sort("at")
    return [
        {
            "type": "scatter", "mode": "markers", "x": line["at"].cast(pl.Utf8).to_list(),
            "y": line["y"].cast(pl.Float32).to_numpy(), "name": f"{line['name'][0]}, new level", "legendgroup": key,
            "showlegend": False, "hovertext": [new_level(row) for row in line.iter_rows(named=True)],
            "hovertemplate": "%{hovertext}",
            "marker": {"symbol": "diamond", "size": 11, "color": colour[key], "line": {"color": "white", "width": 1.5}},
        }
        for (key,), line in placed.partition_by("id", as_dict=True, maintain_order=True).items()
    ]  # fmt: skip


def new_level(row: Mapping[str, Any]) -> str:
    """One change of level, as its diamond says it.

    >>> new_level({"at": date(2011, 5, 2), "change": 0.24}), new_level({"at": date(2011, 5, 2), "change": None})
    ('new level since 2 May 2011, +24 %', 'since 2 May 2011')
    """
    since = f"since {row['at'].day} {row['at']:%b %Y}"
    return since if row["change"] is None else f"new level {since}, {row['change'] * 100:+.0f} %"


def alt_trend_lines(frame: pl.DataFrame, *, metric: str, grain: str, levels: pl.DataFrame | None = None) -> str:
    """What the picture shows, for those who cannot see it."""
    if frame.is_empty():
        return "An empty chart."
    count, starts = frame["id"].n_unique(), frame["start"].unique().sort().to_list()
    incomplete = frame.filter(~pl.col("complete"))["start"].n_unique()
    tail = f" {incomplete} incomplete {grain}{'s are' if incomplete > 1 else ' is'} dashed." if incomplete else ""
    latest = frame.filter(pl.col("complete") & (pl.col("start") == pl.col("start").filter(pl.col("complete")).max()))
    values = ", ".join(
        f"{name} {value:{FORMAT[metric]}}" for name, value in latest.select("name", "value").drop_nulls().rows()
    )
    reach = f"{count} lines of {metric} by {grain} from {starts[0]} to {starts[-1]}"
    marked = (
        ""
        if levels is None
        else "".join(f" {row['name']}: {new_level(row)}." for row in levels.sort("at").iter_rows(named=True))
    )
    return f"{reach}; in the last complete {grain}: {values}.{tail}{marked}"
