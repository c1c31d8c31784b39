"""The training job: from the log to a run that serves."""

from models.job.making import FEW_EVENTS, FEW_PEOPLE, MOST_EVENTS
from models.job.training import train

__all__ = ["FEW_EVENTS", "FEW_PEOPLE", "MOST_EVENTS", "train"]
