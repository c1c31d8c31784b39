"""The command line of the questions: python -m analytics COMMAND. See `python -m analytics --help`."""

import argparse
import json
import sys
from collections.abc import Sequence
from types import ModuleType

from analytics.commands import COMMANDS
from analytics.commands.output import Answer, table_text, write
from data.answering import answer
from data.errors import AppError, Damaged, StoreError
from data.settings import Settings, load_settings
from data.store import Store, concern, open_store

EMPTY = (
    "The store is empty, so there is nothing to ask. Import a log with `python -m data import FILE`, or load a sample "
    "with `python -m data sample online-retail-ii`."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when answered, 1 with one sentence on standard error when not; argparse ends with 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m analytics", description="Ask the published store.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.HELP, description=command.HELP)
        command.add_arguments(subparser)
    options = parser.parse_args(arguments)
    command = COMMANDS[options.command]
    try:
        found = _answer(load_settings(), command, options)
    except AppError as error:
        print(error.message, file=sys.stderr)
        return 1
    if options.json:
        answer(json.dumps(found.result, ensure_ascii=False, allow_nan=False))
    else:
        print(found.sentence, file=sys.stderr)
        answer(table_text(found.frame))
    return 0


def _answer(settings: Settings, command: ModuleType, options: argparse.Namespace) -> Answer:
    """The answer from what is served; where that turns out to be damaged, from the version before it, which is said."""
    while True:
        store = _open(settings)
        try:
            found: Answer = command.run(store, options)
            if options.out:
                write(found.frame, options.out)
            if problem := concern(settings, store):
                print(problem, file=sys.stderr)
            return found
        except Damaged:
            continue  # from now on another file is opened, or none is left, which is said
        finally:
            store.close()


def _open(settings: Settings) -> Store:
    """The published store, if there is anything in it."""
    store = open_store(settings)
    if store is None:
        raise StoreError(EMPTY)
    if not store.meta.events:
        store.close()
        raise StoreError(EMPTY)
    return store


if __name__ == "__main__":
    raise SystemExit(main())
