"""One training from beginning to end: read, try, keep, score, and serve where the new run deserves it."""

import time
from typing import Any

from data import ledger
from data.errors import AppError, InputError
from data.progress import Progress, quiet
from data.settings import Settings
from models import runs
from models.job.making import Making, metrics_of
from models.job.telling import STOPPED, Stopped, Teller, stoppable
from models.runs.registry import write_json


def train(
    settings: Settings, *, device: str = "auto", resume: bool = False, full: bool = False, progress: Progress = quiet
) -> dict[str, Any]:
    """Train a run on the store's log and keep it; comes back with its metrics.json, "activated" and "why".

    It serves at once where it deserves to (see `runs.deserves`). `device` is 'auto', 'cpu', 'gpu', or 'none' for the
    simple methods alone. `resume` goes on with a training that was killed or cancelled, from its last checkpoint, if
    the data is still the same; `full` learns from nothing that an earlier run knew. SIGTERM cancels: the run's status
    says so, and nothing that serves is touched.
    Raises BusyError while another training runs, InputError where there is nothing to learn from or to resume.
    """
    began = time.monotonic()
    with runs.the_only_training(settings), stoppable():
        begun = _taken_up(settings) if resume else runs.new_run(settings, _config(settings, device, full))
        try:
            metrics = _make(settings, begun, device, resume, progress, began)
            run = runs.keep(settings, begun)
        except (KeyboardInterrupt, Stopped) as stop:
            runs.write_status(begun.folder, state="cancelled", message=STOPPED)
            raise Stopped(STOPPED) from stop
        except AppError as error:
            runs.write_status(begun.folder, state="failed", message=error.message)
            raise
        except Exception as error:
            runs.write_status(begun.folder, state="failed", message=f"{type(error).__name__}: {error}")
            raise
        activated, why = runs.deserves(settings, run.id)
        if activated:
            runs.activate(settings, run.id)
        runs.prune(settings)
    progress("done", 1.0)
    return {**metrics, "activated": activated, "why": why}


def _make(
    settings: Settings, begun: runs.Training, device: str, resume: bool, progress: Progress, began: float
) -> dict[str, Any]:
    tell = Teller(begun.folder, progress)
    making = Making(settings, begun, device, resume, tell.part(0.0, 0.05))
    log, adapter = making.adapted(making.log())
    rankers, note = making.rankers(log)
    tell.part(0.05, 0.85)
    found = making.evaluated(log, rankers)
    tell.part(0.85, 0.92)
    mix = making.interests(log, rankers)
    making.write(log, found)
    version = ledger.data_version(settings)
    metrics = metrics_of(begun, found, version, began, interest_mix=mix, adapter=adapter, note=note)
    write_json(begun.folder / "metrics.json", metrics)
    tell.part(0.92, 1.0)
    making.score()
    making.tidy()
    return metrics


def _config(settings: Settings, device: str, full: bool) -> dict[str, Any]:
    return {"data_version": ledger.data_version(settings), "device": device, "full": full, "seed": 0}


def _taken_up(settings: Settings) -> runs.Training:
    """The unfinished run, if it is of the data as it is now."""
    from models.runs.registry import read_json

    found = runs.unfinished(settings)
    if found is None:
        raise InputError("There is no unfinished training to resume. Start one: python -m models train.")
    version = read_json(found.folder / "config.json").get("data_version")
    now = ledger.data_version(settings)
    if version != now:
        raise InputError(
            f"The unfinished training {found.id} is of data version {version}, the store is at {now}. Train without"
            " --resume."
        )
    runs.write_status(found.folder, state="running", stage="resuming", message="")
    return found
