"""The interest mix of a person's next 28 days: the shrunk exponentially weighted forecast, its bands, and the measure
that any other forecast has to beat."""

from models.interest_mix.comparing import CORRECTED, OTHER, report
from models.interest_mix.forecast import Forecast, InterestMix
from models.interest_mix.losing import difference, is_better, losses
from models.interest_mix.periods import (
    Asked,
    Periods,
    asked_of,
    cut_periods,
    earlier_periods,
    everyones_mix,
    judged_periods,
)

__all__ = [
    "CORRECTED",
    "OTHER",
    "Asked",
    "Forecast",
    "InterestMix",
    "Periods",
    "asked_of",
    "cut_periods",
    "difference",
    "earlier_periods",
    "everyones_mix",
    "is_better",
    "judged_periods",
    "losses",
    "report",
]
