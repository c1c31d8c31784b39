"""Pictures of what an import did: from rows read to rows used, and the log day by day."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import polars as pl

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
USED, SET_ASIDE, MUTED = "#0072B2", "#D55E00", "#8A949E"


def import_funnel(receipt: Mapping[str, Any], meanings: Mapping[str, str] | None = None) -> go.Figure:
    """Bars from rows read to rows used, with each reason for setting rows aside between them."""
    rows = receipt["rows"]
    steps = [("rows read", rows["read"], MUTED), ("duplicate", rows["duplicate"], SET_ASIDE)]
    reasons = receipt.get("rejected_by_reason") or {}
    steps += [(reason, count, SET_ASIDE) for reason, count in sorted(reasons.items(), key=lambda each: -each[1])]
    steps.append(("rows used", rows["kept"], USED))
    names = [str((meanings or {}).get(name, name)).replace("_", " ") for name, _, _ in steps]
    figure = go.Figure(
        go.Bar(
            y=names,
            x=[count for _, count, _ in steps],
            orientation="h",
            marker_color=[color for _, _, color in steps],
            text=[f"{count:,}" for _, count, _ in steps],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,} rows<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(visible=False, range=[0, max(rows["read"], 1) * 1.15])
    figure.update_layout(height=70 + 30 * len(steps), margin={"l": 8, "r": 8, "t": 36, "b": 8}, bargap=0.35)
    return figure


def quality_by_day(days: pl.DataFrame) -> go.Figure:
    """A calendar of `analytics.quality.by_day`, a column a week: darker is more, orange is a day that is missing."""
    calendar = days.select(
        pl.col("day").dt.truncate("1w").alias("week"), (pl.col("day").dt.weekday() - 1).alias("row"), "events", "users",
        "closed",
    )  # fmt: skip
    weeks = calendar["week"].unique().sort()
    grid = pl.DataFrame({"week": weeks}).join(pl.DataFrame({"row": range(7)}, schema={"row": pl.Int8}), how="cross")
    grid = grid.join(calendar, on=["week", "row"], how="left").sort("row", "week")
    some = pl.when(pl.col("events") > 0).then(pl.col("events"))
    gap = pl.when((pl.col("events") == 0) & ~pl.col("closed")).then(1)
    events, users, missing = (
        grid.select(each.cast(pl.Float32))[:, 0].to_numpy().reshape(7, -1) for each in (some, pl.col("users"), gap)
    )
    place: dict[str, Any] = {
        "x0": str(weeks[0]), "dx": 7 * 86_400_000, "y": list(WEEKDAYS), "xgap": 1, "ygap": 1, "showscale": False,
    }  # fmt: skip
    figure = go.Figure(
        [
            go.Heatmap(
                z=missing, colorscale=[[0, SET_ASIDE], [1, SET_ASIDE]], hovertemplate="no row<extra></extra>", **place
            ),
            go.Heatmap(
                z=events, customdata=users, colorscale=[[0, "#9CC6E1"], [1, "#04385C"]],
                hovertemplate="%{y}, week of %{x|%d %b %Y}: %{z:,} events, %{customdata:,} people<extra></extra>",
                **place,
            ),
        ]
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=False)
    figure.update_layout(height=210, margin={"l": 8, "r": 8, "t": 36, "b": 8})
    return figure
