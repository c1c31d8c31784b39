"""`python -m analytics trends`: one value per line and period."""

import argparse
from typing import Any

import polars as pl

from analytics.commands.options import add_compare, add_grain, add_metric, add_scope, by_of, scope_of
from analytics.commands.output import Answer, plain
from analytics.sentences import trends as sentences
from analytics.trends import compared, trend
from data.store import Store

HELP = "how interest moves over time, by period"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_metric(parser)
    add_grain(parser)
    add_compare(parser, None)
    add_scope(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """The trend of every line."""
    scope, by = scope_of(options), by_of(options, store)
    knobs = {"by": by, "metric": options.metric, "grain": options.grain}
    if options.compare:
        frame = compared(store, scope, compare=options.compare, **knobs)
    else:
        frame = trend(store, scope, **knobs)
    periods = frame.select("start", "complete").unique().sort("start")
    whole = options.metric in ("events", "users")
    result: dict[str, Any] = {
        **knobs,
        "data_version": store.version,
        "periods": [{"start": str(start), "complete": complete} for start, complete in periods.rows()],
        "series": [_series(line, whole) for line in frame.partition_by("id", maintain_order=True)],
    }
    if options.compare:
        result["compare"] = options.compare
    return Answer(frame, result, sentences.so_what(store, scope, compare=options.compare or "previous", **knobs))


def _series(line: pl.DataFrame, whole: bool) -> dict[str, Any]:
    series = {
        "id": line["id"][0],
        "name": line["name"][0],
        "values": [plain(value, whole=whole) for value in line["value"]],
    }
    if "before" in line.columns:
        series["before"] = [plain(value, whole=whole) for value in line["before"]]
    return series
