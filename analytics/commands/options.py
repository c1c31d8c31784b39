"""The options that questions share, read into a scope and knobs."""

import argparse
from datetime import date
from pathlib import Path

from analytics.choices import COMPARES, GRAINS, INTERESTS, METRICS, SEGMENT_PREFIX
from data.scope import Scope
from data.store import Store

SUFFIXES = (".csv", ".parquet")


def add_scope(parser: argparse.ArgumentParser) -> None:
    """Whose events, when, and where the answer goes."""
    parser.add_argument(
        "--by", type=by, metavar="|".join(INTERESTS), help="what the lines are (default: the log's own)"
    )
    parser.add_argument("--from", dest="start", type=day, metavar="D", help="first day, YYYY-MM-DD")
    parser.add_argument("--to", dest="end_of_scope", type=day, metavar="D", help="last day, inclusive")
    parser.add_argument(
        "--segment", type=segment, action="append", default=[], metavar="NAME=VALUE",
        help="only these people, such as country=France, rfm=champions or list=7; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--interest", action="append", default=[], metavar="ID", help="only these lines; may be repeated"
    )
    parser.add_argument("--out", type=out, metavar="FILE", help="also write the table, as .csv or .parquet")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")


def add_metric(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--metric", choices=list(METRICS), default="share", help="what is counted (default: share)")


def add_grain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--grain", choices=list(GRAINS), default="week", help="length of a period (default: week)")


def add_compare(parser: argparse.ArgumentParser, default: str | None) -> None:
    said = f" (default: {default})" if default else ""
    parser.add_argument("--compare", choices=list(COMPARES), default=default, help=f"what to compare with{said}")


def scope_of(options: argparse.Namespace) -> Scope:
    """The scope that the options ask for."""
    return Scope(
        start=options.start,
        end=options.end_of_scope,
        interests=tuple(options.interest),
        segments=tuple(options.segment),
    )


def by_of(options: argparse.Namespace, store: Store) -> str:
    """What the lines are: as asked for, else the log's default interest."""
    return str(options.by or store.meta.default_by)


def by(text: str) -> str:
    """--by: an interest, all, or segment:NAME."""
    if text in (*INTERESTS, "all") or (text.startswith(SEGMENT_PREFIX) and len(text) > len(SEGMENT_PREFIX)):
        return text
    raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(INTERESTS)}, all, {SEGMENT_PREFIX}NAME")


def day(text: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day; write it as YYYY-MM-DD") from None


def days(text: str) -> tuple[date, date]:
    """A window as D:D."""
    first, colon, last = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"'{text}' is not a window; write it as YYYY-MM-DD:YYYY-MM-DD")
    return day(first), day(last)


def length(text: str) -> int:
    """A number of days, as 28d or 28."""
    number = text.removesuffix("d")
    if not number.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of days; write it as 28d")
    return int(number)


def segment(text: str) -> tuple[str, str]:
    """A segment as name=value."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"'{text}' is not a segment; write it as name=value")
    return name, value


def out(text: str) -> Path:
    """A file to write, whose ending says how."""
    path = Path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"'{text}' ends in neither {' nor '.join(SUFFIXES)}")
    return path
