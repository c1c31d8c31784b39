"""`python -m analytics alerts`: what the saved rules have to say, where it is to go, and the rules themselves."""

import argparse
from pathlib import Path
from typing import Any

import polars as pl

from analytics.alerts import KINDS, Fired, Replayed, checked, fired, rate, replayed, save, send, undelivered
from analytics.alerts.sending import append, checked_url, place_of
from analytics.choices import GRAINS, INTERESTS, METRICS
from analytics.commands.options import by, length, out, segment
from analytics.commands.output import Answer, records
from analytics.counts import names
from analytics.sentences.alerts import news, replay_said, rule_said
from data.alerts import Key, Rule, delete_rule, delivered, mark_delivered, rules
from data.errors import InputError
from data.store import Store

HELP = "what the saved rules have to say that was not said before, as a list, a file or a request; and the rules"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--file",
        type=Path,
        metavar="PATH",
        help="append what fired to this file, one JSON object a line; every place is told of an alert once",
    )
    parser.add_argument("--webhook", metavar="URL", help="POST what fired to this http or https address as JSON")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--add", choices=list(KINDS), metavar="KIND", help=f"save a rule: {', '.join(KINDS)}")
    what.add_argument("--delete", metavar="ID", help="forget a rule")
    what.add_argument("--list", action="store_true", help="the rules with their false alarms a year")
    parser.add_argument(
        "--replay", action="store_true",
        help="what the rules (with --add: that rule, which is not saved then) would have said over the log's past",
    )  # fmt: skip
    rule = parser.add_argument_group("a rule to add")
    rule.add_argument("--by", type=by, metavar="|".join(INTERESTS), help="what its lines are (default: the log's own)")
    rule.add_argument("--grain", choices=list(GRAINS), default="week", help="periods (default: week)")
    rule.add_argument(
        "--segment", type=segment, action="append", default=[], metavar="NAME=VALUE", help="only these people"
    )
    rule.add_argument("--interest", action="append", default=[], metavar="ID", help="only these lines")
    rule.add_argument("--metric", choices=list(METRICS), default="share", help="of a threshold (default: share)")
    limit = rule.add_mutually_exclusive_group()
    limit.add_argument("--above", type=float, metavar="N", help="of a threshold; a share is written as 0.2")
    limit.add_argument("--below", type=float, metavar="N", help="of a threshold")
    rule.add_argument("--days", type=length, metavar="28d", help="of a mix: the length of each window (default: 28d)")
    parser.add_argument("--out", type=out, metavar="FILE", help="also write the table, as .csv or .parquet")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")


def run(store: Store, options: argparse.Namespace) -> Answer:
    """What fired and was not delivered yet; or what was done to the rules."""
    if options.add:
        return _added(store, options)
    if options.delete:
        delete_rule(store.settings, options.delete)
        return Answer(_listed(store), {"deleted": options.delete}, f"Rule {options.delete} is deleted.")
    if options.replay:
        return _replays(store)
    if options.list:
        frame = _listed(store)
        return Answer(frame, {"rules": records(frame)}, f"{frame.height} saved rules." if frame.height else NO_RULES)
    return _news(store, options)


NO_RULES = "There is no rule, so nothing can fire. Add one with --add."


def _news(store: Store, options: argparse.Namespace) -> Answer:
    """Deliver, then remember: a failure on the way leaves everything as it was."""
    here, known = store.settings, rules(store.settings)
    url = checked_url(options.webhook) if options.webhook else None
    if options.file:
        append(options.file, [])  # whether it can be written is known before anything is sent
    found = fired(store, known)
    targets = [(options.file, None)] * bool(options.file) + [(None, url)] * bool(url) or [(None, None)]
    fresh = {place_of(*each): undelivered(found.reports, known, delivered(here, place_of(*each))) for each in targets}
    if url and (frame := fresh[place_of(None, url)]).height:
        send(url, records(frame), data_version=store.version)
        _mark(store, place_of(None, url), frame)
    for file, address in targets:
        place = place_of(file, address)
        if file:
            append(file, records(fresh[place]))
        if not address:
            _mark(store, place, fresh[place])
    shown = pl.concat(fresh.values()).unique(["rule", "id", "at"], maintain_order=True)
    result = {"data_version": store.version, "alerts": records(shown), "problems": _problems(found)}
    return Answer(shown, result, news(shown, len(known), found.problems))


