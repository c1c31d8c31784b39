"""What each kind of rule looks at, and how it judges the newest period of what it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from analytics.alerts.asking import MIX_DAYS, scope_of
from analytics.changes import history, new_levels
from analytics.changes.replaying import RECENT, SAME
from analytics.changes.replaying import Rule as Find
from analytics.changes.table import DAYS
from analytics.changes.terms import ALLOWED
from analytics.choices import ASIDE
from analytics.counts import counts
from analytics.drift.windows import interest_drift
from analytics.emerging import surges
from analytics.emerging.lines import STEP
from analytics.emerging.shop import LEAST_PEOPLE
from analytics.emerging.surprise import BEFORE
from analytics.periods import periods
from analytics.sentences import alerts as sentences
from analytics.trends import trend
from analytics.windows import Window
from data.alerts import Rule
from data.scope import Scope
from data.store import Store

MIX_LEVEL = 7 / 365.25
"""A calibrated test at this level, every week, calls one change a year where there is none."""
A_YEAR = {"week": 1.0, "day": 0.5}
"""False alarms a year that surges are held to; by day, held to 1 they came to 0.9 with an interval of 0.5 to 1.4."""
SUNDAY = 6
THE_MIX = "the mix of interests"
PERIOD = {"month": 31, **DAYS}
"""Days of a period at most."""
LEAST = {"week": 14, "day": 92, "month": 4}
"""Periods that are judged however many lines there are: a quarter of a year, and one before it."""
MOST = {"week": 104, "day": 182, "month": 60}
"""Periods that a replay goes back at most."""
MOST_MIX = 26
"""The same of the mix, each of whose tests deals everybody's interests out a thousand times."""
MOST_LINES = 500
"""Lines whose levels are judged, the largest so far: the levels of thousands of items are mostly a handful of events,
and take a second every time."""
LINE_PERIODS = 10_000
"""Lines x periods that a replay judges at most: a few seconds."""


@dataclass(frozen=True)
class Judge:
    """A rule made ready: what it is shown, where it judges, and what it finds there."""

    history: pl.DataFrame
    """id, name, start, and whatever it judges by."""
    find: Find
    """From a history up to some period to id, name, at, what (the sentence)."""
    places: list[date]
    """The periods at which it can judge, oldest first; none where the log is too short."""
    needed: int
    """Periods that it takes before it can judge at all."""
    most: int
    """Periods that a replay goes back at most."""
    recent: int = RECENT
    same: int = SAME
    """As of `analytics.changes.replay`."""


def judge(store: Store, rule: Rule) -> Judge:
    """The judge of a rule that was checked."""
    return {"change": _change, "emerging": _emerging, "threshold": _threshold, "mix": _mix}[rule.kind](store, rule)


def same_days(rule: Rule) -> int:
    """Days within which two findings of one line are one."""
    return PERIOD[rule.grain] * _same(rule)


def _same(rule: Rule) -> int:
    """Levels by day last two weeks at least, so their places wander further; a day's burst is one within a week."""
    if rule.grain == "day":
        return 7 * SAME if rule.kind == "change" else 7
    return SAME


