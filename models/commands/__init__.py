"""One module per command of `python -m models`: HELP, add_arguments, run (the JSON object) and text (for people)."""

from argparse import ArgumentParser, Namespace
from typing import Any, Protocol

from data.settings import Settings
from models.commands import activate, encode, evaluate, recommend, themes, train
from models.commands import list as list_runs


class Command(Protocol):
    """What `models.__main__` asks of a command's module."""

    HELP: str

    def add_arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, settings: Settings, options: Namespace) -> dict[str, Any]: ...

    def text(self, result: dict[str, Any]) -> str: ...


COMMANDS: dict[str, Command] = {
    "encode": encode, "themes": themes, "train": train, "evaluate": evaluate, "list": list_runs, "activate": activate,
    "recommend": recommend,
}  # fmt: skip
