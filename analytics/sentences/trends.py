"""What a trend says: which interests clearly moved, and which one to open next."""

from __future__ import annotations

from datetime import date

import polars as pl

from analytics.risers import LEAST_BASE, Judge, risers
from analytics.sentences.words import day, moved, noun
from analytics.windows import WINDOW, Window, windows
from data.errors import InputError
from data.scope import Scope
from data.store import Store

MEASURE = {"share": "share", "events": "events", "users": "people", "revenue": "revenue"}


def so_what(
    store: Store, scope: Scope, *, by: str, metric: str, grain: str, compare: str = "previous", judge: Judge = risers
) -> str:
    """The sentence above a trend: the clear changes over the last complete days that go with the grain.

    `judge` asks for risers; whoever has asked the same before can answer without counting again.
    """
    if compare not in ("previous", "last-year"):
        compare = "previous"
    try:
        before, after = windows(store.meta, scope, window=WINDOW[grain], compare=compare)
        found = judge(store, scope, by=by, metric=metric, window=WINDOW[grain], compare=compare)
    except InputError as reason:
        return f"No change can be judged yet. {reason}"
    return changes(found, before, after, by=by, metric=metric)


def changes(frame: pl.DataFrame, before: Window, after: Window, *, by: str, metric: str) -> str:
    """The sentence of a frame of `risers` and its windows."""
    if frame.is_empty() or not frame["base"].sum():
        return "Nothing happened in these days among these people."
    span = f"In the {after.days} days to {day(after.end)}, against {_against(before, after)}"
    clear = frame.filter("clear")
    if clear.is_empty():
        usable = frame.filter((pl.col("base") >= LEAST_BASE) & pl.col("change").is_not_null())
        example = ""
        if usable.height > 1:
            name, change = usable.sort(pl.col("change").abs(), descending=True).select("name", "change").row(0)
            example = f" The largest difference, '{name}' {change * 100:+.0f} %, can be chance."
        return f"{span}: no clear change in the {MEASURE[metric]} of {_all_of(by, frame.height)}.{example}"
    rise = clear.filter(pl.col("change").is_null() | (pl.col("change") > 0))
    fall = clear.filter(pl.col("change") <= 0).reverse()
    if frame.height == 1:
        row = clear.row(0, named=True)
        name = f"the {MEASURE[metric]}" if by == "all" else f"the {MEASURE[metric]} of '{row['name']}'"
        return f"{span}, {name} {_said(row)}."
    parts = [_moved(side, verb) for side, verb in ((rise, "rose"), (fall, "fell")) if side.height]
    rest = frame.height - clear.height
    quiet = f"; {rest:,} show no clear change" if rest > 1 else "; one shows no clear change" if rest else ""
    look = rise if rise.height else fall
    heading = f"{span}: of {frame.height:,} {noun(by, frame.height)}, {'; '.join(parts)}{quiet}."
    return f"{heading} {_next(look.row(0, named=True), by)}"


def _moved(side: pl.DataFrame, verb: str) -> str:
    """The clear rises or falls: how many, and the largest with its interval and base."""
    row = side.row(0, named=True)
    change = "new" if row["change"] is None else f"{row['change'] * 100:+.0f} %"
    reach = "" if row["low"] is None else f", 95 % interval {row['low'] * 100:+.0f} % to {row['high'] * 100:+.0f} %"
    which = "" if side.height == 1 else ", most of all"
    colon = ":" if side.height == 1 else ""
    return (
        f"{_count(side.height)} clearly {verb}{which}{colon} '{row['name']}' ({change}{reach}, {row['base']:,} events)"
    )


def _said(row: dict[str, object]) -> str:
    base: int = row["base"]  # type: ignore[assignment]
    return f"{moved(row['change'], row['low'], row['high'])} on {base:,} events"  # type: ignore[arg-type]


def _next(row: dict[str, object], by: str) -> str:
    if by in ("item", "all") or by.startswith("segment:"):
        return f"Look at '{row['name']}' next."
    return f"Open '{row['name']}' next, to see which of its items did it."


def _against(before: Window, after: Window) -> str:
    if (after.start - before.start).days == 364:
        return "the same days a year earlier"
    if (after.start - before.end).days == 1 and before.days == after.days:
        return f"the {before.days} before"
    return f"{_days(before.start, before.end)}"


def _days(first: date, last: date) -> str:
    return f"{day(first, year=first.year != last.year)} to {day(last)}"


def _all_of(by: str, count: int) -> str:
    if by == "all":
        return "the shop"
    return f"any of {count:,} {noun(by, count)}" if count > 1 else f"the one {noun(by, 1)}"


def _count(count: int) -> str:
    return (
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")[count - 1]
        if count < 10
        else f"{count:,}"
    )
