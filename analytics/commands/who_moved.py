"""`python -m analytics who-moved`: the people behind a drift, by the shop's own ids."""

import argparse
from typing import Any

import polars as pl

from analytics.commands.comparing import add_windows, compared
from analytics.commands.drift import people
from analytics.commands.output import Answer
from analytics.drift.movers import movers
from analytics.drift.people import LEVEL
from analytics.sentences import drift as sentences
from data.lists import save_list, user_ids
from data.store import Store

HELP = "who clearly moved between two windows, from what to what; --interest keeps those who left it or took it up"
COLUMNS = (
    "user_id", "from", "to", "strength", "p", "q", "events_before", "events_after", "visits_before", "visits_after",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--q", type=float, default=LEVEL, metavar="Q",
                        help=f"rate of false discoveries on the list (default: {LEVEL})")  # fmt: skip
    parser.add_argument("--save", metavar="NAME", help="also keep them as a list of that name")
    add_windows(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """Everybody on the list, the surest first."""
    scope, by, before, after, span = compared(store, options)
    about: dict[str, Any] = {"by": by, "before": before, "after": after, "with_season": not options.no_season}
    found = movers(store, scope, level=options.q, **about)
    ids = user_ids(store.settings, found.people["user_no"].to_list())
    frame = found.people.join(ids, on="user_no", how="inner", maintain_order="left").select(COLUMNS)
    windows = {"before": [str(before.start), str(before.end)], "after": [str(after.start), str(after.end)]}
    saved = None
    if options.save:
        source = {"page": "drift", "by": by, **{name: ":".join(window) for name, window in windows.items()}}
        saved = save_list(store.settings, options.save, found.people["user_no"].to_list(), source)
    result = {
        "by": by, "data_version": store.version, "windows": windows, "users": people(found),
        "list": saved, "chosen": span.why if span else None, "movers": frame.to_dicts(),
    }  # fmt: skip
    return Answer(frame.with_columns(pl.col("strength").round(4)), result, sentences.people(found))
