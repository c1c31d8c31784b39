"""The command line of the store: `python -m data import FILE...` and its sisters."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.answering import answer
from data.errors import AppError
from data.schema import KINDS
from data.settings import load_settings


def pair(text: str) -> tuple[str, str]:
    """An option NAME=VALUE, taken apart."""
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise argparse.ArgumentTypeError(f"'{text}' should look like NAME=VALUE")
    return name, value


def build_parser() -> argparse.ArgumentParser:
    """Every command and option of `python -m data`."""
    parser = argparse.ArgumentParser(
        prog="python -m data", description="Bring logs in, take them back, look after the store."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        return added

    load = command("import", "import log files, each all or nothing")
    load.add_argument("files", nargs="+", metavar="FILE", type=Path)
    load.add_argument("--kind", default="events", choices=KINDS, help="what the file holds (events)")
    load.add_argument("--format", help="a format by name, instead of recognising it (see `formats`)")
    load.add_argument("--map", action="append", default=[], type=pair, metavar="CANONICAL=COLUMN")
    load.add_argument("--set", action="append", default=[], type=pair, metavar="CANONICAL=VALUE")
    load.add_argument("--value", action="append", default=[], type=pair, metavar="COLUMN:THEIRS=OURS")
    load.add_argument("--timezone", help="the shop's time zone, such as Europe/London")
    order = load.add_mutually_exclusive_group()
    order.add_argument("--day-first", dest="day_first", action="store_const", const=True)
    order.add_argument("--month-first", dest="day_first", action="store_const", const=False)
    load.add_argument("--dry-run", action="store_true", help="say what would happen and keep nothing")

    command("imports", "list imports")
    command("undo", "take an import back").add_argument("import_id", metavar="IMPORT")
    refused = command("rejects", "write the refused rows of an import to a file")
    refused.add_argument("import_id", metavar="IMPORT")
    refused.add_argument("--out", required=True, type=Path, metavar="FILE", help=".csv or .parquet")
    command("formats", "list the formats and columns that are recognised")
    example = command("template", "write the header and example rows of a kind of file")
    example.add_argument("kind", metavar="KIND", choices=KINDS, help=", ".join(KINDS))
    example.add_argument("--out", required=True, type=Path, metavar="FILE")
    command("status", "what the store holds")
    sample = command("sample", "load a sample")
    sample.add_argument("name", metavar="NAME")
    sample.add_argument("--if-new", action="store_true", help="only into a store that never held anything")
    shop = sample.add_argument_group("the planted shop", "for `sample planted`: a made-up shop whose truth is known")
    shop.add_argument("--seed", type=int, metavar="N", help="another shop of the same kind (1)")
    shop.add_argument("--rows", type=int, metavar="N", help="events (500000)")
    shop.add_argument("--users", type=int, metavar="N", help="users (a hundredth of the rows)")
    shop.add_argument("--days", type=int, metavar="N", help="days (730)")
    shop.add_argument("--only", metavar="FACT,...", help="plant these facts and no other")
    shop.add_argument("--none", action="store_true", help="plant no fact: nothing ever changes")
    shop.add_argument("--chinese", action="store_true", help="goods, reviews and searches in Chinese")
    shop.add_argument("--out", type=Path, metavar="DIR", help="write the files there and import nothing")
    shop.add_argument("--format", choices=("parquet", "csv"), help="of the events under --out (parquet)")
    command("rebuild", "build what pages read anew from the lake")
    command("worker", "run the jobs that pages queue, until stopped")
    command("serve", "start the app and its worker, until stopped")
    command("run-job", "run one queued job (the worker calls this)").add_argument("job_id", type=int)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; comes back with the exit code: 0, or 1 after one clear sentence."""
    options = build_parser().parse_args(arguments)
    from data import commands

    try:
        run = getattr(commands, options.command.replace("-", "_") if options.command != "import" else "import_files")
        result, text, code = run(load_settings(), options)
    except AppError as error:
        print(error.message, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Nothing half-done was kept.", file=sys.stderr)
        return 1
    _say(result, text, as_json=options.json)
    return int(code)


def _say(result: dict[str, Any] | None, text: str, *, as_json: bool) -> None:
    if as_json and result is not None:
        answer(json.dumps(result, ensure_ascii=False))
    elif text:
        print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
