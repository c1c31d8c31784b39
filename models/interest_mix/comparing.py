"""Forecasts of the interest mix against each other: log-loss by person, the gate, and the bands."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.evaluate.bootstrap import Bootstrap, interval
from models.interest_mix.bands import coverage, pit
from models.interest_mix.forecast import InterestMix, losses
from models.interest_mix.periods import Asked, Periods

OTHER = "network-mix"


def is_better(plain: np.ndarray, other: np.ndarray, asked: Asked) -> bool:
    """The gate: whether another forecast's log mixes (rows, interests) lose less than the plain ones on validation
    periods, clearly so: the interval over people of the difference lies above 0."""
    found = difference(plain, other, asked)
    return found is not None and found["interval"] is not None and found["interval"][0] > 0


def difference(plain: np.ndarray, other: np.ndarray, asked: Asked) -> dict[str, Any] | None:
    """{"difference", "interval"}: by how many nats an event the other loses less, and the 95 % interval of resampled
    people, all periods of one together; None where nobody is asked."""
    if not len(asked):
        return None
    gained = losses(plain, asked) - losses(other, asked)
    mean, drawn = Bootstrap(asked.user).means(gained[:, None])
    return {"difference": float(mean[0]), "interval": interval(drawn[:, 0])}


def report(
    forecast: InterestMix, periods: Periods, asked: Asked, others: Mapping[str, np.ndarray] | None = None,
    gate: bool | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What metrics.json holds of the interest mix, for test periods: {"periods", "users", "rows", "logloss": {name},
    "difference", "interval", "gate", "coverage80", "cells", "pit"}.

    `others` are log mixes by name; the difference is that of OTHER, above 0 where it is better, `gate` what
    `is_better` said of it on validation. "pit" are the parts of randomised PIT values in ten equal bins. Figures are
    null where nobody was asked.
    """
    others = others or {}
    found: dict[str, Any] = {
        "periods": len(np.unique(asked.number)), "users": len(np.unique(asked.user)), "rows": len(asked),
        "logloss": {}, "difference": None, "interval": None, "gate": gate, "coverage80": None, "cells": 0, "pit": None,
    }  # fmt: skip
    if not len(asked):
        return found
    mix, weight = forecast.mix(periods, asked)
    plain = np.log(mix)
    found["logloss"] = {
        name: float(losses(each, asked).mean()) for name, each in {forecast.name: plain, **others}.items()
    }
    if OTHER in others:
        found |= difference(plain, others[OTHER], asked) or {}
    held, cells = coverage(mix, weight, asked.counts, forecast.concentration)
    found["coverage80"], found["cells"] = held if cells else None, cells
    values = pit(mix, weight, asked.counts, forecast.concentration)
    found["pit"] = (np.histogram(values, 10, (0, 1))[0] / values.size).tolist()
    return found
