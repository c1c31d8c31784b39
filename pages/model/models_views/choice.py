"""Which run the page is about: the one in the URL, else the one that serves, else the newest."""

from __future__ import annotations

from models.runs import Run, active, runs
from pages.shared import state
from pages.shared.parts import empty


def known() -> list[Run]:
    """Every finished run, newest first."""
    return runs(state.settings())


def shown() -> Run | None:
    """The run to show; None where there is none yet."""
    found = known()
    if not found:
        return None
    asked = state.param(state.RUN)
    if asked:
        for run in found:
            if run.id == asked:
                return run
        empty(f"There is no run {asked} in this store; the link may come from another store, or it was pruned.")
    serving = active(state.settings())
    return serving or found[0]
