"""python -m models activate: let another run serve, or the one that served before."""

from argparse import ArgumentParser, Namespace
from typing import Any

from data.errors import InputError
from data.settings import Settings

HELP = "Let a run serve; pages and recommend use it from then on."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run of python -m models list")
    parser.add_argument("--previous", action="store_true", help="go back to the run that served before")


def run(settings: Settings, options: Namespace) -> dict[str, Any]:
    """{"active", "previous"}: which run serves now and which did before.

    Raises InputError where there is no such run, none served before, or not exactly one is asked for.
    """
    from models import runs

    if bool(options.run) == options.previous:
        raise InputError("Name a run of python -m models list, or say --previous: one of the two.")
    chosen = runs.roll_back(settings) if options.previous else runs.activate(settings, options.run)
    return {"active": chosen.id, "previous": runs.previous(settings)}


def text(result: dict[str, Any]) -> str:
    """One sentence."""
    before = f"; {result['previous']} served before" if result["previous"] else ""
    return f"Run {result['active']} serves now{before}."
