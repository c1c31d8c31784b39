"""Two runs on the requests that both were tested on, and whether the newer one deserves to serve."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from data.settings import Settings
from models.evaluate.bootstrap import Bootstrap, interval
from models.runs.registry import Run, active, find_run

TESTED = "tested.parquet"
"""[user, time, and a column for each model]: NDCG@10 of each test request. `user` is the person's number in the store
and `time` the moment of asking, seconds since 1970, so that requests of two runs can be told to be the same."""
ENOUGH = 50
"""Requests in common without which two runs are not compared."""


def compare(settings: Settings, one: str, other: str) -> dict[str, Any]:
    """What run `one` is better by than `other`, each by what it chose to show.

    {"runs": [one, other], "chosen": [names], "requests", "ndcg@10": [one's, other's], "difference", "interval"}, over
    the requests that both were tested on; figures are null where they share fewer than ENOUGH. The interval is of a
    paired bootstrap over people. Raises InputError for a run that is not there.
    """
    runs = find_run(settings, one), find_run(settings, other)
    result: dict[str, Any] = {
        "runs": [one, other], "chosen": [run.chosen for run in runs], "requests": 0, "ndcg@10": [None, None],
        "difference": None, "interval": None,
    }  # fmt: skip
    tested = [_tested(run) for run in runs]
    if tested[0] is None or tested[1] is None:
        return result
    both = tested[0].join(tested[1], on=["user", "time"], suffix="_other").drop_nulls()
    result["requests"] = len(both)
    if len(both) < ENOUGH:
        return result
    ndcg, ndcg_other = both["ndcg"].to_numpy(), both["ndcg_other"].to_numpy()
    values = np.stack([ndcg, ndcg_other, ndcg - ndcg_other], axis=1)
    means, drawn = Bootstrap(both["user"].to_numpy()).means(values)
    found = interval(drawn[:, 2])
    return {
        **result, "ndcg@10": [float(means[0]), float(means[1])], "difference": float(means[2]),
        "interval": list(found) if found else None,
    }  # fmt: skip


def deserves(settings: Settings, run: str) -> tuple[bool, str]:
    """Whether a new run should serve without being asked, and why, in a sentence.

    It should where it beats the active one outside the interval on the requests that both were tested on, or where
    none is active: it shows its blend or its best rival, whichever won.
    """
    serving = active(settings)
    if serving is None:
        return True, f"It serves: no run was active, and it shows what won, {find_run(settings, run).chosen}."
    found = compare(settings, run, serving.id)
    if found["interval"] is None:
        return False, (
            f"Run {serving.id} still serves: the two share {found['requests']:,} test requests, too few to compare."
            " Activate this one if you prefer it."
        )
    low, high = found["interval"]
    said = f"{found['difference']:+.4f} NDCG@10 ({low:+.4f} to {high:+.4f}) on {found['requests']:,} test requests"
    if low > 0:
        return True, f"It serves: against run {serving.id} it has {said}."
    return False, f"Run {serving.id} still serves: against it the new run has {said}, which is not clearly more."


def write_tested(folder: Path, user: np.ndarray, time: np.ndarray, ndcg: dict[str, np.ndarray]) -> None:
    """Keep NDCG@10 (requests,) of every model for comparisons with later runs."""
    columns = {"user": user.astype(np.int64), "time": time.astype(np.int64)}
    pl.DataFrame({**columns, **{name: values.astype(np.float32) for name, values in ndcg.items()}}).write_parquet(
        folder / TESTED
    )


def _tested(run: Run) -> pl.DataFrame | None:
    """[user, time, ndcg] of what the run chose; several steps of one person at one moment are left out."""
    try:
        frame = pl.read_parquet(run.folder / TESTED)
        kept = frame.select("user", "time", ndcg=pl.col(run.chosen).cast(pl.Float64))
    except (OSError, pl.exceptions.PolarsError):
        return None
    return kept.unique(["user", "time"], keep="none", maintain_order=True)
