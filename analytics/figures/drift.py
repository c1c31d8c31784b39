"""Drift as pictures: shares before and after, what a change is made of, and from where to where people moved."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from analytics.drift.interests import DOWN, UP
from analytics.drift.parts import PARTS
from analytics.figures.colours import GREY, GRID, HUES, Look, figure, layout, palette_for

MOVED = (UP, DOWN)
PART_COLOURS = dict(zip(PARTS, (HUES[5], HUES[0], HUES[4], GREY), strict=True))
PART_NAMES = {
    "mix": "other people", "behaviour": "same people", "catalogue": "items came or went", "season": "season",
}  # fmt: skip


def drift_slopes(
    interests: pl.DataFrame,
    *,
    before: str,
    after: str,
    title: str = "",
    palette: dict[str, str] | None = None,
    k: int = 10,
) -> go.Figure:
    """The share of each interest before and after, a line each: the k largest clear changes with colour and name.

    Grey are up to 2 k others, the largest interests, whether they changed or not.
    """
    moved = interests.filter(pl.col("verdict").is_in(MOVED)).sort(pl.col("change").abs(), descending=True).head(k)
    named = pl.col("interest").is_in(moved["interest"].to_list())
    rest = interests.filter(~named).sort("share_after", descending=True).head(2 * k)
    shown = pl.concat([rest, interests.filter(named)]).with_columns(named=named)
    colour = palette_for(shown["interest"].to_list(), palette)
    traces: list[Look] = []
    notes: list[Look] = []
    for row in shown.iter_rows(named=True):
        moved = row["named"]
        traces.append({
            "type": "scatter", "mode": "lines+markers", "x": [before, after],
            "y": [row["share_before"], row["share_after"]], "name": row["name"], "showlegend": False,
            "line": {"color": colour[row["interest"]] if moved else GREY, "width": 2.5 if moved else 1},
            "opacity": 1.0 if moved else 0.45, "marker": {"size": 7 if moved else 4},
            "hovertemplate": f"{row['name']}: %{{y:.2%}}<extra></extra>",
        })  # fmt: skip
        if moved:
            notes.append({
                "x": 1, "y": row["share_after"], "xref": "paper", "text": row["name"], "showarrow": False,
                "xanchor": "left", "font": {"size": 11},
            })  # fmt: skip
    look = layout(
        title, 420, legend=False, x={"type": "category", "range": [-0.08, 1.0]},
        y={"tickformat": ".1%", "title": "share of events", "rangemode": "tozero"},
    )  # fmt: skip
    look["annotations"] += _apart(notes)
    look["margin"] = {**look["margin"], "r": 190 if notes else 8}
    return figure(traces, {**look, "hovermode": "closest"})


def _apart(notes: list[Look]) -> list[Look]:
    """Names that would lie on each other, moved apart by a line's height where there is room for all of them."""
    notes = sorted(notes, key=lambda note: note["y"])
    top = max((note["y"] for note in notes), default=0.0) * 1.05
    gap, floor = top / 24, 0.0
    for note in notes:
        note["y"] = max(note["y"], floor)
        floor = note["y"] + gap
    return notes


def change_parts(interests: pl.DataFrame, *, title: str = "", k: int = 10) -> go.Figure:
    """What the change of each interest is made of: bars to the right add to its share, to the left take from it.

    The interests that clearly moved, else the k largest changes; the dot is the whole change.
    """
    shown = _largest(interests, k)
    names = shown["name"].to_list()
    traces: list[Look] = [
        {
            "type": "bar", "orientation": "h", "y": names, "x": shown[part].to_numpy().astype("float32"),
            "name": PART_NAMES[part], "marker": {"color": PART_COLOURS[part]},
            "hovertemplate": f"{PART_NAMES[part]}: %{{x:+.2%}}<extra></extra>",
        }
        for part in PARTS
    ]  # fmt: skip
    traces.append({
        "type": "scatter", "mode": "markers", "y": names, "x": shown["change"].to_numpy().astype("float32"),
        "name": "whole change", "marker": {"symbol": "diamond", "size": 8, "color": HUES[1]},
        "hovertemplate": "whole change: %{x:+.2%}<extra></extra>",
    })  # fmt: skip
    x = {"tickformat": "+.1%", "gridcolor": GRID, "showgrid": True, "zeroline": True, "zerolinecolor": GREY}
    look = layout(title, 130 + 26 * max(len(names), 2), x=x, y={"showgrid": False})
    return figure(traces, {**look, "barmode": "relative", "hovermode": "closest"})


def _largest(interests: pl.DataFrame, k: int) -> pl.DataFrame:
    moved = interests.filter(pl.col("verdict").is_in(MOVED))
    rows = moved if moved.height else interests
    return rows.sort(pl.col("change").abs(), descending=True).head(k).sort("change")


def alt_drift(interests: pl.DataFrame) -> str:
    """What the slopes show, for those who cannot see them."""
    moved = interests.filter(pl.col("verdict").is_in(MOVED))
    if moved.is_empty():
        return f"Shares of {interests.height} interests before and after; none clearly changed."
    named = ", ".join(
        f"{name} from {before:.1%} to {after:.1%}"
        for name, before, after in moved.select("name", "share_before", "share_after").iter_rows()
    )
    return f"Shares of {interests.height} interests before and after; clearly changed: {named}."


def alt_parts(interests: pl.DataFrame, k: int = 10) -> str:
    """What the bars show."""
    said = "; ".join(
        f"{row['name']} {row['change']:+.2%}: " + ", ".join(f"{PART_NAMES[part]} {row[part]:+.2%}" for part in PARTS)
        for row in _largest(interests, k).reverse().iter_rows(named=True)
    )
    return f"Parts of each change. {said}."


def flow_bars(people: pl.DataFrame, *, title: str = "", k: int = 12) -> go.Figure:
    """The commonest moves of `movers`: how many people went from one interest to another."""
    pairs = flows(people).head(k).reverse()
    names = [f"{one} → {other}" for one, other in pairs.select("from_name", "to_name").iter_rows()]
    bars: Look = {
        "type": "bar", "orientation": "h", "y": names, "x": pairs["people"].to_list(), "marker": {"color": HUES[0]},
        "hovertemplate": "%{x} people<extra></extra>",
    }  # fmt: skip
    look = layout(title, 90 + 24 * max(len(names), 2), legend=False, x={"title": "people"}, y={"showgrid": False})
    return figure([bars], {**look, "hovermode": "closest"})


def flows(people: pl.DataFrame) -> pl.DataFrame:
    """How many of the movers went from where to where, most first: from_name, to_name, people."""
    known = people.drop_nulls(["from_name", "to_name"])
    pairs = known.group_by("from_name", "to_name").agg(people=pl.len().cast(pl.Int64))
    return pairs.sort("people", "from_name", "to_name", descending=[True, False, False])
