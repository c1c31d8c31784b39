"""Which run the page is about: the one in the URL, else the one that serves, else the newest."""

from __future__ import annotations

from analytics.evaluation import NETWORK
from analytics.sentences.models import LITTLE
from data.errors import StoreError
from models.runs import Run, runs
from models.runs.registry import read_json, runs_folder
from pages.shared import cached, state
from pages.shared.parts import empty


def known() -> list[Run]:
    """Every finished run, newest first; read again after one came, went, or was activated, or the sample was left."""
    here = state.settings()
    # Each of these is a rename inside the folder, which changes the folder's own time.
    return cached.as_written(runs, here, runs_folder(here), here.ledger_path)


def serving() -> Run | None:
    """The run that serves: the active one, where that is gone the one before it."""
    found = known()
    return next((run for run in found if run.is_active), next((run for run in found if run.is_previous), None))


def before() -> Run | None:
    """The run that a roll back brings; None where there is none."""
    return next((run for run in known() if run.is_previous), None)


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
    return serving() or found[0]


def off_below(run: Run) -> int | None:
    """Below how many events of history the blend leaves the sequence model out; None where it never does, or always.

    Short, middle and long histories may have weights of their own (`models.blend`).
    """
    try:
        blend = read_json(run.folder / "blend.json")
        place = blend["members"].index(NETWORK)
        parts = [row[place] / (sum(row) or 1.0) for row in blend["weights"]]
    except (StoreError, KeyError, ValueError):
        return None
    off = next((number for number, part in enumerate(parts) if part >= LITTLE), len(parts))
    return int(blend["groups"][off - 1]) + 1 if 0 < off < len(parts) else None


def metrics_of(run_id: str) -> dict[str, object]:
    """The figures of a run whose id a cached picture was asked for by."""
    return next(run.metrics for run in known() if run.id == run_id)
