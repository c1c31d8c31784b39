"""The answer of an interest drift: what it was asked of, as JSON, and as it is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import polars as pl

from analytics.drift.interests import Drift
from analytics.drift.kept import Form
from analytics.drift.parts import PARTS
from analytics.drift.spans import Span
from analytics.windows import YEAR, Window


@dataclass(frozen=True)
class Found:
    """The answer, and what it was asked of."""

    before: Window
    after: Window
    drift: Drift
    """Its interests have a column name behind interest; 'unsorted' and 'none' are counted in shares and not listed."""
    season: Window | None
    """The earlier window of the season, a year before `before`; None where the log does not reach back."""


def answer(found: Found) -> dict[str, object]:
    """What `analytics drift --json` says of mix and interests: windows, season, population, interests.

    Without a season both `season` and the season's part of every change are null.
    """
    drift = found.drift
    interests = [
        {
            **{name: row[name] for name in ("interest", "name", "share_before", "share_after", "change")},
            "interval": None if row["low"] is None else [row["low"], row["high"]],
            **{name: row[name] for name in ("p", "q", "verdict")},
            "parts": {part: row[part] if part != "season" or drift.seasonal else None for part in PARTS},
        }
        for row in drift.interests.iter_rows(named=True)
    ]
    return {
        "windows": {"before": told(found.before), "after": told(found.after)},
        "season": {"before": told(found.season), "after": told(found.after.moved(-YEAR))} if found.season else None,
        "population": {
            "p": drift.p,
            "effect": drift.effect,
            "interval": list(drift.interval) if drift.interval else None,
            "verdict": drift.verdict,
        },
        "interests": interests,
    }


def told(window: Window) -> list[str]:
    """First and last day as text."""
    return [window.start.isoformat(), window.end.isoformat()]


def window_of(told: list[str]) -> Window:
    """A window from its first and last day as text."""
    first, last = (date.fromisoformat(each) for each in told)
    return Window(first, last)


def _apart(found: Found) -> tuple[pl.DataFrame, dict[str, Any]]:
    plain = {field.name: getattr(found.drift, field.name) for field in fields(Drift) if field.name != "interests"}
    days = {"before": told(found.before), "after": told(found.after)}
    season = told(found.season) if found.season else None
    return found.drift.interests, {**days, "season": season, "drift": plain}


def _together(frame: pl.DataFrame, facts: dict[str, Any]) -> Found:
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts["drift"].items()
    }
    season = window_of(facts["season"]) if facts["season"] else None
    return Found(window_of(facts["before"]), window_of(facts["after"]), Drift(**plain, interests=frame), season)


FOUND = Form(_apart, _together)


def _chosen(answer: tuple[Window, Window, Span]) -> tuple[pl.DataFrame, dict[str, Any]]:
    return pl.DataFrame(), {"windows": [told(window) for window in answer[:2]], "span": asdict(answer[2])}


def _windows(_frame: pl.DataFrame, facts: dict[str, Any]) -> tuple[Window, Window, Span]:
    before, after = (window_of(each) for each in facts["windows"])
    return before, after, Span(**facts["span"])


CHOSEN = Form(_chosen, _windows)
"""Of both windows and why they are so long."""
