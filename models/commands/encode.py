"""python -m models encode: vectors for new item names and search words, which then join the themes."""

from argparse import ArgumentParser, Namespace
from typing import Any

from data.errors import BusyError
from data.lock import writer_lock
from data.settings import Settings
from models.commands.progress import shown
from models.encode import run as encode
from models.weights import SOURCES

HELP = "Encode new item names and search words and let them join the themes."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--encoder",
        choices=list(SOURCES),
        help="encode everything again with this language model (minilm: English, e5: about 100 languages) and make the "
        "themes anew; without it the store keeps the one it has",
    )


def run(settings: Settings, options: Namespace) -> dict[str, Any]:
    """The outcome of the encoding, published where this process may do so.

    Imports start this command while they hold the writer lock, and publish what it did themselves.
    """
    progress = shown(options)
    if options.encoder:
        with writer_lock(settings):
            result = encode(settings, progress, encoder=options.encoder)
        if result["encoder"]:
            _publish(settings)
        return result
    result = encode(settings, progress)
    if result["changed"] and _writer_is_free(settings):
        _publish(settings)
    return result


def text(result: dict[str, Any]) -> str:
    """One sentence on what was done."""
    if result["encoder"] is None:
        return "There are no item names to encode: import a log with item names first."
    return (
        f"{result['items']:,} item names and {result['queries']:,} search words with {result['encoder']}, "
        f"{result['encoded']:,} of them new: {result['assigned']:,} items joined one of {result['themes']:,} themes, "
        f"{result['unsorted']:,} are unsorted."
    )


def _writer_is_free(settings: Settings) -> bool:
    """Whether nobody holds the writer lock. The import that started this command does, and waits for it to end."""
    try:
        with writer_lock(settings, wait=0):
            return True
    except BusyError:
        return False


def _publish(settings: Settings) -> None:
    from data.publish import republish_themes

    republish_themes(settings)