def _mark(store: Store, place: str, frame: pl.DataFrame) -> None:
    mark_delivered(store.settings, place, [Key(*row) for row in frame.select("rule", "id", "at").iter_rows()])


def _problems(found: Fired) -> list[dict[str, str]]:
    return [{"rule": rule, "problem": problem} for rule, problem in found.problems]


def _added(store: Store, options: argparse.Namespace) -> Answer:
    """Save a rule, with what it would have said; or only say so."""
    rule = checked(store, asked(options))
    found = replayed(store, rule)
    said = f"{_said(store, rule)}. {replay_said(found, rule.grain)} {rate(rule).why}"
    if options.replay:
        saved, opening = None, "Not saved"
    else:
        saved = save(store, rule)
        opening = f"Saved as rule {saved}"
    result = {"added": saved, "rule": _said(store, rule), **_rate(rule), **_replay(found)}
    return Answer(found.reports, result, f"{opening}: {said}")


def asked(options: argparse.Namespace) -> Rule:
    """The rule that the options ask for."""
    above = options.above is not None
    sided = options.add == "threshold" and (above or options.below is not None)
    if not sided and (above or options.below is not None):
        raise InputError(f"A rule of kind {options.add} has no limit of its own. Leave --above and --below out.")
    return Rule(
        options.add, by=options.by, grain=options.grain, segments=tuple(options.segment),
        interests=tuple(options.interest), metric=options.metric,
        side=("above" if above else "below") if sided else None, limit=options.above if above else options.below,
        days=options.days,
    )  # fmt: skip


def _replays(store: Store) -> Answer:
    """All rules over the log's past. Nothing counts as delivered."""
    known = rules(store.settings)
    frames, said, told = [], [], []
    for rule in known:
        try:
            found = replayed(store, rule)
        except InputError as problem:
            said.append(f"Rule {rule.id} cannot be asked: {problem.message}")
            continue
        frames.append(found.reports)
        said.append(f"Rule {rule.id}, {_said(store, rule)}: {replay_said(found, rule.grain)}")
        told.append({"id": rule.id, "rule": _said(store, rule), **_rate(rule), **_replay(found)})
    frame = pl.concat(frames) if frames else pl.DataFrame()
    return Answer(frame, {"data_version": store.version, "replays": told}, "\n".join(said) or NO_RULES)


def _listed(store: Store) -> pl.DataFrame:
    """The rules as a table: id, kind, rule, a_year."""
    rows = [(rule.id, rule.kind, _said(store, rule), rate(rule).a_year) for rule in rules(store.settings)]
    schema = {"id": pl.Utf8, "kind": pl.Utf8, "rule": pl.Utf8, "a_year": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _said(store: Store, rule: Rule) -> str:
    kind = rule.by or store.meta.default_by
    known = dict(names(store, kind).select("id", "name").iter_rows()) if rule.interests else None
    return rule_said(rule, by=kind, names=known)


def _rate(rule: Rule) -> dict[str, Any]:
    found = rate(rule)
    interval = None if found.low is None else [found.low, found.high]
    return {"false_alarms_a_year": found.a_year, "interval": interval}


def _replay(found: Replayed) -> dict[str, Any]:
    return {
        "judged": {"periods": found.periods, "first": str(found.first) if found.first else None,
                   "last": str(found.last) if found.last else None},
        "times": found.reports.height, "fired": records(found.reports),
    }  # fmt: skip
