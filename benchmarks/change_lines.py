"""Lines of the benchmark of changes: figures with their 95 % intervals and bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.change_worlds import FIRST

Z = 1.959964


@dataclass(frozen=True)
class Size:
    """How much is drawn."""

    series: int
    runs: int
    shops: int


@dataclass(frozen=True)
class Line:
    """A figure, its interval, and the bar."""

    what: str
    figure: float
    low: float
    high: float
    bar: str = ""
    met: bool = True

    def __str__(self) -> str:
        verdict = "" if not self.bar else f"{self.bar:>9}  {'met' if self.met else 'MISSED'}"
        return f"{self.what:92}{self.figure:8.3f}  ({self.low:.3f} to {self.high:.3f}){verdict}"


def rate(
    what: str, hits: Sequence[bool] | np.ndarray, *, most: float | None = None, least: float | None = None
) -> Line:
    """A rate with Wilson's interval (1927)."""
    n, share = len(hits), float(np.mean(hits))
    middle, reach = share + Z**2 / (2 * n), Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    low, high = (middle - reach) / (1 + Z**2 / n), (middle + reach) / (1 + Z**2 / n)
    if most is not None:
        return Line(what, share, low, high, f"<= {most:g}", share <= most)
    if least is not None:
        return Line(what, share, low, high, f">= {least:g}", share >= least)
    return Line(what, share, low, high)


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
