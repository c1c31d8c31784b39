"""What a rule may ask of a store, checked before it is saved and before it is judged."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from analytics.choices import GRAINS, METRICS, chosen, chosen_by, segment_of
from analytics.counts import names
from analytics.drift.counted import BYS
from analytics.people import people
from data.alerts import Rule, add_rule, rules, taken
from data.errors import InputError
from data.scope import Scope
from data.store import Store

KINDS = {
    "change": "the level of a line changes for good",
    "emerging": "a line suddenly takes more of the traffic",
    "threshold": "a line's number of a complete period lies above or below a limit",
    "mix": "the mix of all interests changes",
}
GRAINS_OF = {"change": ("day", "week"), "emerging": ("day", "week"), "threshold": tuple(GRAINS), "mix": ("week",)}
SIDES = ("above", "below")
MIX_DAYS = 28
"""The shortest usual window: one that is judged every week should not look back much further than a season's turn."""


def checked(store: Store, rule: Rule) -> Rule:
    """The rule with all that was left open filled in. Raises InputError where this log cannot answer it."""
    chosen("kind", rule.kind, KINDS)
    chosen("grain", rule.grain, GRAINS_OF[rule.kind])
    by = rule.by or store.meta.default_by
    if rule.kind == "mix":
        chosen("by", by, [kind for kind in BYS if kind in store.meta.bys])
    chosen_by(by, store.meta.bys, store.meta.segments, everything=rule.kind == "threshold")
    if rule.kind == "mix" and rule.interests:
        raise InputError("A mix is of all interests, and this rule names some. Leave the interests out.")
    if segment_of(by) is None:
        _known(store, by, rule.interests)
    people(store, scope_of(rule), personal=rule.kind == "mix")
    if rule.kind == "threshold":
        _limit(rule)
        return replace(rule, by=by, days=None)
    days = _days(rule.days) if rule.kind == "mix" else None
    return replace(rule, by=by, metric="share", side=None, limit=None, days=days)


def save(store: Store, rule: Rule) -> str:
    """Save a rule with all that was left open filled in; comes back with its id. Raises InputError where this log
    cannot answer it, or where a rule asks the same already, in other words perhaps."""
    rule = checked(store, rule)
    for known in rules(store.settings):
        try:
            same = replace(checked(store, known), id="") == rule
        except InputError:
            continue  # of what is there no more
        if same:
            raise taken(known)
    return add_rule(store.settings, rule)


def scope_of(rule: Rule) -> Scope:
    """Whom and which lines the rule is about; always the whole log up to its newest day."""
    return Scope(interests=rule.interests, segments=rule.segments)


def _known(store: Store, by: str, interests: Iterable[str]) -> None:
    if missing := [each for each in interests if each not in set(names(store, by)["id"])]:
        raise InputError(f"This log has no {by} '{missing[0]}'. `python -m analytics trends --by {by}` lists all.")


def _limit(rule: Rule) -> None:
    chosen("metric", rule.metric, METRICS)
    if rule.side is None or rule.limit is None or not math.isfinite(rule.limit):
        raise InputError("A threshold needs a number that a line is to be above or below. Give one.")
    chosen("side", rule.side, SIDES)
    if rule.metric == "share" and not 0 <= rule.limit <= 1:
        raise InputError(f"A share lies between 0 and 1, found {rule.limit:g}. Write 20 % as 0.2.")


def _days(days: int | None) -> int:
    if days is None:
        return MIX_DAYS
    if days < 14 or days % 7:
        raise InputError(f"Windows of a mix are whole weeks, at least two, found {days} days. Try 28 or 91.")
    return days
