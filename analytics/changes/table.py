"""A long frame as a table of lines and periods, checked at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.choices import chosen
from data.errors import InputError

Array = npt.NDArray[np.float64]
DAYS = {"day": 1, "week": 7}
"""Days of a period: months are too few and too uneven to be judged here."""


@dataclass(frozen=True)
class Table:
    """Lines x periods, oldest period first, without holes in the calendar."""

    ids: pl.Series
    grain: str
    first: date
    columns: dict[str, Array]
    """One matrix for each column asked for; NaN where nothing is known."""

    @property
    def periods(self) -> int:
        return int(next(iter(self.columns.values())).shape[1])

    def start(self, place: int) -> date:
        """The first day of the period in that place."""
        return self.first + timedelta(days=int(place) * DAYS[self.grain])

    def last(self, periods: int) -> Table:
        """The same without all but the last periods."""
        skipped = max(self.periods - periods, 0)
        columns = {name: values[:, skipped:] for name, values in self.columns.items()}
        return Table(self.ids, self.grain, self.start(skipped), columns)


def values_table(frame: pl.DataFrame, grain: str) -> Table:
    """A frame of id, start, value; what has no row, a null or NaN is not known."""
    return _table(frame, grain, ["value"], "values")


def counts_table(frame: pl.DataFrame, grain: str) -> Table:
    """A frame of id, start, events, total.

    Null events are not known, nor is a period in which nothing happened at all. A line without a row in a period
    that other lines have, had no events in it, out of the largest total of that period: so a line that is new has a
    past.
    """
    table = _table(frame, grain, ["events", "total", "told"], "counts")
    events, total, told = (table.columns[name] for name in ("events", "total", "told"))
    absent = np.isnan(told)
    whole = np.where(np.isnan(total), 0.0, total).max(axis=0, initial=0.0)
    events, total = np.where(absent, 0.0, events), np.where(absent, whole, total)
    known = ~np.isnan(events) & (total > 0)
    columns = {"events": np.where(known, events, np.nan), "total": np.where(known, total, np.nan)}
    return Table(table.ids, table.grain, table.first, columns)


def _table(frame: pl.DataFrame, grain: str, columns: Sequence[str], what: str) -> Table:
    chosen("grain", grain, DAYS)
    frame = frame.with_columns(told=pl.lit(1.0))
    wanted = ["id", "start", *columns]
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        needed = ", ".join(name for name in wanted if name != "told")
        raise InputError(f"These {what} need the columns {needed}; '{missing[0]}' is missing. Add it.")
    if frame.is_empty():
        return Table(frame["id"], grain, date.min, {name: np.zeros((0, 0)) for name in columns})
    first = frame["start"].min()
    assert isinstance(first, date)
    ids = frame["id"].unique(maintain_order=True)
    days = (frame["start"] - first).dt.total_days().to_numpy()
    if (days % DAYS[grain]).any():
        odd = frame["start"][int(np.flatnonzero(days % DAYS[grain])[0])]
        raise InputError(
            f"Periods by {grain} start {DAYS[grain]} days apart, and {odd} does not fit to {first}. "
            "Choose another grain, or correct the starts."
        )
    line = frame.select("id").join(pl.DataFrame({"id": ids}).with_row_index("line"), on="id", how="left")["line"]
    lines, places = line.to_numpy().astype(np.int64), days // DAYS[grain]
    width = int(places.max()) + 1
    seen = np.bincount(lines * width + places, minlength=1)
    if seen.max() > 1:
        twice = int(seen.argmax())
        when = first + timedelta(days=twice % width * DAYS[grain])
        raise InputError(f"The line '{ids[twice // width]}' has two rows for {when}. Add them up first.")
    found = {}
    for name in columns:
        found[name] = np.full((len(ids), width), np.nan)
        found[name][lines, places] = frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return Table(ids, grain, first, found)
