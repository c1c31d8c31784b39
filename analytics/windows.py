"""The two stretches of days that a change is measured between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from analytics.choices import COMPARES, chosen
from analytics.periods import complete_days
from data.errors import InputError
from data.scope import Scope
from data.store import Meta

YEAR = timedelta(days=364)
WINDOW = {"day": 14, "week": 28, "month": 91}
"""Days of a window that go with a chart of that grain."""
Days = tuple[date, date]


@dataclass(frozen=True)
class Window:
    """Some days in a row, both ends inclusive."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def weeks(self) -> int:
        """Whole weeks, counted back from the end."""
        return self.days // 7

    def moved(self, by: timedelta) -> Window:
        return Window(self.start + by, self.end + by)

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


def windows(
    meta: Meta,
    scope: Scope,
    *,
    window: int = 28,
    compare: str = "previous",
    end: date | None = None,
    before: Days | None = None,
    after: Days | None = None,
) -> tuple[Window, Window]:
    """The windows before and after, made of complete days only.

    Without explicit ones: `after` is the last `window` days up to `end`, to the scope's end or to the last complete
    day, whichever is earliest; `before` lies right before it, or 364 days earlier with compare = last-year (whole
    weeks, so that weekdays match). The scope's start plays no part: there has to be something to compare with.
    Explicit windows lose days that the log does not cover wholly. Raises InputError where the log is too short.
    """
    covered = complete_days(meta)
    if covered is None:
        raise InputError("The log covers no whole day yet, so nothing can be compared. Import a longer stretch.")
    if (before is None) != (after is None):
        raise InputError("A comparison needs both windows: give `before` and `after`, or neither.")
    if before is not None and after is not None:
        return _explicit(before, after, covered)
    if window < 14 or window % 7:
        raise InputError(f"`window` has to be whole weeks, at least two, found {window} days. Try 28 or 91.")
    chosen("compare", compare, COMPARES)
    last = min(day for day in (covered[1], scope.end, end) if day is not None)
    later = Window(last - timedelta(days=window - 1), last)
    earlier = later.moved(-(YEAR if compare == "last-year" else timedelta(days=window)))
    if earlier.start < covered[0]:
        kind = "the same days a year earlier" if compare == "last-year" else "the days right before"
        raise InputError(
            f"Comparing {later} with {kind} needs complete days from {earlier.start} on, and the log has them from "
            f"{covered[0]} to {covered[1]}. Choose a shorter window or a later end."
        )
    return earlier, later


def _explicit(before: Days, after: Days, covered: Days) -> tuple[Window, Window]:
    """Two windows as asked for, without the days that the log does not cover."""
    found = []
    for name, (start, end) in (("before", before), ("after", after)):
        if start > end:
            raise InputError(f"The window `{name}` is the wrong way round: {start} to {end}. Swap its days.")
        window = Window(max(start, covered[0]), min(end, covered[1]))
        if window.days < 1:
            raise InputError(
                f"The window `{name}` ({start} to {end}) lies outside the complete days of the log, "
                f"{covered[0]} to {covered[1]}. Choose days inside."
            )
        found.append(window)
    if found[0].end >= found[1].start:
        raise InputError(f"The windows overlap or are swapped: before {found[0]}, after {found[1]}. Part them.")
    return found[0], found[1]
