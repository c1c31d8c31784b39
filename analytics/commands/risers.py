"""`python -m analytics risers`: what clearly rises and fades between two windows."""

import argparse
from typing import Any

import polars as pl

from analytics.commands.options import add_compare, add_metric, add_scope, by_of, day, days, length, scope_of
from analytics.commands.output import Answer, plain
from analytics.risers import risers
from analytics.sentences.trends import changes
from analytics.windows import windows
from data.store import Store

HELP = "which interests clearly rise and fade between two windows, and how sure that is"
WHOLE = ("events", "users")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_metric(parser)
    add_compare(parser, "previous")
    parser.add_argument("--window", type=length, default=28, metavar="28d", help="days of both windows (default: 28d)")
    parser.add_argument(
        "--end", type=day, metavar="D", help="last day of the later window (default: last complete day)"
    )
    parser.add_argument("--before", type=days, metavar="D:D", help="the earlier window, instead of --window")
    parser.add_argument("--after", type=days, metavar="D:D", help="the later window, instead of --window")
    add_scope(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """Clear rises and falls; the rest is listed apart, as it can be chance."""
    scope, by = scope_of(options), by_of(options, store)
    about = {name: getattr(options, name) for name in ("window", "compare", "end", "before", "after")}
    earlier, later = windows(store.meta, scope, **about)
    frame = risers(store, scope, by=by, metric=options.metric, **about)
    is_rise = pl.col("change").is_null() | (pl.col("change") > 0)
    result = {
        "by": by,
        "metric": options.metric,
        "data_version": store.version,
        "windows": {name: [str(each.start), str(each.end)] for name, each in (("before", earlier), ("after", later))},
        "rising": _rows(frame.filter(pl.col("clear") & is_rise), options.metric),
        "fading": _rows(frame.filter(pl.col("clear") & ~is_rise).reverse(), options.metric),
        "no_clear_change": _rows(frame.filter(~pl.col("clear")), options.metric),
    }
    return Answer(frame, result, changes(frame, earlier, later, by=by, metric=options.metric))


def _rows(frame: pl.DataFrame, metric: str) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "before": plain(row["before"], whole=metric in WHOLE),
            "after": plain(row["after"], whole=metric in WHOLE),
            "change": plain(row["change"]),
            "base": row["base"],
            "stage": row["stage"],
            "interval": None if row["low"] is None else [plain(row["low"]), plain(row["high"])],
        }
        for row in frame.iter_rows(named=True)
    ]
