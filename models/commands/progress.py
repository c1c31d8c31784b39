"""Progress on a terminal, where there is one and somebody reads it."""

import sys
from argparse import Namespace

from data.progress import Progress, quiet


def shown(options: Namespace) -> Progress:
    """A line that renews itself on standard error; nothing under --json."""
    return quiet if options.json else _line


def _line(stage: str, fraction: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{stage}: {fraction:4.0%} ", end="\n" if fraction >= 1 else "", file=sys.stderr, flush=True)
