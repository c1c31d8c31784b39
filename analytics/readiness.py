"""What a log can be trusted to answer, and what would unlock the rest."""

from __future__ import annotations

import polars as pl

from analytics.periods import complete_days
from data import ledger
from data.store import Store

READINESS_SCHEMA = {"page": pl.Utf8, "state": pl.Utf8, "reason": pl.Utf8, "unlock": pl.Utf8}
YEAR_WEEKS, SEASON_YEARS = 52, 3
Row = tuple[str, str, str, str]


def readiness(store: Store) -> pl.DataFrame:
    """One row per page and question: page, state (ready, partial, needs), reason, unlock ('' where it is ready)."""
    covered = complete_days(store.meta)
    weeks = 0 if covered is None else ((covered[1] - covered[0]).days + 1) // 7
    rows = [
        _trends(store, weeks),
        _cohorts(store, weeks),
        _last_year(weeks),
        _season(weeks),
        _known(store),
        _words(store),
    ]
    return pl.DataFrame(rows, schema=READINESS_SCHEMA, orient="row")


def _trends(store: Store, weeks: int) -> Row:
    what = f"{_number(weeks, 'complete week')}, {_interests(store)}"
    if weeks >= 12:
        return "Interest trends", "ready", f"{what}.", ""
    if weeks >= 4:
        reason = f"{what}: lines, but changes need 8 weeks and stages 12."
        return "Interest trends", "partial", reason, f"{_number(12 - weeks, 'more week')} of the log."
    return (
        "Interest trends",
        "needs",
        f"{what}: too short to tell change from chance.",
        "At least 8 complete weeks of the log.",
    )


def _cohorts(store: Store, weeks: int) -> Row:
    meta = store.meta
    if not meta.users:
        return "Cohort evolution", "needs", "No event names its person.", "A log with a user_id on most rows."
    what = f"{meta.users:,} people; {1 - meta.anonymous_share:.0%} of events name theirs"
    if weeks < 9:
        reason = f"{what}, but {_number(weeks, 'complete week')} show hardly anyone coming back."
        return "Cohort evolution", "partial", reason, "At least 9 complete weeks of the log."
    if meta.anonymous_share > 0.5:
        return "Cohort evolution", "partial", f"{what}: the rest is invisible here.", "A user_id on more rows."
    return "Cohort evolution", "ready", f"{what}.", ""


def _last_year(weeks: int) -> Row:
    needed = YEAR_WEEKS + 4
    if weeks >= needed:
        return "Compare with last year", "ready", f"{_number(weeks, 'complete week')} reach back over a year.", ""
    reason = f"{_number(weeks, 'complete week')}; the same four weeks a year earlier need {needed}."
    return "Compare with last year", "needs", reason, f"{_number(needed - weeks, 'more week')} of the log."


def _season(weeks: int) -> Row:
    years, needed = weeks / YEAR_WEEKS, SEASON_YEARS * YEAR_WEEKS
    if weeks >= needed:
        return "Take the season of the year out", "ready", f"{years:.1f} years of complete weeks.", ""
    state = "partial" if weeks >= 2 * YEAR_WEEKS else "needs"
    seen = "each season was seen twice, enough to compare" if state == "partial" else "no season was seen twice"
    reason = f"{years:.1f} years of complete weeks: {seen}, not enough to know it."
    return "Take the season of the year out", state, reason, f"{_number(needed - weeks, 'more week')} of the log."


def _known(store: Store) -> Row:
    bys = [by for by in store.meta.bys if by != "item"]
    if "category" in bys:
        return "Interests of the shop's own making", "ready", "The log names categories.", ""
    if bys:
        reason = f"No category in the log; {' and '.join(_plural(by) for by in bys)} stand in."
        return "Interests of the shop's own making", "partial", reason, "A category column, or an items file with one."
    reason = "Neither categories, brands nor themes: every item stands alone."
    return "Interests of the shop's own making", "needs", reason, "A category column, or item names to make themes of."


def _words(store: Store) -> Row:
    types: dict[str, int] = {}
    for row in ledger.imports(store.settings, active_only=True):
        for name, count in row.receipt.get("events_by_type", {}).items():
            types[name] = types.get(name, 0) + count
    found = [
        f"{types[name]:,} {plural}"
        for name, plural in (("search", "searches"), ("review", "reviews"))
        if types.get(name)
    ]
    if len(found) == 2:
        return "Searches and reviews", "ready", f"{' and '.join(found)} in the log.", ""
    state = "partial" if found else "needs"
    reason = (
        f"{found[0]} in the log."
        if found
        else "No searches and no reviews in the log: interest is seen only in what people did with items."
    )
    unlock = "Rows of event_type search (with query) and review (with rating, review_text)."
    return "Searches and reviews", state, reason, unlock


def _interests(store: Store) -> str:
    by = store.meta.default_by
    return f"by {by}" if by != "item" else "by item only"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _plural(by: str) -> str:
    return {"category": "categories"}.get(by, f"{by}s")
