"""Forecasts of the interest mix against each other: log-loss by person, the gate, and the bands."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.interest_mix.bands import coverage, pit
from models.interest_mix.forecast import InterestMix
from models.interest_mix.losing import difference, losses
from models.interest_mix.periods import Asked, Periods

OTHER, CORRECTED = "network-mix", "corrected-mix"


def report(
    forecast: InterestMix, periods: Periods, asked: Asked, others: Mapping[str, np.ndarray] | None = None,
    gate: bool | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What metrics.json holds of the interest mix, for test periods: {"periods", "users", "rows", "logloss": {name},
    "difference", "interval", "gate", "corrected": {"difference", "interval"}, "coverage80", "cells", "pit"}.

    `others` are log mixes by name; the difference is that of OTHER, above 0 where it is better, `gate` what
    `is_better` said of it on validation. "corrected" is the same of the forecast's own correction, null without one;
    bands are those of what is shown, corrected where a correction is kept. "pit" are the parts of randomised PIT
    values in ten equal bins. Figures are null where nobody was asked.
    """
    others = others or {}
    found: dict[str, Any] = {
        "periods": len(np.unique(asked.number)), "users": len(np.unique(asked.user)), "rows": len(asked),
        "logloss": {}, "difference": None, "interval": None, "gate": gate, "corrected": None, "coverage80": None,
        "cells": 0, "pit": None,
    }  # fmt: skip
    if not len(asked):
        return found
    mix, weight = forecast.mix(periods, asked)
    plain = np.log(forecast.plain(periods, asked)[0])
    made = {forecast.name: plain, **others}
    if forecast.correction is not None:
        made[CORRECTED] = np.log(mix)
        found["corrected"] = difference(plain, made[CORRECTED], asked)
    found["logloss"] = {name: float(losses(each, asked).mean()) for name, each in made.items()}
    if OTHER in others:
        found |= difference(plain, others[OTHER], asked)
    held, cells = coverage(mix, weight, asked.counts, forecast.concentration)
    found["coverage80"], found["cells"] = held if cells else None, cells
    values = pit(mix, weight, asked.counts, forecast.concentration)
    found["pit"] = (np.histogram(values, 10, (0, 1))[0] / values.size).tolist()
    return found
