"""Recent popularity as it was known at each moment: decayed counts of everybody's events strictly before."""

from dataclasses import dataclass

import numpy as np

from models.interactions import Interactions
from models.network.config import DAY

MOST_CELLS = 32_000_000
"""Periods x items of a table, 64 MB. Periods are days; longer where the log and the catalogue are large."""
SMOOTHING = 0.1
"""Events that every item is given beforehand."""
CHUNK = 4_000_000


@dataclass(frozen=True)
class PopularityTable:
    """Log shares by period. Row p holds what was known when period p began; nothing that came in it or after it."""

    first: int
    """Seconds since 1970 at which period 0 begins."""
    seconds: int
    """Length of a period."""
    shares: np.ndarray
    """float16 (periods, items): the natural log of each item's share of the decayed counts, every item given a little."""

    def periods(self, time: np.ndarray) -> np.ndarray:
        """int32: the row for each moment; before and after the table the first and last one."""
        return np.clip((time - self.first) // self.seconds, 0, len(self.shares) - 1).astype(np.int32)

    def at(self, time: np.ndarray) -> np.ndarray:
        """float32 (moments, items): the log shares known at each moment."""
        return self.shares[self.periods(time)].astype(np.float32)


def popularity_table(log: Interactions, half_life: float, until: int | None = None) -> PopularityTable:
    """The table of a log, its last period that which begins at or before `until`, or, by default, after the last
    event. `half_life` in days. Memory: the table and a chunk of events."""
    items = log.catalogue.items
    if not log.events:
        return PopularityTable(0, DAY, np.full((1, items), -np.log(max(items, 1)), np.float16))
    first = int(log.time.min()) // DAY * DAY
    last = int(log.time.max()) + DAY if until is None else max(until, first)
    days = (last - first) // DAY + 1
    seconds = DAY * max(1, -(-days * items // MOST_CELLS))
    periods = (last - first) // seconds + 1
    rate = np.log(2) / (half_life * DAY)
    came = np.zeros((periods + 1, items), np.float32)
    for begin in range(0, log.events, CHUNK):
        time, item = log.time[begin : begin + CHUNK], log.item[begin : begin + CHUNK]
        chosen = (item >= 0) & (time < first + periods * seconds)
        time, item = time[chosen], item[chosen]
        period = (time - first) // seconds
        weight = np.exp(-rate * ((period + 1) * seconds + first - time))
        np.add.at(came, (period + 1, item), weight.astype(np.float32))
    shares = np.empty((periods, items), np.float16)
    known = np.zeros(items)
    for period in range(periods):
        known = known * np.exp(-rate * seconds) + came[period]
        shares[period] = np.log((known + SMOOTHING) / (known.sum() + SMOOTHING * items))
    return PopularityTable(first, seconds, shares)
