"""Rises and falls as dots with their intervals."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from analytics.figures.colours import GREY, GRID, HUES, figure, layout

UP, DOWN = HUES[0], HUES[1]
FARTHEST = 3.0
"""Changes are cut here, +300 %, so that one newcomer does not press all others into a line."""


def change_dots(frame: pl.DataFrame, *, title: str = "", k: int = 8) -> go.Figure:
    """The k largest rises and falls of `risers` with their 95 % intervals; grey where there is no clear change."""
    known = frame.filter(pl.col("change").is_not_null() & pl.col("low").is_not_null())
    shown = pl.concat([known.head(k), known.tail(min(k, max(known.height - k, 0)))]).reverse()
    change = shown["change"].clip(-1, FARTHEST)
    colour = [
        GREY if not clear else UP if value > 0 else DOWN
        for clear, value in zip(shown["clear"].to_list(), shown["change"].to_list(), strict=True)
    ]
    reach = {
        "type": "data", "symmetric": False, "thickness": 1, "color": GREY,
        "array": (shown["high"].clip(-1, FARTHEST) - change).to_numpy().astype("float32"),
        "arrayminus": (change - shown["low"].clip(-1, FARTHEST)).to_numpy().astype("float32"),
    }  # fmt: skip
    dots = {
        "type": "scatter", "x": change.to_numpy().astype("float32"), "y": shown["name"].to_list(), "mode": "markers",
        "marker": {"color": colour, "size": 9}, "error_x": reach, "customdata": shown.select("change", "base").rows(),
        "hovertemplate": "%{customdata[0]:+.0%}, on %{customdata[1]:,} events<extra></extra>",
    }  # fmt: skip
    x = {"tickformat": "+.0%", "gridcolor": GRID, "showgrid": True, "zeroline": True, "zerolinecolor": GREY}
    look = layout(title, 80 + 24 * max(shown.height, 1), legend=False, x=x, y={"showgrid": False})
    return figure([dots], {**look, "hovermode": "closest"})


def alt_change_dots(frame: pl.DataFrame) -> str:
    """What the picture shows, for those who cannot see it."""
    clear = frame.filter("clear")
    if clear.is_empty():
        return f"Changes of {frame.height} lines with their intervals; none is clear."
    named = ", ".join(
        f"{name} {'(new)' if change is None else f'{change:+.0%}'}"
        for name, change in clear.select("name", "change").rows()
    )
    return f"Changes of {frame.height} lines with their intervals; clear are {named}."
