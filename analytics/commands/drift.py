"""`python -m analytics drift`: did the mix of interests change between two windows, why, and how many people moved."""

import argparse
from typing import Any

from analytics.commands.comparing import add_windows, compared
from analytics.commands.output import Answer
from analytics.drift.found import answer
from analytics.drift.movers import Movers, movers
from analytics.drift.parts import PARTS
from analytics.drift.people import LEVEL
from analytics.drift.windows import interest_drift
from analytics.sentences import drift as sentences
from data.store import Store

HELP = "whether the mix of interests changed between two windows, which interests, why, and how many people moved"

COLUMNS = (
    "interest", "name", "share_before", "share_after", "change", "low", "high", "beyond", "p", "q", "verdict", "events",
    *PARTS,
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--q", type=float, default=LEVEL, metavar="Q",
                        help=f"rate of false discoveries among the people (default: {LEVEL})")  # fmt: skip
    add_windows(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """The verdict on the mix, on each interest with the parts of its change, and on people."""
    scope, by, before, after, span = compared(store, options)
    seasonal = not options.no_season
    about: dict[str, Any] = {"by": by, "before": before, "after": after, "with_season": seasonal}
    found = interest_drift(store, scope, **about)
    moved = movers(store, scope, level=options.q, **about)
    result = {
        "by": by, "data_version": store.version, **answer(found), "users": people(moved),
        "chosen": span.why if span else None, "reason": found.drift.reason,
    }  # fmt: skip
    said = [sentences.verdict(found, by=by), sentences.people(moved)]
    frame = found.drift.interests.select(COLUMNS)
    return Answer(frame, result, " ".join([*said, *([span.why] if span else [])]))


def people(moved: Movers) -> dict[str, object]:
    """How many people were tested and moved, as JSON says it."""
    share = moved.share
    return {
        "tested": moved.tested, "not_enough_data": moved.not_enough, "drifted": moved.drifted,
        "estimated_share": share.share if share else None, "interval": [share.low, share.high] if share else None,
        "q": moved.level,
    }  # fmt: skip
