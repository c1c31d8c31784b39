"""Lines on the scale that they are judged on, and the way back from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.changes.scale import evened, least_noise, shares
from analytics.changes.table import Table

Array = npt.NDArray[np.float64]
DIGITS = 1e-9
"""What values lose in sums of squares, relative to their size: differences below are none."""


@dataclass(frozen=True)
class Scaled:
    """Some lines of a table."""

    values: Array
    floor: Array
    """The least variance that each can have."""
    events: Array | None
    """The counts and what they are a part of, where the lines are counts."""
    total: Array | None
    middle: Array
    """What was taken off values, line by line."""

    def back(self, rows: Array, lines: npt.NDArray[np.int64]) -> Array:
        """The mean share, or the mean value, that each row of values on the scale stands for, if it is of that line."""
        if self.total is not None:
            return shares(rows, self.total[lines])
        result: Array = np.nanmean(rows, axis=1) + self.middle[lines]
        return result

    def is_nothing(self, line: int, part: slice) -> bool:
        """Whether a stretch of a counted line holds no event."""
        return self.events is not None and not np.nansum(self.events[line, part])


def scaled(table: Table, lines: npt.NDArray[np.int64]) -> Scaled:
    """Those lines of a table of counts or of values."""
    if "events" in table.columns:
        events, total = table.columns["events"][lines], table.columns["total"][lines]
        return Scaled(evened(events, total), least_noise(events, total), events, total, np.zeros(len(lines)))
    values = table.columns["value"][lines]
    middle = np.nanmean(values, axis=1)
    floor = DIGITS**2 * (1 + np.nanmax(np.abs(values), axis=1) ** 2)
    return Scaled(values - middle[:, None], floor, None, None, middle)
