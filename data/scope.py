"""What a question is about: dates, interests, segments. Hashable, so it is a cache key as well."""

from dataclasses import dataclass
from datetime import date

from data.errors import InputError


@dataclass(frozen=True)
class Scope:
    """The part of the log a question looks at; the empty scope is all of it."""

    start: date | None = None
    end: date | None = None
    """Inclusive."""
    interests: tuple[str, ...] = ()
    segments: tuple[tuple[str, str], ...] = ()
    """(name, value) pairs that all have to hold, such as ("country", "France") or ("list", "7")."""

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            raise InputError(f"The dates are the wrong way round: from {self.start} to {self.end}. Swap them.")
