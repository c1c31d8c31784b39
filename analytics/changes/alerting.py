"""The rule behind alerts on changes: what is new, sure, and not the season's."""

from __future__ import annotations

import polars as pl

from analytics.changes.points import POINT_SCHEMA, change_points


def new_levels(history: pl.DataFrame, *, grain: str = "week", family: int | None = None) -> pl.DataFrame:
    """The changes worth an alert: those of `change_points` whose season is known or allowed for. Columns as there.

    A rule for `replay`. In its first year a log does not know its season, and of the interests that have one most
    would be called changed: there are no alerts then. `family` stays all lines that can be judged, so that a shop of
    any size has about the same number of false alarms: replayed week by week over 200 shops of 30 interests in which
    nothing changed, 0.02 a shop and year without and 0.23 with a season and wandering interests
    (benchmarks/changes.py).
    """
    points = change_points(history, grain=grain, family=family).points
    return points.filter(pl.col("season") != "not known").select(*POINT_SCHEMA)
