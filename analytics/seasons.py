"""Taking the usual pattern of the week or the year out of a trend, where the log is long enough to know it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.choices import GRAINS, chosen

CYCLES = {"day": (7, 8, "week", "weeks"), "week": (52, 3, "year", "years"), "month": (12, 3, "year", "years")}
"""Per grain: periods in a cycle, whole cycles needed, and the cycle's name."""


def seasonally_adjusted(frame: pl.DataFrame, grain: str) -> tuple[pl.DataFrame, str]:
    """A trend without its season, and a sentence that says what was done.

    Each line is split by STL (Cleveland et al. 1990) into trend + season + rest, and `value` (`before` too) becomes
    trend + rest; what is below zero then becomes zero. Only complete periods are kept. A cycle is a week by day and
    a year by week and month; with fewer than 8 weeks or 3 years of complete periods the frame comes back as it was.
    """
    chosen("grain", grain, GRAINS)
    period, needed, one, several = CYCLES[grain]
    whole = frame.filter("complete")
    count = whole["start"].n_unique()
    if count < period * needed:
        return frame, (
            f"The usual pattern of the {one} is still in these values: it takes {needed} whole {several} to know it, "
            f"and these dates hold {count / period:.1f}."
        )
    columns = [name for name in ("value", "before") if name in frame.columns]
    parts = [
        part.with_columns(pl.Series(name, _without_season(part[name], period)) for name in columns)
        for part in whole.partition_by("id", maintain_order=True)
    ]
    return pl.concat(parts), f"The usual pattern of the {one} is taken out; incomplete periods are left out."


def _without_season(values: pl.Series, period: int) -> npt.NDArray[np.float64]:
    """The series minus STL's season; gaps are bridged for the fit and stay gaps."""
    from statsmodels.tsa.seasonal import STL

    known = values.is_not_null().to_numpy()
    series = values.cast(pl.Float64).to_numpy().copy()
    if known.mean() < 0.5:
        return series
    place = np.arange(len(series))
    bridged = np.interp(place, place[known], series[known])
    adjusted = np.maximum(bridged - STL(bridged, period=period).fit().seasonal, 0)
    result: npt.NDArray[np.float64] = np.where(known, adjusted, np.nan)
    return result
