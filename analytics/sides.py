"""What happened to every line in some stretches of time: weekly values as arrays, counted once where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.choices import segment_of
from analytics.counts import counts, together
from analytics.windows import Window
from data.scope import Scope
from data.store import Store

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One stretch: weekly values, events and people of every line, as arrays in the order of the lines."""

    metric: str
    window: Window
    events: Array
    """Lines x weeks, oldest first; the first column is what is left over of a week, if anything is."""
    values: Array
    """The metric, as `events`; of a share, events."""
    whole: Array
    """Weeks: the events that a share is a part of."""
    users: Array | None = None
    """Distinct people of the whole stretch, where they were asked for."""

    @property
    def total(self) -> Array:
        """The metric over the whole stretch; NaN for a share of nothing."""
        if self.users is not None:
            return self.users
        if self.metric == "share":
            return _share(self.events.sum(axis=1), self.whole.sum())
        return self.values.sum(axis=1)

    def weekly(self, half: float = 0.0) -> Array:
        """The metric of every whole week, with `half` an event added; NaN for a share of nothing."""
        values = self.values[:, self.values.shape[1] - self.window.weeks :]
        if self.metric == "share":
            whole = self.whole[len(self.whole) - self.window.weeks :]
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.where(whole > 0, (values + half) / (whole + half), np.nan)
        if self.metric == "revenue" and half:
            worth = np.maximum(self.values.sum(axis=1) / np.maximum(self.events.sum(axis=1), 1), 0.01)
            return np.maximum(values, 0) + half * worth[:, None]
        return values + half

    def part(self, window: Window) -> Side:
        """The same of a stretch that `fits` into this one."""
        last = self.events.shape[1] - (self.window.end - window.end).days // 7
        weeks = slice(last - window.weeks, last)
        return Side(self.metric, window, self.events[:, weeks], self.values[:, weeks], self.whole[weeks])


def sides(
    store: Store, scope: Scope, lines: pl.DataFrame, *, by: str, metric: str, windows: Sequence[Window]
) -> list[Side]:
    """The side of every window, without its distinct people; stretches that overlap are counted once."""
    wide = Window(min(each.start for each in windows), max(each.end for each in windows))
    if wide.days > sum(each.days for each in windows) or not all(_fits(each, wide) for each in windows):
        wide = max(windows, key=lambda each: each.days)
    counted = _counted(store, scope, lines, by, metric, wide)
    return [
        counted.part(each) if _fits(each, wide) else _counted(store, scope, lines, by, metric, each) for each in windows
    ]


def totals(store: Store, scope: Scope, lines: pl.DataFrame, *, by: str, metric: str, window: Window) -> Array:
    """The metric of every line over one stretch; NaN for a share of nothing."""
    found = _found(store, scope, by, "window", window, users=metric == "users")
    if metric == "share":
        whole = _whole(store, scope, by, "window", window, found)
        return _share(_column(found, lines, "events"), float(whole["events"].sum()))
    return _column(found, lines, metric)


def _fits(part: Window, wide: Window) -> bool:
    """Whether a stretch is made of weeks of another, counted back from the other's end."""
    ahead = (wide.end - part.end).days
    return part == wide or (part.days % 7 == 0 and ahead % 7 == 0 and ahead >= 0 and part.start >= wide.start)


def _counted(store: Store, scope: Scope, lines: pl.DataFrame, by: str, metric: str, window: Window) -> Side:
    found = _found(store, scope, by, "block", window, users=metric == "users")
    whole = _whole(store, scope, by, "block", window, found) if metric == "share" else found.clear()
    events = _table(found, lines, window, "events")
    values = events if metric in ("events", "share") else _table(found, lines, window, metric)
    one = pl.DataFrame({"id": [""]})
    summed = whole.group_by("start").agg(pl.col("events").sum(), id=pl.lit(""))
    return Side(metric, window, events, values, _table(summed, one, window, "events")[0])


def _found(store: Store, scope: Scope, by: str, grain: str, window: Window, *, users: bool) -> pl.DataFrame:
    """Counts of the lines wanted."""
    # Where lines are the values of a segment, interests are none of them.
    scope = replace(scope, interests=()) if segment_of(by) is not None else scope
    return counts(store, scope, by=by, grain=grain, first=window.start, last=window.end, users=users)


def _whole(store: Store, scope: Scope, by: str, grain: str, window: Window, found: pl.DataFrame) -> pl.DataFrame:
    """Counts of what shares are a part of: every line, whichever are wanted."""
    if segment_of(by) is not None or not scope.interests:
        return found
    everything = replace(scope, interests=())
    return together(store, everything, by=by, grain=grain, first=window.start, last=window.end)


def _column(found: pl.DataFrame, lines: pl.DataFrame, value: str) -> Array:
    joined = lines.join(found.select("id", value), on="id", how="left", maintain_order="left")
    return joined[value].fill_null(0).to_numpy().astype(float)


def _table(found: pl.DataFrame, lines: pl.DataFrame, window: Window, value: str) -> Array:
    """Lines x blocks, oldest first; the first column is what is left over of a week, if anything is."""
    blocks = -(-window.days // 7)
    table = np.zeros((lines.height, blocks))
    place = lines.with_row_index("place").select("id", "place")
    ago = ((pl.lit(window.end) - pl.col("start")).dt.total_days() + 1) // 7 - 1
    found = found.join(place, on="id", how="inner").select("place", column=blocks - 1 - ago, value=pl.col(value))
    table[found["place"].to_numpy(), found["column"].to_numpy()] = found["value"].to_numpy()
    return table


def _share(events: Array, whole: float) -> Array:
    return events / whole if whole else np.full(len(events), np.nan)
