"""How a command answers: on standard output, which whoever asked may have closed."""

import os
import sys


def answer(text: str) -> None:
    """Print text for a program or a file to read. A reader that has seen enough (`| head`) is no fault: the rest is
    dropped, as https://docs.python.org/3/library/signal.html#note-on-sigpipe has it."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
