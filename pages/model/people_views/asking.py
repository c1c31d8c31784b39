"""The one place where a page asks the model about a person."""

from __future__ import annotations

from datetime import date
from typing import Any

from data.errors import AppError
from data.store import Store
from models.runs import Run


def foretold(opened: Store, run: Run, *, user_no: int, by: str, until: date) -> dict[str, Any]:
    """What the run says of one person at the end of a day: {"items", "interests"} as `models recommend` prints them."""
    raise AppError("Recommending from this page is not there yet. Use python -m models recommend.")