def _most(rule: Rule, lines: int) -> int:
    return min(MOST[rule.grain], max(LINE_PERIODS // max(lines, 1), LEAST[rule.grain]))


def _starts(frame: pl.DataFrame) -> list[date]:
    return frame["start"].unique().sort().to_list()


def _change(store: Store, rule: Rule) -> Judge:
    """New levels. By day they are judged on Sundays: one has to last two weeks anyway."""
    assert rule.by is not None
    by, grain = rule.by, rule.grain
    frame = history(store, scope_of(rule), by=by, grain=grain)
    needed = -(-ALLOWED // DAYS[grain])

    def find(seen: pl.DataFrame) -> pl.DataFrame:
        return _said(new_levels(_largest(seen), grain=grain), seen, sentences.level_fired)

    starts = _starts(frame)[needed - 1 :]
    places = starts if grain == "week" else [start for start in starts if start.weekday() == SUNDAY]
    step = 7 // DAYS[grain]
    most = _most(rule, min(frame["id"].n_unique(), MOST_LINES)) // step
    return Judge(frame, find, places, needed, most, RECENT * step, _same(rule))


def _largest(seen: pl.DataFrame) -> pl.DataFrame:
    """The rows of the lines with most events, where there are too many lines."""
    if seen["id"].n_unique() <= MOST_LINES:
        return seen
    sums = seen.group_by("id").agg(pl.col("events").sum()).sort("events", "id", descending=[True, False])
    return seen.join(sums.head(MOST_LINES), on="id", how="semi", maintain_order="left")


def _emerging(store: Store, rule: Rule) -> Judge:
    """Surges, of which one or two people are not enough."""
    assert rule.by is not None
    by, grain, scope = rule.by, rule.grain, scope_of(rule)
    frame = history(store, scope, by=by, grain=grain)
    needed = BEFORE * STEP[grain] + 1
    starts = _starts(frame)
    if not starts:
        return Judge(frame, lambda seen: seen, [], needed, 0)
    last = starts[-1] + timedelta(days=DAYS[grain] - 1)
    who = counts(store, scope, by=by, grain=grain, first=starts[0], last=last, users=True)
    few = who.filter(pl.col("users").is_between(1, LEAST_PEOPLE - 1)).select("id", at="start")

    def find(seen: pl.DataFrame) -> pl.DataFrame:
        found = surges(seen, grain=grain, a_year=A_YEAR[grain]).join(
            few, on=["id", "at"], how="anti", maintain_order="left"
        )
        return _said(found, seen, lambda row: sentences.surge_fired(row, grain))

    return Judge(frame, find, starts[needed - 1 :], needed, _most(rule, frame["id"].n_unique()), same=_same(rule))


def _threshold(store: Store, rule: Rule) -> Judge:
    """A line beyond the limit is told when it gets there, and not again while it stays."""
    assert rule.by is not None
    assert rule.limit is not None
    shown = trend(store, scope_of(rule), by=rule.by, metric=rule.metric, grain=rule.grain)
    frame = shown.filter(pl.col("complete") & ~pl.col("id").is_in(ASIDE)).select("id", "name", "start", "value")
    beyond = pl.col("value") > rule.limit if rule.side == "above" else pl.col("value") < rule.limit

    def find(seen: pl.DataFrame) -> pl.DataFrame:
        newest = seen.filter((pl.col("start") == seen["start"][-1]) & beyond).rename({"start": "at"})
        return _said(newest.drop("name"), seen, lambda row: sentences.limit_passed(row, rule))

    return Judge(frame, find, _starts(frame), 1, MOST[rule.grain], same=_same(rule))


def _mix(store: Store, rule: Rule) -> Judge:
    """The days up to the end of each week against those before; `at` is the first day of the later ones."""
    assert rule.by is not None
    by, days, scope = rule.by, rule.days or MIX_DAYS, scope_of(rule)
    weeks = periods(store.meta, "week", Scope()).filter("complete").select("start")
    frame = weeks.select(id=pl.lit(""), name=pl.lit(THE_MIX), start="start")

    def find(seen: pl.DataFrame) -> pl.DataFrame:
        end = seen["start"][-1] + timedelta(days=6)
        after = Window(end - timedelta(days=days - 1), end)
        found = interest_drift(store, scope, by=by, before=after.moved(-timedelta(days=days)), after=after)
        p = found.drift.p
        what = sentences.mix_fired(found, by=by) if p is not None and p <= MIX_LEVEL else None
        named = pl.DataFrame({"id": [""], "name": [THE_MIX], "at": [after.start], "what": [what]},
                             {"id": pl.Utf8, "name": pl.Utf8, "at": pl.Date, "what": pl.Utf8})  # fmt: skip
        return named.filter(pl.col("what").is_not_null())

    needed = 2 * days // 7
    return Judge(frame, find, _starts(frame)[needed - 1 :], needed, MOST_MIX)


def _said(found: pl.DataFrame, seen: pl.DataFrame, sentence: Callable[[dict[str, object]], str]) -> pl.DataFrame:
    """Findings with the names of their lines and what is to be said of them."""
    named = seen.select("id", "name").unique("id", keep="last", maintain_order=True)
    rows = found.join(named, on="id", how="left", maintain_order="left")
    what = pl.Series("what", [sentence(row) for row in rows.iter_rows(named=True)], dtype=pl.Utf8)
    return rows.with_columns(what).select("id", "name", "at", "what")
