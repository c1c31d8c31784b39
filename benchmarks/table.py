"""The one table of a benchmark run: lines with figure, budget and rival, printed and kept as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Line:
    """One line: what was measured, against what."""

    part: str
    """import, rollups, queries, raw, growth or load."""
    what: str
    figure: float
    unit: str
    budget: float | None = None
    rival: str = ""
    """Who did the same in the same run."""
    ratio: float | None = None
    """Our figure / the rival's."""
    ratio_budget: float | None = None
    note: str = ""
    failed: bool = False
    """Wrong rather than slow: the note says what."""

    @property
    def met(self) -> bool | None:
        """Whether the budgets are kept; None where the line has none."""
        if self.failed:
            return False
        kept = [figure <= bar for figure, bar in ((self.figure, self.budget), (self.ratio, self.ratio_budget))
                if figure is not None and bar is not None]  # fmt: skip
        return all(kept) if kept else None

    def as_json(self) -> dict[str, Any]:
        """The line with whether it was met."""
        return {**asdict(self), "met": self.met}


HEADS = ("part", "what", "figure", "unit", "budget", "met", "x rival", "budget", "rival or note")


def report(lines: Sequence[Line]) -> str:
    """The table as text."""
    rows = [HEADS, *(_cells(line) for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    right = {2, 4, 6, 7}
    texts = (
        "  ".join(cell.rjust(w) if n in right else cell.ljust(w) for n, (cell, w) in enumerate(zip(row, widths)))  # noqa: B905
        for row in rows
    )
    return "\n".join(text.rstrip() for text in texts)


def _cells(line: Line) -> tuple[str, ...]:
    met = {None: "", True: "yes", False: "NO"}[line.met]
    said = "; ".join(part for part in (line.rival, line.note) if part)
    return (line.part, line.what, number(line.figure), line.unit, number(line.budget), met, number(line.ratio),
            number(line.ratio_budget), said)  # fmt: skip


def number(value: float | None) -> str:
    """Three digits that count; nothing for nothing.

    >>> number(0.1234), number(12.34), number(1234.5), number(None)
    ('0.123', '12.3', '1,234', '')
    """
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write(path: Path, about: dict[str, Any], lines: Iterable[Line]) -> None:
    """Keep a run as JSON: what it was about, and every line with whether it was met."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {**about, "lines": [line.as_json() for line in lines]}
    path.write_text(json.dumps(kept, indent=1) + "\n")
