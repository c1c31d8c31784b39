"""What forecasts of the interest mix lose, and by how much one loses less than another."""

from typing import Any

import numpy as np

from models.evaluate.bootstrap import Bootstrap, interval
from models.interest_mix.periods import Asked


def losses(log_mix: np.ndarray, asked: Asked) -> np.ndarray:
    """float64 (rows,): the mean of -log p over the events of each person and period, in nats an event."""
    return np.asarray(-(asked.counts * log_mix).sum(axis=1) / asked.counts.sum(axis=1))


def is_better(plain: np.ndarray, other: np.ndarray, asked: Asked) -> bool:
    """The gate: whether another forecast's log mixes (rows, interests) lose less than the plain ones on validation
    periods, clearly so: the interval over people of the difference lies above 0."""
    found = difference(plain, other, asked)
    return bool(found["interval"] is not None and found["interval"][0] > 0)


def difference(plain: np.ndarray, other: np.ndarray, asked: Asked) -> dict[str, Any]:
    """{"difference", "interval"}: by how many nats an event the other loses less, and the 95 % interval of resampled
    people, all periods of one together; null where nobody is asked."""
    if not len(asked):
        return {"difference": None, "interval": None}
    gained = losses(plain, asked) - losses(other, asked)
    mean, drawn = Bootstrap(asked.user).means(gained[:, None])
    return {"difference": float(mean[0]), "interval": interval(drawn[:, 0])}
