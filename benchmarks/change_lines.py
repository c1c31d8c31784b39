"""Lines of the benchmark of changes: figures with their 95 % intervals and bars."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.change_worlds import FIRST
from benchmarks.lines import Line, Z


@dataclass(frozen=True)
class Size:
    """How much is drawn."""

    series: int
    runs: int
    shops: int


def number_a_year(what: str, number: int, years: float, *, most: float | None = None) -> Line:
    """A count of events per year with the exact interval of a Poisson count (Garwood 1936)."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * number) / 2 if number else 0.0
    high = chi2.ppf(0.975, 2 * number + 2) / 2
    figure = number / years
    bar, met = ("", True) if most is None else (f"<= {most:g}", figure <= most)
    return Line(what, figure, float(low / years), float(high / years), bar, met)


def median(what: str, waited: np.ndarray) -> Line:
    """The median, what was never reported last, with the interval that order statistics give."""
    ordered, reach = np.sort(waited), Z * np.sqrt(len(waited)) / 2
    low, high = (int(np.clip(len(waited) / 2 + sign * reach, 0, len(waited) - 1)) for sign in (-1, 1))
    return Line(what, float(np.median(ordered)), float(ordered[low]), float(ordered[high]))


def weeks_of(dates: pl.Series) -> np.ndarray:
    """The places of weeks that start on these days."""
    return ((dates - FIRST).dt.total_days() // 7).to_numpy()
