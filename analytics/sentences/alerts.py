"""What changes of level and sudden rises say, and the rules that watch for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from analytics.changes.points import Changes
from analytics.drift.found import Found
from analytics.sentences.words import day, listed, noun
from data.alerts import Rule

if TYPE_CHECKING:
    from analytics.alerts.firing import Replayed  # which says what it found in these words

MOST = 3
"""Findings that are named."""
DATES = 6
"""Dates that are named."""
TIMES = 3
"""From that many times as much on, a rise is told in times."""
MEASURES = {"share": "The share", "events": "The events", "users": "The people", "revenue": "The revenue"}


def levels(found: Changes, *, by: str) -> str:
    """The changes of level, the largest named with their dates."""
    judged = found.lines.filter(pl.col("verdict") != "not enough data").height
    if not judged:
        return f"None of {found.lines.height:,} {noun(by, found.lines.height)} has enough history to be judged."
    of = f"{judged:,} {noun(by, judged)}"
    if found.points.is_empty():
        return f"No clear change of level in {of}: swings and season explain what they did."
    lines = found.points["id"].n_unique()
    named = [_level(row) for row in found.points.head(MOST).iter_rows(named=True)]
    return f"{lines:,} of {of} changed their level: {listed([*named, *_more(found.points.height)])}."


def _level(row: dict[str, object]) -> str:
    change = row["change"]
    size = "new" if change is None else f"{change * 100:+.0f} %"  # type: ignore[operator]
    reach = f"{day(row['earliest'], year=False)} to {day(row['latest'])}"  # type: ignore[arg-type]
    since = day(row["at"])  # type: ignore[arg-type]
    return f"'{row['name']}' {size} since {since}" + ("" if row["earliest"] == row["latest"] else f" ({reach})")


def surges(found: pl.DataFrame, *, by: str, grain: str) -> str:
    """What suddenly took more of the traffic."""
    if found.is_empty():
        return "There is nothing to compare."
    period = f"the {grain} of {day(found['at'][0])}" if grain == "week" else f"{day(found['at'][0])}"
    fired = found.filter("fired").sort("p")
    if fired.is_empty():
        return f"In {period} none of {found.height:,} {noun(by, found.height)} took clearly more of the traffic."
    named = [
        f"'{row['name']}' ({row['found']:,} events where {row['expected']:,.0f} were to be expected)"
        for row in fired.head(MOST).iter_rows(named=True)
    ]
    verb = "takes" if fired.height == 1 else "take"
    return f"In {period} {listed([*named, *_more(fired.height)])} suddenly {verb} more of the traffic."


def _more(count: int) -> list[str]:
    return [f"{count - MOST} more"] if count > MOST else []


def level_fired(row: dict[str, object]) -> str:
    """A new level of one line: a row of `change_points` with its name."""
    since, name = day(row["at"]), row["name"]  # type: ignore[arg-type]
    before, after = float(row["before"]), float(row["after"])  # type: ignore[arg-type]
    if row["change"] is None:
        return f"'{name}' is new since {since}, with {share(after)} of the traffic."
    if after >= TIMES * before:
        size = f"{after / before:,.0f} times as much"
    else:
        size = f"{abs(after / before - 1) * 100:.0f} % {'more' if after > before else 'less'}"
    return f"'{name}' takes {size} of the traffic since {since}: {share(after)} where it was {share(before)}."


def surge_fired(row: dict[str, object], grain: str) -> str:
    """A sudden rise of one line: a row of `surges` with its name."""
    expected = float(row["expected"])  # type: ignore[arg-type]
    usual = f"{expected:,.0f} were" if expected >= 1.5 else "hardly any was"
    return f"'{row['name']}' had {row['found']:,} events {_within(row['at'], grain)}, where {usual} to be expected."


def limit_passed(row: dict[str, object], rule: Rule) -> str:
    """A line beyond its limit: a row with name, at and value."""
    assert rule.limit is not None
    name = f"'{row['name']}'" if row["id"] else "the whole shop"
    value = amount(float(row["value"]), rule.metric)  # type: ignore[arg-type]
    return (
        f"{MEASURES[rule.metric]} of {name} {_within(row['at'], rule.grain)} came to {value}, {rule.side} "
        f"{amount(rule.limit, rule.metric)}."
    )


def mix_fired(found: Found, *, by: str) -> str:
    """The mix as a whole changed between two windows."""
    p = found.drift.p
    assert p is not None
    known = "p below 0.001" if p < 0.001 else f"p = {p:.3f}"
    moved = found.drift.interests.filter(pl.col("verdict").is_in(["up", "down"]))
    largest = [f"'{row['name']}' {row['change'] * 100:+.1f} points" for row in moved.head(MOST).iter_rows(named=True)]
    beyond = " beyond the season" if found.drift.seasonal else ""
    most = f", most of all {listed(largest)}" if largest else ""
    span = f"the {found.after.days} days up to {day(found.after.end)}"
    return f"The mix of {noun(by, 2)} of {span} differs from that of the days before{beyond} ({known}){most}."


def rule_said(rule: Rule, *, by: str, names: Mapping[str, str] | None = None) -> str:
    """A rule as a condition. by: what its lines are; names: of the lines that it names."""
    chosen = [f"'{(names or {}).get(each, each)}'" for each in rule.interests]
    line = "the whole shop" if by == "all" else listed(chosen) if chosen else f"any {noun(by, 1)}"
    said = {
        "change": f"{line} changes its level, by {rule.grain}",
        "emerging": f"{line} suddenly takes more of the traffic, by {rule.grain}",
        "threshold": f"{MEASURES[rule.metric].lower()} of {line} in a {rule.grain} is {rule.side} "
        f"{amount(rule.limit or 0.0, rule.metric)}",
        "mix": f"the mix of {noun(by, 2)} changes, {rule.days} days against those before, every week",
    }[rule.kind]
    who = " and ".join(f"{name} {value}" for name, value in rule.segments)
    return f"{said[0].upper()}{said[1:]}" + (f", among {who}" if who else "")


def replay_said(found: Replayed, grain: str) -> str:
    """How often a rule would have fired, and when."""
    if found.first is None or found.last is None:
        return (
            f"The log is too short for this rule yet: it takes {found.needed:,} complete {grain}s, and there are "
            f"{found.found:,}. It begins by itself when there are enough."
        )
    span = f"Judged {found.periods:,} times from {day(found.first)} to {day(found.last)}, it would"
    count = found.reports.height
    if not count:
        return f"{span} not have fired once."
    dates = found.reports["reported"].unique().sort(descending=True).to_list()
    when = [day(each) for each in dates[:DATES]]
    rest = [f"{len(dates) - DATES} earlier dates"] if len(dates) > DATES + 1 else [day(each) for each in dates[DATES:]]
    fired = f"{span} have fired {count:,} {'time' if count == 1 else 'times'}: on {listed([*when, *rest])}."
    lasted = found.held > count and set(found.reports["kind"]) == {"mix"}
    return fired + (f" It held {found.held:,} times; what lasts is told once." if lasted else "")


def amount(value: float, metric: str) -> str:
    """A number of a metric as it is read.

    >>> amount(0.2, "share"), amount(1234.0, "events")
    ('20 %', '1,234')
    """
    return share(value) if metric == "share" else f"{value:,.0f}"


def share(part: float) -> str:
    """A share with as many digits as it takes to tell small ones apart.

    >>> share(0.2), share(0.0504), share(0.00012)
    ('20 %', '5.04 %', '0.012 %')
    """
    return f"{part * 100:.3g} %" if abs(part) >= 0.001 else f"{part * 100:.2g} %"


def _within(at: object, grain: str) -> str:
    start = day(at)  # type: ignore[arg-type]
    return f"on {start}" if grain == "day" else f"in the {grain} of {start}"


def news(fired: pl.DataFrame, rules: int, problems: Sequence[tuple[str, str]] = ()) -> str:
    """What fired since the last delivery, in a sentence; and which rules could not be asked."""
    count = fired.height
    if count:
        said = [f"{count:,} {'alert' if count == 1 else 'alerts'} since the last delivery.", *fired["what"].head(MOST)]
        said += [f"And {count - MOST} more."] if count > MOST else []
    else:
        said = [f"No alert: none of {rules:,} {'rule' if rules == 1 else 'rules'} has anything new to say."]
        said = said if rules else ["No alert: there is no rule. Add one with --add."]
    return " ".join([*said, *(f"Rule {rule} cannot be asked: {problem}" for rule, problem in problems)])
