"""Interest mixes as ribbons, and people by state as stacked bars."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import polars as pl

from analytics.choices import ASIDE
from analytics.figures.colours import GREY, HUES, Look, band, figure, layout, palette_for

STATES = {
    "new": HUES[2], "returning": HUES[0], "resurrected": HUES[5], "lapsing": HUES[4], "dormant": GREY,
}  # fmt: skip


def mix_ribbons(
    own: pl.DataFrame,
    others: pl.DataFrame | None = None,
    *,
    grain: str = "month",
    title: str = "",
    palette: dict[str, str] | None = None,
    k: int = 7,
) -> go.Figure:
    """The mix of one cohort as it ages (`cohort_mix`), beside that of all others at the same ages (`others_mix`).

    The k lines with most events of the cohort; the others, usually most of it, are left out above them. Ages that the
    log reaches only in part lie in a grey band.
    """
    sizes = own.group_by("id").agg(pl.col("events").sum()).sort("events", "id", descending=[True, False])
    top = [line for line in sizes["id"].to_list() if line not in ASIDE][:k]
    sides = [own] if others is None else [own, others]
    heads = ["this cohort", "all others of the same age"][: len(sides)]
    colour = palette_for(top, palette)
    named = dict(own.select("id", "name").unique().rows())
    ages = {"title": f"{grain}s since the first purchase", "dtick": 1 if own["age"].n_unique() < 14 else None}
    height = max(
        float(side.filter(pl.col("id").is_in(top)).group_by("age").agg(pl.col("share").sum())["share"].max() or 0)  # type: ignore[arg-type]
        for side in sides
    )
    look = layout(
        title, 400, x=ages, y={"tickformat": ".0%", "range": [0, min(1.0, height * 1.1)], "title": "share of events"}
    )
    traces: list[Look] = []
    width = 1.0 if others is None else 0.485
    for number, side in enumerate(sides):
        axis = "x" if number == 0 else "x2"
        left = number * (1 - width)
        look["xaxis" if number == 0 else "xaxis2"] = {**look["xaxis"], "domain": [left, left + width], "anchor": "y"}
        look["annotations"].append({
            "x": left, "y": 1, "xref": "paper", "yref": "paper", "text": heads[number], "showarrow": False,
            "xanchor": "left", "yanchor": "bottom",
        })  # fmt: skip
        reached = side.select("age").unique().sort("age")
        for line in top:
            part = side.filter(pl.col("id") == line)
            shares = reached.join(part.group_by("age").agg(pl.col("share").sum()), on="age", how="left").sort("age")
            traces.append({
                "type": "scatter", "x": reached["age"].cast(pl.Int16).to_numpy(), "xaxis": axis, "mode": "lines",
                "y": shares["share"].fill_null(0).cast(pl.Float32).to_numpy(), "stackgroup": f"mix{number}",
                "name": named[line], "legendgroup": line, "showlegend": number == 0,
                "line": {"width": 0.5, "color": colour[line]}, "hovertemplate": "%{y:.1%}",
            })  # fmt: skip
        for age in side.filter(~pl.col("complete"))["age"].unique().sort().to_list():
            band(look, max(age - 0.5, 0), min(age + 0.5, reached["age"].max() or 0), axis)
    return figure(traces, look)


def alt_mix_ribbons(own: pl.DataFrame) -> str:
    """What the ribbons show, for those who cannot see them."""
    complete = own.filter("complete")
    if complete.is_empty():
        return "An empty chart of an interest mix."
    reached = complete["age"].unique().to_list()
    parts = []
    for age in sorted({min(reached), max(reached)}):
        largest = (
            complete.filter(pl.col("age") == age, ~pl.col("id").is_in(ASIDE)).sort("share", descending=True).head(3)
        )
        said = ", ".join(f"{name} {share:.0%}" for name, share in largest.select("name", "share").rows())
        parts.append(f"at age {age} {said}")
    return f"Shares of interests by age: {'; '.join(parts)}."


def lifecycle_bars(frame: pl.DataFrame, *, title: str = "") -> go.Figure:
    """The people of one interest by state (`lifecycle` of one id): active above zero, lapsing and dormant below."""
    start = frame["start"].cast(pl.Utf8).to_list()
    shape = ["" if complete else "/" for complete in frame["complete"]]
    traces: list[Look] = []
    for state, colour in STATES.items():
        counts = frame[state].cast(pl.Float32).to_numpy()
        traces.append({
            "type": "bar", "x": start, "y": -counts if state in ("lapsing", "dormant") else counts, "name": state,
            "marker": {"color": colour, "pattern": {"shape": shape, "fillmode": "overlay"}}, "customdata": counts,
            "hovertemplate": "%{customdata:,.0f}",
        })  # fmt: skip
    look = layout(title, 380, y={"title": "people: active above, gone quiet below", **_counted(frame)})
    return figure(traces, {**look, "barmode": "relative", "bargap": 0.15})


def _counted(frame: pl.DataFrame) -> Look:
    """Ticks that count people on both sides of zero, since nobody is a negative person."""
    up = float(frame.select(pl.sum_horizontal("new", "returning", "resurrected").max()).item() or 0)
    down = float(frame.select(pl.sum_horizontal("lapsing", "dormant").max()).item() or 0)
    step = 10.0 ** math.floor(math.log10(max(up, down, 1.0)))
    step = next(each for each in (step, step / 2, step / 5) if max(up, down) / each >= 3 or each == step / 5)
    ticks = [number * step for number in range(-math.floor(down / step), math.floor(up / step) + 1)]
    return {"tickvals": ticks, "ticktext": [f"{abs(tick):,.0f}" for tick in ticks]}


def alt_lifecycle_bars(frame: pl.DataFrame) -> str:
    """What the bars show, for those who cannot see them."""
    complete = frame.filter("complete")
    if complete.is_empty():
        return "An empty chart of people by state."
    last = complete.sort("start").row(-1, named=True)
    said = ", ".join(f"{last[state]:,} {state}" for state in STATES)
    return (
        f"People by state in each period; at the end of the last complete one, which began on {last['start']}: {said}."
    )
