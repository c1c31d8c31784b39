"""python -m models recommend: what comes next for a person of the store or a history in a file, and why."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from data.errors import InputError
from data.ledger import get_state
from data.settings import Settings

HELP = "Say which items come next for one person, with reasons, and how the person's interests move."


def add_arguments(parser: ArgumentParser) -> None:
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="ID", help="a person of the store, by the shop's own id")
    who.add_argument(
        "--history", type=Path, metavar="FILE", help="a CSV or Parquet file with event_time, event_type and item_id"
    )
    parser.add_argument("-k", type=_count, default=10, metavar="K", help="how many items (default: 10)")
    parser.add_argument(
        "--as-of", type=_day, metavar="D", help="ask at the end of this day; the log's last day where it is left out"
    )
    parser.add_argument("--run", metavar="RUN", help="ask this run instead of the active one")


def run(settings: Settings, options: Namespace) -> dict[str, Any]:
    """{"user", "as_of", "run", "route", "items", "interests", "unknown"}, shaped as `models.recommender.Answer`:
    "user" is null for a file, items that are out of stock on that day are left out.

    What a person did after the day is left out; a file is asked on the day of its last event where that is later than
    the log's last. Raises InputError for an unknown person, an unusable file, and where no run is active.
    """
    from data.store import open_store
    from models import recommender
    from models.reading_store import end_of_day, history_file, history_of

    found = recommender.load(settings, options.run)
    store = open_store(settings)
    last = store.meta.last_day if store else None
    if options.history:
        history = history_file(settings, options.history)
        last = max([day for day in (last, _last_day(settings, history)) if day], default=None)
    as_of = options.as_of or last
    if as_of is None:
        raise InputError("There are no events to end at: say on which day to ask, with --as-of 2026-11-24.")
    when = end_of_day(settings, as_of)
    if options.user is not None:
        history = history_of(settings, options.user, before=when)
    masks = recommender.Masks(out_of_stock=recommender.out_of_stock(settings, when))
    answer = found.recommend(history, when, options.k, masks)
    return {
        "user": options.user, "as_of": as_of.isoformat(), "run": answer.run, "route": answer.route,
        "items": answer.items, "interests": answer.interests, "unknown": answer.unknown,
    }  # fmt: skip


def text(result: dict[str, Any]) -> str:
    """A line per item with its strongest reason, then where the interests go."""
    who = f"user {result['user']}" if result["user"] is not None else "this history"
    lines = [f"What comes next for {who} after {result['as_of']}, by {result['route']} (run {result['run']}):"]
    for place, item in enumerate(result["items"], 1):
        why = f"  because of '{item['reasons'][0]['event']}'" if item["reasons"] else ""
        lines.append(f"{place:>3}. {item['score']:6.2%}  {item['item_id']:<12} {item['name']}{why}")
    if not result["items"]:
        lines.append("     nothing is left to recommend.")
    for each in result["interests"][:5]:
        lines.append(f"     {each['name']}: {each['now']:.0%} now, {each['next']:.0%} in the next 28 days")
    if result["unknown"] == 1:
        lines.append("1 event was left out: the run never met its item or search words.")
    elif result["unknown"]:
        lines.append(f"{result['unknown']:,} events were left out: the run never met their items or search words.")
    return "\n".join(lines)


def _last_day(settings: Settings, history: pl.DataFrame) -> date | None:
    """The day of the shop's on which a history ends."""
    if history.is_empty():
        return None
    zone = get_state(settings, "timezone") or "UTC"
    last = history["event_time"].dt.replace_time_zone("UTC").dt.convert_time_zone(zone)[-1]
    day: date = last.date()
    return day


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise ArgumentTypeError(f"'{written}' is no day; write it as 2026-11-24") from error


def _count(written: str) -> int:
    if not written.isdecimal() or not int(written):
        raise ArgumentTypeError(f"'{written}' is no number of items; write 1 or more")
    return int(written)
