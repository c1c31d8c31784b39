"""`python -m analytics changes`: when the level of an interest changed, beyond season, swings and chance."""

import argparse

from analytics.changes import changes
from analytics.commands.options import add_metric, add_scope, by_of, scope_of
from analytics.commands.output import Answer, records
from analytics.sentences.alerts import levels
from data.store import Store

HELP = "when the level of an interest changed for good, told apart from the season and from chance"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_metric(parser)
    parser.add_argument("--grain", choices=["day", "week"], default="week", help="periods (default: week)")
    add_scope(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """Every change, the largest first, and what was said of every line."""
    scope, by = scope_of(options), by_of(options, store)
    found = changes(store, scope, by=by, grain=options.grain, metric=options.metric)
    result = {
        "by": by, "metric": options.metric, "grain": options.grain, "data_version": store.version,
        "changes": records(found.points), "lines": records(found.lines),
    }  # fmt: skip
    return Answer(found.points, result, levels(found, by=by))
