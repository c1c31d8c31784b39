"""What a training run came to as pictures: models beside each other, weights, calibration, parts, epochs."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analytics.evaluation import BLEND, NETWORK
from analytics.figures.colours import GREY, GRID, HUES, Look, figure, layout

ROLE = {BLEND: HUES[0], NETWORK: HUES[1]}
"""Blend and network keep their colours on every chart of the page; the simple methods are grey."""
SIMPLE = "rgba(138, 148, 158, 0.45)"
"""Lighter than their whiskers, on a light and on a dark page."""


def _colour(model: str) -> str:
    return ROLE.get(model, SIMPLE)


def _spread(frame: pl.DataFrame) -> Look:
    """The whiskers of an interval; none where a row has no interval."""
    value = frame["ndcg"]
    return {
        "type": "data", "symmetric": False, "thickness": 2, "color": GREY,
        "array": (frame["high"].fill_null(value) - value).to_numpy().astype("float32"),
        "arrayminus": (value - frame["low"].fill_null(value)).to_numpy().astype("float32"),
    }  # fmt: skip


def model_bars(frame: pl.DataFrame, *, title: str = "") -> go.Figure:
    """`evaluation.comparison` as bars with their intervals, the best on top."""
    shown = frame.reverse()
    bars: Look = {
        "type": "bar", "orientation": "h", "y": shown["name"].to_list(), "x": shown["ndcg"].to_numpy().astype("f4"),
        "marker": {"color": [_colour(model) for model in shown["model"]]}, "error_x": _spread(shown),
        "customdata": shown.select("low", "high", "recall").rows(),
        "hovertemplate": "%{y}: %{x:.4f} (%{customdata[0]:.4f} to %{customdata[1]:.4f})<extra></extra>",
    }  # fmt: skip
    look = layout(
        title, 130 + 30 * max(shown.height, 2), legend=False, y={"showgrid": False, "type": "category"},
        x={"title": "NDCG@10 on the later period", "rangemode": "tozero", "showgrid": True, "gridcolor": GRID},
    )  # fmt: skip
    return figure([bars], {**look, "hovermode": "closest"})


def alt_models(frame: pl.DataFrame) -> str:
    """What the bars show, for those who cannot see them."""
    if frame.is_empty():
        return "An empty chart of models."
    said = "; ".join(
        name + f" {ndcg:.4f}" + ("" if low is None else f" ({low:.4f} to {high:.4f})")
        for name, ndcg, low, high in frame.select("name", "ndcg", "low", "high").iter_rows()
    )
    return f"NDCG@10 of each model on the later period, the best first: {said}."


def weight_bars(frame: pl.DataFrame, *, title: str = "") -> go.Figure:
    """`evaluation.weights` as one bar a model."""
    shown = frame.reverse()
    bars: Look = {
        "type": "bar", "orientation": "h", "y": shown["name"].to_list(), "x": shown["weight"].to_numpy().astype("f4"),
        "marker": {"color": [_colour(model) for model in shown["model"]]},
        "text": [f"{weight * 100:.0f} %" for weight in shown["weight"]], "textposition": "outside", "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:.1%} of the blend<extra></extra>",
    }  # fmt: skip
    top = float(shown["weight"].max() or 0) if shown.height else 1.0  # type: ignore[arg-type]
    look = layout(
        title, 110 + 28 * max(shown.height, 2), legend=False, y={"showgrid": False, "type": "category"},
        x={"tickformat": ".0%", "range": [0, min(1.0, top) * 1.18 or 1.0], "title": "part of the blend"},
    )  # fmt: skip
    return figure([bars], {**look, "hovermode": "closest"})


def alt_weights(frame: pl.DataFrame) -> str:
    """What those bars show."""
    said = ", ".join(f"{name} {weight * 100:.0f} %" for name, weight in frame.select("name", "weight").iter_rows())
    return f"What each model counts for in the blend: {said}."


def calibration_dots(frame: pl.DataFrame, *, title: str = "") -> go.Figure:
    """`evaluation.calibration`: what was said of the first place against what happened; on the line both are equal."""
    top = float(max(frame["confidence"].max() or 0, frame["accuracy"].max() or 0)) * 1.08 or 1.0  # type: ignore[arg-type]
    sizes = np.sqrt(frame["requests"].to_numpy().astype(float))
    line: Look = {
        "type": "scatter", "mode": "lines", "x": [0, top], "y": [0, top], "name": "said and happened alike",
        "line": {"color": GREY, "width": 1.5, "dash": "dash"}, "hoverinfo": "skip",
    }  # fmt: skip
    dots: Look = {
        "type": "scatter", "mode": "lines+markers", "x": frame["confidence"].to_numpy().astype("f4"),
        "y": frame["accuracy"].to_numpy().astype("f4"), "name": "first places of the blend",
        "line": {"color": HUES[0], "width": 1},
        "marker": {"color": HUES[0], "size": (6 + 8 * sizes / max(sizes.max(initial=0), 1)).astype("f4")},
        "customdata": frame["requests"].to_list(),
        "hovertemplate": "said %{x:.1%}, happened %{y:.1%}, %{customdata:,} times<extra></extra>",
    }  # fmt: skip
    axis = {"tickformat": ".0%" if top > 0.15 else ".1%", "range": [0, top], "showgrid": True, "gridcolor": GRID}
    look = layout(title, 360, x={**axis, "title": "said"}, y={**axis, "title": "happened"})
    return figure([line, dots], {**look, "hovermode": "closest"})


def alt_calibration(frame: pl.DataFrame) -> str:
    """What those dots show."""
    if frame.is_empty():
        return "An empty chart of calibration."
    ends = [frame.row(0, named=True), frame.row(-1, named=True)]
    said = "; ".join(f"said {row['confidence']:.1%}, happened {row['accuracy']:.1%}" for row in ends)
    return f"What was said of first places against what happened, in {frame.height} groups; from {said}."


def slice_dots(frame: pl.DataFrame, *, title: str = "") -> go.Figure:
    """`evaluation.slices`: each part of the requests a line, each model a dot with its interval."""
    parts = frame["slice_name"].unique(maintain_order=True).to_list()[::-1]
    models = frame.select("model", "name").unique(maintain_order=True).rows()
    traces: list[Look] = []
    for place, (model, name) in enumerate(models):
        own = frame.filter(pl.col("model") == model)
        shift = (len(models) - 1) / 2 - place
        traces.append({
            "type": "scatter", "mode": "markers", "x": own["ndcg"].to_numpy().astype("f4"),
            "y": [parts.index(part) + 0.22 * shift for part in own["slice_name"]], "name": name,
            "marker": {"size": 9, "color": ROLE.get(model, GREY), "symbol": ("circle", "diamond", "square")[place % 3]},
            "error_x": _spread(own), "customdata": own.select("slice_name", "requests").rows(),
            "hovertemplate": f"{name}, %{{customdata[0]}}: %{{x:.4f}}, %{{customdata[1]:,}} times<extra></extra>",
        })  # fmt: skip
    look = layout(
        title, 130 + 46 * max(len(parts), 2),
        x={"title": "NDCG@10", "rangemode": "tozero", "showgrid": True, "gridcolor": GRID},
        y={"showgrid": False, "tickvals": list(range(len(parts))), "ticktext": parts,
           "range": [-0.6, len(parts) - 0.4]},
    )  # fmt: skip
    return figure(traces, {**look, "hovermode": "closest"})


def alt_slices(frame: pl.DataFrame) -> str:
    """What those dots show."""
    said = [
        f"{part[0]}: " + ", ".join(f"{name} {ndcg:.4f}" for name, ndcg in rows.select("name", "ndcg").iter_rows())
        for part, rows in frame.group_by("slice_name", maintain_order=True)
    ]
    return f"NDCG@10 by parts of the later period. {'; '.join(said)}."


def training_curve(frame: pl.DataFrame, *, best: int | None = None, title: str = "") -> go.Figure:
    """`evaluation.epochs`: loss on top, NDCG@10 on the validation period below, an epoch a dot."""
    epoch = frame["epoch"].to_list()
    traces: list[Look] = []
    for column, name, colour, axis in (("loss", "loss", HUES[4], "y"), ("ndcg", "NDCG@10, validation", HUES[0], "y2")):
        traces.append({
            "type": "scatter", "mode": "lines+markers", "x": epoch, "y": frame[column].to_numpy().astype("f4"),
            "yaxis": axis, "name": name, "line": {"color": colour, "width": 2}, "marker": {"size": 6},
            "hovertemplate": "%{y:.4f}",
        })  # fmt: skip
    look = layout(title, 340, x={"title": "epoch", "dtick": 1 if len(epoch) < 16 else None, "anchor": "y2"})
    look["yaxis"] = {**look["yaxis"], "domain": [0.56, 1.0], "title": "loss"}
    look["yaxis2"] = {**look["yaxis"], "domain": [0.0, 0.44], "title": "NDCG@10"}
    if best is not None:
        look["shapes"].append({
            "type": "line", "x0": best, "x1": best, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": GREY, "width": 1.5, "dash": "dot"},
        })  # fmt: skip
        look["annotations"].append({
            "x": best, "y": 1, "yref": "paper", "text": "kept", "showarrow": False, "xanchor": "left",
            "yanchor": "top", "font": {"size": 11, "color": GREY},
        })  # fmt: skip
    return figure(traces, look)


def alt_training(frame: pl.DataFrame) -> str:
    """What those lines show."""
    if frame.is_empty():
        return "No epoch is done yet."
    first, last = frame.row(0, named=True), frame.row(-1, named=True)
    said = [
        f"{name} from {first[column]:.4f} to {last[column]:.4f}"
        for column, name in (("loss", "loss"), ("ndcg", "NDCG@10"))
        if first[column] is not None and last[column] is not None
    ]
    return f"Training over {frame.height} epochs: {', '.join(said)}."
