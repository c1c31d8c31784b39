"""`python -m analytics cohorts`: who comes back, and what they turn to as they age."""

import argparse
from typing import Any

import polars as pl

from analytics.choices import COHORTS
from analytics.cohorts import cohort_mix, cohort_sizes, retention
from analytics.cohorts.mix import MIX_COLUMNS
from analytics.commands.options import add_scope, by_of, scope_of
from analytics.commands.output import Answer, plain
from analytics.sentences.cohorts import came_back
from data.store import Store

HELP = "first-purchase cohorts: size, retention and interest mix by age"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cohort", choices=list(COHORTS), default="month", help="length of a cohort (default: month)")
    add_scope(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """Every cohort at every age that the log reaches."""
    scope, by = scope_of(options), by_of(options, store)
    grid = retention(store, scope, cohort=options.cohort)
    if by == "item" and options.by is None:
        # A log without categories and themes still has cohorts; only their mix is empty.
        mix = pl.DataFrame(schema=dict.fromkeys(MIX_COLUMNS, pl.Utf8))
    else:
        mix = cohort_mix(store, scope, cohort=options.cohort, by=by)
    complete = dict(cohort_sizes(store, scope, cohort=options.cohort).select("cohort", "complete").rows())
    shares: dict[tuple[Any, int], dict[str, float]] = {}
    for cohort, age, line, share in mix.select("cohort", "age", "id", "share").iter_rows():
        shares.setdefault((cohort, age), {})[line] = share
    cohorts = []
    for part in grid.partition_by("cohort", maintain_order=True):
        start, ages = part["cohort"][0], part["age"].to_list()
        cohorts.append({
            "start": str(start), "complete": complete[start], "size": part["size"][0],
            "from_before": part["from_before"][0], "ages_complete": part["complete"].to_list(),
            "retention": [plain(value) for value in part["retention"]],
            "revenue_per_user": [plain(value) for value in part["revenue_per_user"]],
            "mix": [shares.get((start, age), {}) for age in ages],
        })  # fmt: skip
    result = {
        "by": by, "cohort": options.cohort, "data_version": store.version, "cohorts": cohorts,
        "names": dict(mix.select("id", "name").unique().sort("id").rows()),
    }  # fmt: skip
    return Answer(grid, result, came_back(grid, cohort=options.cohort))
