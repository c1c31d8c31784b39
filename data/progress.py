"""How long work tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with what is being done and how much of it, 0 to 1; may raise to stop."""


def quiet(stage: str, fraction: float) -> None:
    """The progress callback of callers that show none."""
