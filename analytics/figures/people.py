"""One person as pictures: what they did and when, their interests as ribbons, and what is expected of them next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analytics.choices import ASIDE
from analytics.counts import OTHERS
from analytics.figures.colours import GREY, GRID, HUES, PALETTE, Look, figure, layout, palette_for

BOUGHT = ("purchase",)
ROWS, RIBBONS, MIXED = 9, 7, 10
LABEL = 34
"""Letters of a name beside an axis: longer ones would leave no room for the picture on a small screen."""


def short(name: str, letters: int = LABEL) -> str:
    """A name that fits beside an axis; the end of a path says most.

    >>> short("home > decoration > candles and holders", 20)
    '... and holders'
    """
    return name if len(name) <= letters else "... " + name[-(letters - 4) :].partition(" ")[2]


def distinct(ids: Sequence[str], palette: dict[str, str] | None) -> dict[str, str]:
    """A colour for each line, the largest first: the shop's own, or another hue where a larger line has that hue, for
    as long as there are any. A person's interests are few, and may have any place among the shop's."""
    given = palette_for(ids, palette)
    hue = {colour: HUES[place % len(HUES)] for place, colour in enumerate(PALETTE)}
    free = list(HUES)
    found: dict[str, str] = {}
    for line in ids:
        own = hue.get(given[line])
        if own is None or own in free or not free:
            found[line] = given[line]
        else:
            found[line] = own = free[0]
        if own in free:
            free.remove(own)
    return found


def weekly(events: pl.DataFrame, k: int = ROWS) -> pl.DataFrame:
    """Events by week and interest, the k largest interests by themselves: week, id, name, bought, n.

    `bought` parts purchases from everything else; refunds and emptied carts are left out.
    """
    seen = events.filter(pl.col("weight") > 0)
    top = (
        seen.filter(~pl.col("id").is_in(ASIDE)).group_by("id").agg(pl.len()).sort("len", "id", descending=[True, False])
    )
    named = pl.col("id").is_in(top["id"].head(k).to_list())
    return (
        seen.with_columns(
            week=pl.col("day").dt.truncate("1w"), bought=pl.col("event_type").is_in(BOUGHT),
            id=pl.when(named).then("id").otherwise(pl.lit(OTHERS)),
            name=pl.when(named).then("name").otherwise(pl.lit(OTHERS)),
        )
        .group_by("week", "id", "name", "bought")
        .agg(n=pl.len().cast(pl.Int64))
        .sort("week", "id", "bought")
    )  # fmt: skip


def time_line(frame: pl.DataFrame, *, title: str = "", palette: dict[str, str] | None = None) -> go.Figure:
    """`weekly` as dots: a row for each interest, the largest on top, the size of a dot its events of that week."""
    sizes = frame.group_by("id", "name").agg(pl.col("n").sum()).sort(pl.col("id") == OTHERS, -pl.col("n"), "id")
    ids, names = sizes["id"].to_list()[::-1], [short(name) for name in sizes["name"].to_list()[::-1]]
    colour = palette_for(ids[::-1], palette)
    most = float(frame["n"].max() or 1)  # type: ignore[arg-type]
    traces: list[Look] = []
    for bought, said in ((False, "looked, searched, put in the cart, rated"), (True, "bought")):
        own = frame.filter(pl.col("bought") == bought)
        shades = [colour[line] for line in own["id"]]
        marker: Look = {
            "size": (6 + 16 * np.sqrt(own["n"].to_numpy() / most)).astype("f4"), "color": shades,
            "opacity": 0.9 if bought else 0.45, "symbol": "diamond" if bought else "circle",
        }  # fmt: skip
        traces.append({
            "type": "scatter", "mode": "markers", "x": own["week"].cast(pl.String).to_list(), "name": said,
            "y": [ids.index(line) for line in own["id"]], "marker": marker,
            "customdata": own.select("name", "n").rows(),
            "hovertemplate": f"%{{customdata[0]}}, week of %{{x}}: %{{customdata[1]}} {said}<extra></extra>",
        })  # fmt: skip
    look = layout(
        title, 130 + 30 * max(len(ids), 2), x={"type": "date"},
        y={"tickvals": list(range(len(ids))), "ticktext": names, "range": [-0.6, len(ids) - 0.4]},
    )  # fmt: skip
    return figure(traces, {**look, "hovermode": "closest"})


def alt_time_line(frame: pl.DataFrame) -> str:
    """What the dots show, for those who cannot see them."""
    if frame.is_empty():
        return "An empty time line."
    by_name = frame.group_by("name").agg(
        pl.col("n").sum(), bought=pl.col("n").filter("bought").sum(), last=pl.col("week").max()
    )
    said = "; ".join(
        f"{row['name']} {row['n']} events, {row['bought']} of them bought, last in the week of {row['last']}"
        for row in by_name.sort("n", "name", descending=[True, False]).head(4).iter_rows(named=True)
    )
    return f"Events by week and interest from {frame['week'].min()!s} to {frame['week'].max()!s}: {said}."


def largest(shares: pl.DataFrame, k: int = RIBBONS) -> list[str]:
    """The interests that were largest at any time, by their mean share over time."""
    own = shares.filter(pl.col("id") != OTHERS).group_by("id").agg(pl.col("share").mean())
    return own.sort("share", "id", descending=[True, False])["id"].head(k).to_list()


def interest_ribbons(
    shares: pl.DataFrame,
    names: Mapping[str, str],
    *,
    title: str = "",
    palette: dict[str, str] | None = None,
    moments: pl.DataFrame | None = None,
    k: int = RIBBONS,
) -> go.Figure:
    """A person's vector over time (`person.evolution`) as stacked ribbons, the k largest by name, the rest as one.

    `moments` (`person.moments`) are dotted lines.
    """
    top = largest(shares, k)
    colour = palette_for([*top, OTHERS], palette)
    days = shares["day"].unique().sort()
    grey = shares.filter(~pl.col("id").is_in(top)).with_columns(id=pl.lit(OTHERS))
    rows = pl.concat([shares.filter(pl.col("id").is_in(top)), grey])
    rows = rows.group_by("day", "id").agg(pl.col("share").sum())
    time: Look = {"x": days.cast(pl.String).to_list()}
    if days.len() > 1:
        step = (days[1] - days[0]) / timedelta(milliseconds=1)
        time = {"x0": str(days[0]), "dx": step}
    traces: list[Look] = []
    for line in [*top, OTHERS]:
        own = days.to_frame("day").join(rows.filter(pl.col("id") == line), on="day", how="left").sort("day")
        traces.append({
            "type": "scatter", "mode": "lines", **time, "stackgroup": "mix", "name": short(names.get(line, line)),
            "y": own["share"].fill_null(0).to_numpy().astype("f4"), "line": {"width": 0.5, "color": colour[line]},
            "hovertemplate": "%{y:.1%}",
        })  # fmt: skip
    look = layout(
        title, 420, x={"type": "date"}, y={"tickformat": ".0%", "range": [0, 1], "title": "share of interest"}
    )
    for day in [] if moments is None else moments["day"].to_list():
        look["shapes"].append({
            "type": "line", "x0": str(day), "x1": str(day), "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": HUES[1], "width": 2, "dash": "dot"},
        })  # fmt: skip
        look["annotations"].append({
            "x": str(day), "y": 1, "yref": "paper", "text": "mix changed", "showarrow": False, "xanchor": "left",
            "yanchor": "bottom", "font": {"size": 11},
        })  # fmt: skip
    return figure(traces, look)


def alt_ribbons(shares: pl.DataFrame, names: Mapping[str, str], moments: pl.DataFrame | None = None) -> str:
    """What the ribbons show."""
    if shares.is_empty():
        return "An empty chart of interests."
    said = []
    for day in (shares["day"].min(), shares["day"].max()):
        rows = shares.filter(pl.col("day") == day, pl.col("id") != OTHERS).sort("share", descending=True).head(3)
        said.append(f"on {day!s} " + ", ".join(f"{names.get(line, line)} {share:.0%}" for line, share in
                                             rows.select("id", "share").iter_rows()))  # fmt: skip
    marked = "" if moments is None or moments.is_empty() else (
        f" The mix clearly changed around {', '.join(str(day) for day in moments['day'])}."
    )  # fmt: skip
    return f"Shares of a person's interests over time: {'; '.join(said)}.{marked}"


def mix_dots(frame: pl.DataFrame, *, title: str = "", palette: dict[str, str] | None = None) -> go.Figure:
    """Interests now and next: interest, name, now, next, low, high; a grey dot now, a coloured one next with its
    band."""
    shown = frame.sort("next", descending=True).head(MIXED).reverse()
    names = [short(name) for name in shown["name"]]
    colour = palette_for(shown["interest"].to_list()[::-1], palette)
    ahead = shown["next"]
    traces: list[Look] = [
        {
            "type": "scatter", "mode": "markers", "x": shown["now"].to_numpy().astype("f4"), "y": names, "name": "now",
            "marker": {"size": 9, "color": GREY, "symbol": "circle-open", "line": {"width": 2}},
            "hovertemplate": "%{y} now: %{x:.1%}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "markers", "x": ahead.to_numpy().astype("f4"), "y": names,
            "name": "next 28 days, with the 80 % band",
            "marker": {"size": 10, "color": [colour[line] for line in shown["interest"]], "symbol": "diamond"},
            "error_x": {
                "type": "data", "symmetric": False, "thickness": 1.5, "color": GREY,
                "array": (shown["high"].fill_null(ahead) - ahead).to_numpy().astype("f4"),
                "arrayminus": (ahead - shown["low"].fill_null(ahead)).to_numpy().astype("f4"),
            },
            "customdata": shown.select("low", "high").rows(),
            "hovertemplate": "%{y} next: %{x:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%})<extra></extra>",
        },
    ]  # fmt: skip
    look = layout(
        title, 140 + 28 * max(len(names), 2), y={"showgrid": False, "type": "category"},
        x={"tickformat": ".0%", "rangemode": "tozero", "showgrid": True, "gridcolor": GRID},
    )  # fmt: skip
    return figure(traces, {**look, "hovermode": "closest"})


def alt_mix_dots(frame: pl.DataFrame) -> str:
    """What those dots show."""
    rows = frame.sort("next", descending=True).head(4).iter_rows(named=True)
    said = "; ".join(f"{row['name']} {row['now']:.0%} now, {row['next']:.0%} next" for row in rows)
    return f"Interests now and expected over the next 28 days: {said}."
