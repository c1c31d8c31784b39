"""One colour per interest, the same on every chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

from analytics.choices import ASIDE
from analytics.counts import names
from data.scope import Scope
from data.store import Store

HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#A79B00")
"""Okabe and Ito's colours, safe for colour-blind eyes; their black and pale yellow, which vanish on one of the two
backgrounds, are replaced by a violet and an olive of middling lightness."""
SHADES = (1.0, 0.62, 1.45)
GREY = "#8A949E"
BAND = "rgba(138, 148, 158, 0.14)"
GRID = "rgba(138, 148, 158, 0.25)"
"""Greys with alpha, so that they work on a light and on a dark page."""


def _shade(hue: str, factor: float) -> str:
    """A darker (below 1) or lighter (above 1) version of a colour.

    >>> _shade("#0072B2", 1.0), _shade("#0072B2", 0.5)
    ('#0072B2', '#003959')
    """
    parts = [int(hue[place : place + 2], 16) for place in (1, 3, 5)]
    if factor > 1:
        parts = [round(255 - (255 - part) / factor) for part in parts]
    else:
        parts = [round(part * factor) for part in parts]
    return "#" + "".join(f"{part:02X}" for part in parts)


PALETTE = tuple(_shade(hue, factor) for factor in SHADES for hue in HUES)


def colours(ids: Iterable[str]) -> dict[str, str]:
    """A colour for each id, by its place: 24 different ones, the first 8 of different hue; 'others' is grey.

    >>> colours(["t1", "others", "t2"])
    {'t1': '#0072B2', 'others': '#8A949E', 't2': '#D55E00'}
    """
    found: dict[str, str] = {}
    place = 0
    for line in dict.fromkeys(ids):
        if line == "others" or line in ASIDE:
            found[line] = GREY
        else:
            found[line] = PALETTE[place % len(PALETTE)]
            place += 1
    return found


def interest_colours(store: Store, scope: Scope | None = None, *, by: str) -> dict[str, str]:
    """The colours of the lines of `by`, by size in the whole log: handed to every figure, each line keeps its own."""
    return colours(names(store, by)["id"].to_list()[:200])


Look = dict[str, Any]


def layout(title: str, height: int, *, legend: bool = True, x: Look | None = None, y: Look | None = None) -> Look:
    """The look that all figures share: no background of their own, no colour of text, room for a title."""
    found: Look = {
        "height": height, "colorway": list(HUES), "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "x unified", "dragmode": "select", "showlegend": legend,
        "legend": {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
        "margin": {"l": 8, "r": 8, "t": 44 if title else 24, "b": 8},
        "xaxis": {"showgrid": False, "automargin": True, **(x or {})},
        "yaxis": {"gridcolor": GRID, "zeroline": False, "automargin": True, **(y or {})},
        "shapes": [], "annotations": [],
    }  # fmt: skip
    if title:
        found["title"] = {"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}}
    return found


def figure(traces: list[Look], look: Look) -> go.Figure:
    """The figure of plain traces and a layout; built at once, which costs a quarter of adding trace by trace."""
    return go.Figure(data=traces, layout=look)


def band(look: Look, x0: object, x1: object, axis: str = "x") -> None:
    """A grey band behind an incomplete stretch, with the word."""
    look["shapes"].append({
        "type": "rect", "x0": x0, "x1": x1, "y0": 0, "y1": 1, "xref": axis, "yref": "paper", "layer": "below",
        "fillcolor": BAND, "line": {"width": 0},
    })  # fmt: skip
    look["annotations"].append({
        "x": x1, "y": 1, "xref": axis, "yref": "paper", "text": "incomplete", "showarrow": False, "textangle": -90,
        "xanchor": "right", "yanchor": "top", "font": {"size": 10, "color": GREY},
    })  # fmt: skip


def palette_for(ids: Sequence[str], given: dict[str, str] | None) -> dict[str, str]:
    """The colours handed in, completed for ids that they lack."""
    return {**colours(ids), **{line: colour for line, colour in (given or {}).items() if line in set(ids)}}
