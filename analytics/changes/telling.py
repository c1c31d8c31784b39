"""From fitted levels to what is told of each change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.changes.fitting import Fit
from analytics.changes.scaled import Scaled
from analytics.changes.sureness import doubts, places

REACH = 1.96
"""95 % of a normal distribution."""
Array = npt.NDArray[np.float64]


def told(lines: Scaled, found: Fit, columns: Array) -> Iterator[dict[str, Any]]:
    """One row a change: line, at, earliest, latest (their places), before, after, change, low, high, ratio."""
    for line in np.flatnonzero(found.starts.any(axis=1)).tolist():
        values, starts = lines.values[line], found.starts[line]
        edges = [0, *np.flatnonzero(starts).tolist(), len(starts)]
        known = ~np.isnan(values)
        doubt = doubts(known, starts, columns)
        for number, at in enumerate(edges[1:-1]):
            left, right = edges[number], edges[number + 2]
            step = found.level[line, at] - found.level[line, at - 1]
            weight = 1 / (1 / known[left:at].sum() + 1 / known[at:right].sum())
            first, last = places((values - found.season[line])[left:right], at - left, found.noise[line])
            reach = REACH * float(np.sqrt(found.noise[line] * doubt[number]))
            yield {
                "line": line, "at": at, "earliest": left + first, "latest": left + last,
                **_sizes(lines, found, line, (left, at, right), reach),
                "ratio": step**2 * weight / found.penalty[line],
            }  # fmt: skip


def _sizes(lines: Scaled, found: Fit, line: int, edges: tuple[int, int, int], reach: float) -> dict[str, float | None]:
    """What the whole line would be on average, with its season and scatter, at the level before and after."""
    left, at, right = edges
    old, new = found.level[line, at - 1], found.level[line, at]
    levels = np.array([old, new, new - reach, new + reach])
    flat = lines.values[line] - found.level[line]
    before, after, low, high = lines.back(flat + levels[:, None], np.full(4, line)).tolist()
    if lines.events is None:
        return {
            "before": before, "after": after, "change": after - before, "low": low - before, "high": high - before,
        }  # fmt: skip
    # Nothing at all is nothing, not what the scatter of other times would make of so low a level.
    after = 0.0 if lines.is_nothing(line, slice(at, right)) else after
    if lines.is_nothing(line, slice(left, at)) or before == 0:
        return {"before": 0.0, "after": after, "change": None, "low": None, "high": None}
    change, low, high = (each / before - 1 for each in (after, low, high))
    return {"before": before, "after": after, "change": change, "low": min(low, change), "high": high}
