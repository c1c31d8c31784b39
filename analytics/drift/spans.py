"""How long two windows have to be for people to be judged in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from data.errors import InputError

LENGTHS = (28, 91, 182, 364)
"""Days, all whole weeks."""
ENOUGH = 0.10
"""Of the people active in both windows."""
LEAST_EVENTS, LEAST_VISITS = 20, 6
"""Of a person in each window, to be judged."""


@dataclass(frozen=True)
class Span:
    """A length of both windows, and why it was chosen."""

    days: int
    judged: int
    """People active in both windows who can be judged."""
    active: int
    """People active in both windows."""
    why: str
    """A whole sentence."""


def judged_people(before: pl.DataFrame, after: pl.DataFrame) -> tuple[int, int]:
    """Of two windows, user, n (events), visits each: people with 20 events and 6 visits in both; people in both."""
    both = before.filter(pl.col("n") > 0).join(after.filter(pl.col("n") > 0), on="user", suffix="_after")
    events = pl.min_horizontal("n", "n_after") >= LEAST_EVENTS
    visits = pl.min_horizontal("visits", "visits_after") >= LEAST_VISITS
    return both.filter(events & visits).height, both.height


def default_span(count: Callable[[int], tuple[int, int]], days: int) -> Span:
    """The shortest of 28, 91, 182 and 364 days in which a tenth of the people active in both windows can be judged.

    count: from a length to `judged_people` of two windows of it; asked only as often as needed. days: what the log
    covers. Where no length is enough, the longest that fits twice; in a log of less than 56 days, the most whole weeks
    that do.
    """
    fitting = [length for length in LENGTHS if 2 * length <= days] or [days // 14 * 7]
    if fitting == [0]:
        raise InputError(
            f"The log covers {days} complete days, and comparing two weeks needs 14. Import a longer stretch."
        )
    judged = active = 0
    for length in fitting:
        judged, active = count(length)
        if active and judged >= ENOUGH * active:
            return Span(length, judged, active, _sentence(length, judged, active, _place(length, fitting[0])))
    return Span(fitting[-1], judged, active, _sentence(fitting[-1], judged, active, "the longest that fits twice"))


def _place(length: int, first: int) -> str:
    if length == first:
        return "the shortest there is"
    return f"the shortest in which at least {ENOUGH:.0%} can be judged".replace("%", " %")


def _sentence(days: int, judged: int, active: int, why: str) -> str:
    if not active:
        return f"Windows of {days} days, {why}: nobody came in both."
    share = f"{judged / active:.0%}" if judged >= 0.01 * active or not judged else "less than 1%"
    people = f"{judged:,} of the {active:,} people who came in both can be judged ({share.replace('%', ' %')})"
    return f"Windows of {days} days, {why}: {people}."
