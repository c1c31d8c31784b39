"""Starts TensorFlow the way every job of ours wants it: late, as Keras' back end, and without its opening chatter."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHATTER = re.compile(rb"^(I\d{4} |WARNING: All log messages before absl::InitializeLog|E\d{4} .*cuInit)")
"""Lines that say nothing to the person at the terminal: which optional parts this machine has or lacks."""


def start_tensorflow() -> Any:
    """The tensorflow module, with Keras set to use it. The first call takes about 4 CPU seconds and 600 MB."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what goes wrong is raised, too
    with _without_chatter():
        import keras  # noqa: F401  (it looks for devices too)
        import tensorflow as tf

        tf.config.list_logical_devices()
    return tf


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold standard error back for a moment, then pass on every line that is not chatter.

    The chatter is written by C++ before it reads any setting, so it can only be taken out of the stream itself.
    """
    with tempfile.TemporaryFile() as held:
        terminal = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            os.write(2, b"".join(line for line in held if not CHATTER.match(line)))
