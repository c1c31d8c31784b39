"""`python -m analytics migration`: how many people move between groups of interest, beside what chance moves."""

import argparse
from typing import Any

from analytics.choices import COHORTS
from analytics.commands.comparing import followed
from analytics.commands.options import add_scope, by_of, day, scope_of
from analytics.commands.output import Answer, records
from analytics.migration import cohort_migration, shop_groups, shop_migration
from analytics.sentences.migration import moved_between
from data.store import Store

HELP = "how many people move between groups of interest, beside the floor that chance alone makes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--grain", choices=list(COHORTS), default="quarter", help="length of a period (default: quarter)"
    )
    parser.add_argument("--groups", type=int, metavar="K", help="number of groups (default: the most that are stable)")
    parser.add_argument("--cohorts", action="store_true", help="from age to age of first-purchase cohorts, not by date")
    parser.add_argument("--start", type=day, metavar="D", help="with --cohorts: the one cohort that starts on this day")
    add_scope(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """The summary of every step, its flows, and the groups."""
    scope, by = scope_of(options), followed(store, by_of(options, store))
    groups = shop_groups(store, by=by, grain=options.grain, k=options.groups)
    if options.cohorts:
        found = cohort_migration(store, scope, groups, by=by, cohort=options.grain, start=options.start)
    else:
        found = shop_migration(store, scope, groups, by=by, grain=options.grain)
    named = [{"id": number, "name": name} for number, name in zip(groups.ids, groups.names, strict=True)]
    result: dict[str, Any] = {
        "by": by, "grain": options.grain, "data_version": store.version, "people": found.people,
        "sampled": found.sampled, "groups": named,
        "steps": records(found.summary), "flows": records(found.flows),
    }  # fmt: skip
    return Answer(found.summary, result, f"{moved_between(found.summary, options.grain)} {found.note}".rstrip())
