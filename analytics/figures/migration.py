"""Steps between groups of interest as dots: what it looks like, what chance alone makes, and what is left."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from analytics.figures.colours import GREY, GRID, HUES, Look, figure, layout
from analytics.migration.flows import MOVED

LEFT, RIGHT = (0.0, 0.56), (0.62, 1.0)
"""The shares take more room than the differences: three dots lie on a line."""
MARKS = {
    "apparent": ("seem to have moved, by all visits", "diamond-open", HUES[4]),
    "floor": ("differ by chance: halves of one period", "line-ns-open", GREY),
    "across": ("halves of both periods differ", "circle", HUES[0]),
}


def migration_steps(summary: pl.DataFrame, names: Sequence[str], *, title: str = "") -> go.Figure:
    """The steps of `migration.flows.migrations` that can be judged, newest on top, `names` one a row of the frame.

    On the left the shares of people, the noise floor among them; on the right the excess with its 95 % interval,
    in colour where people clearly moved.
    """
    shown = summary.with_columns(step=pl.Series(list(names), dtype=pl.Utf8)).filter(pl.col("excess").is_not_null())
    steps = shown["step"].to_list()
    traces: list[Look] = [_span(shown)]
    for column, (said, symbol, colour) in MARKS.items():
        marker: Look = {"symbol": symbol, "size": 13 if column == "floor" else 9, "color": colour}
        if column == "floor":
            marker["line"] = {"width": 3, "color": GREY}
        traces.append({
            "type": "scatter", "mode": "markers", "x": shown[column].to_numpy().astype("float32"), "y": steps,
            "name": said, "marker": marker, "hovertemplate": f"{said}: %{{x:.1%}}<extra></extra>",
        })  # fmt: skip
    excess = shown["excess"]
    clear = [verdict == MOVED for verdict in shown["verdict"]]
    traces.append({
        "type": "scatter", "mode": "markers", "x": excess.to_numpy().astype("float32"), "y": steps, "xaxis": "x2",
        "name": "beyond chance", "showlegend": False,
        "marker": {"size": 9, "color": [HUES[1] if each else GREY for each in clear]},
        "error_x": {
            "type": "data", "symmetric": False, "thickness": 1.5, "color": GREY,
            "array": (shown["high"] - excess).to_numpy().astype("float32"),
            "arrayminus": (excess - shown["low"]).to_numpy().astype("float32"),
        },
        "customdata": shown.select("low", "high", "users").rows(),
        "hovertemplate": "%{x:+.1%} beyond chance (%{customdata[0]:+.1%} to %{customdata[1]:+.1%}), "
        "%{customdata[2]:,} people<extra></extra>",
    })  # fmt: skip
    axis: Look = {"showgrid": True, "gridcolor": GRID, "automargin": True}
    look = layout(
        title, 150 + 28 * max(len(steps), 2), x={**axis, "domain": LEFT, "tickformat": ".0%", "title": "of people"},
        y={"showgrid": False, "type": "category"},
    )  # fmt: skip
    look["xaxis2"] = {
        **axis, "domain": RIGHT, "anchor": "y", "tickformat": "+.1%", "title": "beyond chance, 95 % interval",
        "zeroline": True, "zerolinecolor": GREY, "rangemode": "tozero",
    }  # fmt: skip
    return figure(traces, {**look, "hovermode": "closest"})


def _span(shown: pl.DataFrame) -> Look:
    """A bar from the floor to what halves of both periods show: the length is the excess."""
    x: list[float | None] = []
    y: list[str | None] = []
    for name, floor, across in shown.select("step", "floor", "across").iter_rows():
        x, y = [*x, floor, across, None], [*y, name, name, None]
    line = {"color": HUES[0], "width": 3}
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "showlegend": False,
        "opacity": 0.5,
    }  # fmt: skip


def alt_migration(summary: pl.DataFrame, names: Sequence[str]) -> str:
    """What the dots show, for those who cannot see them."""
    said = [
        f"{name}: {row['apparent']:.1%} seem to have moved, chance alone makes {row['floor']:.1%}, beyond it "
        f"{row['excess']:+.1%} ({row['low']:+.1%} to {row['high']:+.1%}), {row['verdict']}"
        for name, row in zip(names, summary.iter_rows(named=True), strict=True)
        if row["excess"] is not None
    ]
    return f"Moves between groups of interest by step. {'; '.join(said) or 'No step can be judged'}."
