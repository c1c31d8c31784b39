"""What the person who imports may say about a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ImportOptions:
    """What the person who imports may say about a file."""

    kind: str = "events"
    """One of data.schema.KINDS."""
    format: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    """Their event type -> ours; in a companion file, 'column:theirs' -> ours."""
    timezone: str | None = None
    day_first: bool | None = None
    sample: str | None = None
    """Set when the file is one of the shipped samples."""

    def as_json(self) -> dict[str, Any]:
        """The options as the ledger keeps them."""
        return {**self.__dict__, "mapping": dict(self.mapping), "constants": dict(self.constants),
                "values": dict(self.values)}  # fmt: skip
