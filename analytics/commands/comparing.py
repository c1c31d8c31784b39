"""The two windows that drift commands compare: as asked for, else the default length and why."""

import argparse

from analytics.commands.options import add_scope, by_of, day, days, length, scope_of
from analytics.drift.counted import BYS
from analytics.drift.spans import Span
from analytics.drift.windows import default_windows
from analytics.windows import Window, windows
from data.errors import InputError
from data.scope import Scope
from data.store import Store


def add_windows(parser: argparse.ArgumentParser) -> None:
    """Which days are compared."""
    parser.add_argument(
        "--window", type=length, metavar="28d",
        help="days of both windows (default: the shortest of 28, 91, 182, 364 in which a tenth of the people who came "
        "in both can be judged)",
    )  # fmt: skip
    parser.add_argument("--end", type=day, metavar="D", help="last day of the later window (default: last complete)")
    parser.add_argument("--before", type=days, metavar="D:D", help="the earlier window, instead of --window")
    parser.add_argument("--after", type=days, metavar="D:D", help="the later window, instead of --window")
    parser.add_argument("--no-season", action="store_true", help="compare as if the time of year changed nothing")
    add_scope(parser)


def compared(store: Store, options: argparse.Namespace) -> tuple[Scope, str, Window, Window, Span | None]:
    """Scope, kind of interest and both windows; where they were not asked for, also how they were chosen."""
    scope, by = scope_of(options), followed(store, by_of(options, store))
    if options.window is None and options.before is None and options.after is None:
        before, after, span = default_windows(store, scope, by=by, end=options.end)
        return scope, by, before, after, span
    about = {"end": options.end, "before": options.before, "after": options.after}
    before, after = windows(store.meta, scope, window=options.window or 28, **about)
    return scope, by, before, after, None


def followed(store: Store, by: str) -> str:
    """`by`, if visits are kept of that kind of interest."""
    kept = [kind for kind in BYS if kind in store.meta.bys]
    if by in kept:
        return by
    if not kept:
        raise InputError(
            "This log names no categories and its items no themes, so nobody's interest can be followed. Import a log "
            "with a column category or item_name."
        )
    raise InputError(f"Drift is told by {' or '.join(kept)}, found '{by}'. Choose --by {kept[0]}.")
