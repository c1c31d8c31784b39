"""`python -m analytics rules`: what is bought or looked at together, and how that changed."""

import argparse

from analytics.commands.options import add_scope, by_of, day, days, length, scope_of
from analytics.commands.output import Answer, records
from analytics.rules import association_rules, rule_changes
from analytics.rules.judging import ITEMS
from analytics.rules.shop import KINDS
from analytics.sentences.rules import changed_together, together
from data.store import Store

HELP = (
    "what goes together in baskets beyond what their sizes explain; with --window or --before and --after, what changed"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--of", choices=list(KINDS), help="what a basket is (default: orders where there are any)")
    parser.add_argument(
        "--items", type=int, default=ITEMS, metavar="N", help=f"lines compared, largest first (default: {ITEMS})"
    )
    parser.add_argument(
        "--q", type=float, default=0.05, metavar="Q", help="rate of false rules that are listed (default: 0.05)"
    )
    parser.add_argument("--window", type=length, metavar="28d", help="compare the last so many days with those before")
    parser.add_argument(
        "--end", type=day, metavar="D", help="last day of the later window (default: last complete day)"
    )
    parser.add_argument("--before", type=days, metavar="D:D", help="the earlier window, instead of --window")
    parser.add_argument("--after", type=days, metavar="D:D", help="the later window, instead of --window")
    add_scope(parser)


def run(store: Store, options: argparse.Namespace) -> Answer:
    """Rules over the scope's dates, or what became of them between two windows."""
    scope, by = scope_of(options), by_of(options, store)
    about = {"by": by, "of": options.of, "items": options.items}
    result = {"by": by, "q": options.q, "data_version": store.version}
    if options.window or options.before or options.after:
        windows = {"window": options.window or 28, "end": options.end, "before": options.before, "after": options.after}
        found = rule_changes(store, scope, **about, **windows)
        listed = found.frame.filter(found.frame["verdict"].is_in(["up", "down"]))
        said = f"{changed_together(listed, found.frame.height)} {found.about}"
        return Answer(found.frame, {**result, "about": found.about, "changes": records(found.frame)}, said)
    found = association_rules(store, scope, **about)
    listed = found.frame.filter(found.frame["q"] <= options.q)
    said = f"{together(listed, options.q)} {found.about}"
    return Answer(listed, {**result, "about": found.about, "rules": records(listed)}, said)
