"""Runs of training as a registry: var/models/<run>/ holds a whole run, ACTIVE names the one that serves."""

from models.runs.comparing import compare, deserves
from models.runs.registry import Run, activate, active, find_run, previous, prune, roll_back, runs, runs_folder
from models.runs.training import (
    Training,
    keep,
    new_run,
    read_status,
    the_only_training,
    training,
    unfinished,
    write_status,
)

__all__ = [
    "Run",
    "Training",
    "activate",
    "active",
    "compare",
    "deserves",
    "find_run",
    "keep",
    "new_run",
    "previous",
    "prune",
    "read_status",
    "roll_back",
    "runs",
    "runs_folder",
    "the_only_training",
    "training",
    "unfinished",
    "write_status",
]
