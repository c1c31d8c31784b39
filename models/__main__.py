"""The command line of the models: python -m models COMMAND. See `python -m models --help`."""

import argparse
import json
import sys
from collections.abc import Sequence

if __name__ == "__main__":
    from models.memory import keep_freed_memory

    keep_freed_memory()

from data.answering import answer
from data.errors import AppError
from data.settings import load_settings
from models.commands import COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when done, 1 with one sentence on standard error when not; argparse ends with 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m models", description="Themes, and what comes next.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.HELP, description=command.HELP)
        subparser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        command.add_arguments(subparser)
    options = parser.parse_args(arguments)
    command = COMMANDS[options.command]
    try:
        result = command.run(load_settings(), options)
    except AppError as error:
        print(error.message, file=sys.stderr)
        return 1
    if options.json:
        answer(json.dumps(result, ensure_ascii=False))
    else:
        print(command.text(result), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
