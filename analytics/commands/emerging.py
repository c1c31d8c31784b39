"""`python -m analytics emerging`: what suddenly takes more of the traffic than it used to."""

import argparse

from analytics.commands.options import add_scope, by_of, day, scope_of
from analytics.commands.output import Answer, records
from analytics.emerging import emerging_interests
from analytics.emerging.lines import LEVEL
from analytics.sentences.alerts import surges
from data.store import Store

HELP = "which interests took more than chance of the newest complete period, against the twelve before"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--grain", choices=["day", "week"], default="week", help="periods (default: week)")
    parser.add_argument(
        "--level", type=float, default=LEVEL, metavar="P", help=f"p below which it fires (default: {LEVEL})"
    )
    parser.add_argument(
        "--at", type=day, metavar="D", help="first day of the period (default: the newest complete one)"
    )
    add_scope(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """Every line with what was expected and found."""
    scope, by = scope_of(options), by_of(options, store)
    found = emerging_interests(store, scope, by=by, grain=options.grain, level=options.level, at=options.at)
    result = {
        "by": by, "grain": options.grain, "level": options.level, "data_version": store.version,
        "at": str(found["at"][0]) if found.height else None,
        "emerging": records(found.filter("fired")), "others": records(found.filter(~found["fired"])),
    }  # fmt: skip
    return Answer(found, result, surges(found, by=by, grain=options.grain))
