"""The interest mix of a person's next 28 days: the shrunk exponentially weighted forecast, its bands, and the measure
that any other forecast has to beat."""

from models.interest_mix.comparing import OTHER, difference, is_better, report
from models.interest_mix.forecast import Forecast, InterestMix, everyones_mix, losses
from models.interest_mix.periods import Asked, Periods, asked_of, cut_periods, judged_periods

__all__ = [
    "OTHER",
    "Asked",
    "Forecast",
    "InterestMix",
    "Periods",
    "asked_of",
    "cut_periods",
    "difference",
    "everyones_mix",
    "is_better",
    "judged_periods",
    "losses",
    "report",
]
