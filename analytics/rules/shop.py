"""Association rules of a store: which baskets, whose, of what, and the answer with what it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from analytics.choices import ASIDE, chosen, chosen_by
from analytics.counts import names
from analytics.people import people
from analytics.periods import complete_days
from analytics.rules.changing import lift_changes
from analytics.rules.judging import ITEMS, rules
from analytics.rules.lines import MOST_LINES
from analytics.windows import Days, Window, windows
from data.errors import InputError
from data.scope import Scope
from data.store import Store

KINDS = {"orders": "d.purchases > 0", "visits": "d.events > 0"}
"""What a basket is: what a person bought on one day, or looked at on one day."""
LARGEST = 5_000_000
"""Lines that are counted in all; of a larger log every second, third, ... person is taken."""
SHOWN = 200
MOST_ITEMS = 1_000
"""Items whose pairs fit into memory many times over: half a million pairs."""

SIZE_SQL = """
SELECT count(*) AS lines, count(*) FILTER (d.purchases > 0) AS bought
FROM user_day d {joined}
WHERE d."by" = $by AND d.u IS NOT NULL AND d.day BETWEEN $first AND $last {filters}
"""
LINES_SQL = """
SELECT DISTINCT d.u AS "user", d.day AS basket, d.id AS item
FROM user_day d {joined}
WHERE d."by" = $by AND d.u % $parts = 0 AND d.day BETWEEN $first AND $last
    AND d.id NOT IN (SELECT unnest($aside)) AND {kind} {filters}
"""


class Found(NamedTuple):
    """Rules or changes of rules, and what they stand on."""

    frame: pl.DataFrame
    about: str
    """A sentence or two: which baskets, of whom, and what was left out."""


def association_rules(
    store: Store,
    scope: Scope,
    *,
    by: str,
    window: Days | None = None,
    of: str | None = None,
    items: int = ITEMS,
    shown: int | None = SHOWN,
) -> Found:
    """The rules (columns at `rules`) among the lines of `by` in one window, else in the scope's complete days.

    A basket is what a known person bought on one day ('orders'), or did anything with on one day ('visits');
    without `of`, orders where the log has purchases. The scope's interests are ids of `by` that a pair has to hold
    one of; its segments choose the people. Of baskets above 100 lines 100 are taken by lot, of a log above five
    million lines a part of the people; the answer says so.
    """
    _check(store, by, items)
    span = _span(store, scope, window)
    kind, parts = _kind(store, scope, by, [span], of)
    baskets = _baskets(store, scope, by, span, kind, parts)
    frame = rules(baskets, names=names(store, by), about=scope.interests, items=items, shown=shown)
    return Found(frame, _about(baskets, kind, parts, str(span)))


def rule_changes(
    store: Store,
    scope: Scope,
    *,
    by: str,
    window: int = 28,
    compare: str = "previous",
    end: date | None = None,
    before: Days | None = None,
    after: Days | None = None,
    of: str | None = None,
    items: int = ITEMS,
    shown: int | None = SHOWN,
) -> Found:
    """How the lifts among the lines of `by` changed between two windows (see `windows`; columns at `lift_changes`)."""
    _check(store, by, items)
    spans = windows(store.meta, scope, window=window, compare=compare, end=end, before=before, after=after)
    kind, parts = _kind(store, scope, by, spans, of)
    earlier, later = (_baskets(store, scope, by, span, kind, parts) for span in spans)
    frame = lift_changes(earlier, later, names=names(store, by), about=scope.interests, items=items, shown=shown)
    return Found(frame, _about(pl.concat([earlier, later]), kind, parts, f"{spans[0]} and {spans[1]}"))


def _check(store: Store, by: str, items: int) -> None:
    chosen_by(by, store.meta.bys, everything=False)
    if not 2 <= items <= MOST_ITEMS:
        raise InputError(f"`items` has to be from 2 to {MOST_ITEMS}, found {items}. Compare fewer or more items.")


def _span(store: Store, scope: Scope, window: Days | None) -> Window:
    """The days asked for, or those of the scope, as far as the log covers them wholly."""
    covered = complete_days(store.meta)
    if covered is None:
        raise InputError("The log covers no whole day yet, so there are no baskets. Import a longer stretch.")
    first, last = window or (scope.start or covered[0], scope.end or covered[1])
    span = Window(max(first, covered[0]), min(last, covered[1]))
    if span.days < 1:
        raise InputError(
            f"The window {first} to {last} lies outside the complete days of the log, {covered[0]} to {covered[1]}. "
            "Choose days inside."
        )
    return span


def _kind(store: Store, scope: Scope, by: str, spans: Sequence[Window], of: str | None) -> tuple[str, int]:
    """What a basket is, and which part of the people is counted: one of so many."""
    if of is not None:
        chosen("of", of, KINDS)
    sizes = pl.concat([_ask(store, scope, SIZE_SQL, by, span) for span in spans]).sum()
    lines, bought = sizes.row(0)
    kind = of or ("orders" if bought else "visits")
    return kind, -(-int(bought if kind == "orders" else lines) // LARGEST) or 1


def _baskets(store: Store, scope: Scope, by: str, span: Window, kind: str, parts: int) -> pl.DataFrame:
    return _ask(store, scope, LINES_SQL, by, span, KINDS[kind], {"parts": parts, "aside": list(ASIDE)})


def _ask(
    store: Store,
    scope: Scope,
    sql: str,
    by: str,
    span: Window,
    kind: str = "",
    more: dict[str, object] | None = None,
) -> pl.DataFrame:
    who = people(store, scope, personal=True)
    joined = "JOIN users u ON u.u = d.u" if "u." in who.where else ""
    text = sql.format(joined=joined, filters=who.where, kind=kind)
    return store.query(text, {"by": by, "first": span.start, "last": span.end, **who.params, **(more or {})})


def _about(baskets: pl.DataFrame, kind: str, parts: int, when: str) -> str:
    sizes = baskets.group_by("user", "basket").len()
    large = int((sizes["len"] > MOST_LINES).sum())
    text = f"{len(sizes):,} {kind} of {baskets['user'].n_unique():,} people, {when}."
    if parts > 1:
        text += f" One person of {parts} was counted."
    if large:
        text += f" Of {large:,} with more than {MOST_LINES} lines, {MOST_LINES} lines were taken by lot."
    return text
