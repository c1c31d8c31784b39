"""How long interest lasts as pictures: how well each half-life foretells, and what of a person's interest stays."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from analytics.figures.colours import GREY, GRID, HUES, Look, figure, layout

BEST, CLOSE = HUES[0], HUES[5]


def said(half_life: float) -> str:
    """A half-life as a tick.

    >>> said(28.0), said(365.0), said(float("inf"))
    ('28 days', '1 year', 'never')
    """
    if half_life == float("inf"):
        return "never"
    return "1 year" if half_life == 365 else f"{half_life:.0f} days"


def half_life_curve(curve: pl.DataFrame, *, title: str = "") -> go.Figure:
    """The curve of `halflife.half_life`: how much worse each half-life foretells than the best, with its interval.

    The best is dark, those not clearly worse are light, the others grey.
    """
    loss = curve["difference"]
    colour = [BEST if best else CLOSE if close else GREY for best, close in curve.select("best", "close").iter_rows()]
    dots: Look = {
        "type": "scatter", "mode": "lines+markers", "x": [said(each) for each in curve["half_life"]],
        "y": loss.to_numpy().astype("float32"), "line": {"color": GREY, "width": 1},
        "marker": {"size": 10, "color": colour},
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1.5, "color": GREY,
            "array": (curve["high"] - loss).to_numpy().astype("float32"),
            "arrayminus": (loss - curve["low"]).to_numpy().astype("float32"),
        },
        "customdata": curve.select("low", "high").rows(),
        "hovertemplate": "%{x}: %{y:.3f} worse than the best (%{customdata[0]:.3f} to %{customdata[1]:.3f})"
        "<extra></extra>",
    }  # fmt: skip
    look = layout(
        title, 320, legend=False, x={"type": "category", "title": "an event counts half after"},
        y={"title": "how much worse it foretells", "rangemode": "tozero"},
    )  # fmt: skip
    return figure([dots], {**look, "hovermode": "closest"})


def alt_half_life(curve: pl.DataFrame) -> str:
    """What the curve shows, for those who cannot see it."""
    parts = [
        f"{said(half)} is best" if best else f"{said(half)} {loss:.3f} worse"
        for half, loss, best in curve.select("half_life", "difference", "best").iter_rows()
    ]
    return f"How well each half-life foretells the next days: {', '.join(parts)}."


def persistence_curve(curve: pl.DataFrame, fit: pl.DataFrame, *, title: str = "") -> go.Figure:
    """The curve of `halflife.persistence` with its intervals, the fitted line, and the part that does not fade."""
    value, stable = curve["value"], float(fit["stable"][0])
    days = curve["days"].to_numpy().astype("float32")
    dots: Look = {
        "type": "scatter", "mode": "markers", "x": days, "y": value.to_numpy().astype("float32"),
        "name": "seen", "marker": {"size": 7, "color": BEST}, "customdata": curve["users"].to_list(),
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1.2, "color": GREY,
            "array": (curve["high"] - value).to_numpy().astype("float32"),
            "arrayminus": (value - curve["low"]).to_numpy().astype("float32"),
        },
        "hovertemplate": "after %{x:.0f} days: %{y:.0%}, %{customdata:,} people<extra></extra>",
    }  # fmt: skip
    line: Look = {
        "type": "scatter", "mode": "lines", "x": days, "y": curve["fitted"].to_numpy().astype("float32"),
        "name": "fitted", "line": {"color": HUES[1], "width": 2}, "hoverinfo": "skip",
    }  # fmt: skip
    base: Look = {
        "type": "scatter", "mode": "lines", "x": days[[0, -1]], "y": [stable, stable], "name": "does not fade",
        "line": {"color": GREY, "width": 1.5, "dash": "dash"}, "hoverinfo": "skip",
    }  # fmt: skip
    look = layout(
        title, 340, x={"title": "days later"},
        y={"tickformat": ".0%", "rangemode": "tozero", "title": "of what sets a person apart", "gridcolor": GRID},
    )  # fmt: skip
    return figure([dots, line, base], {**look, "hovermode": "closest"})


def alt_persistence(curve: pl.DataFrame, fit: pl.DataFrame) -> str:
    """What that curve shows."""
    first, last = curve.row(0, named=True), curve.row(-1, named=True)
    return (
        f"What of the interests that set a person apart is left: {first['value']:.0%} after {first['days']:.0f} days, "
        f"{last['value']:.0%} after {last['days']:.0f} days; {float(fit['stable'][0]):.0%} does not fade in this log."
    )
