"""Lines of a drift benchmark: what, a figure with its 95 % interval, the bar, met or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z = 1.959964


@dataclass(frozen=True)
class Line:
    """A figure, its interval, and the bar, '' where it has none."""

    what: str
    figure: float
    low: float
    high: float
    bar: str = ""
    met: bool = True

    def __str__(self) -> str:
        verdict = "" if not self.bar else f"{self.bar:>24}  {'met' if self.met else 'MISSED'}"
        return f"{self.what:88}{self.figure:9.4g}  ({self.low:.4g} to {self.high:.4g}){verdict}"


def rate(
    what: str,
    hits: Sequence[bool] | npt.NDArray[np.bool_],
    *,
    most: float | None = None,
    least: float | None = None,
    around: tuple[float, float] | None = None,
    low_is_enough: bool = False,
) -> Line:
    """A line of a rate with Wilson's interval (1927); low_is_enough: the bar is met where the interval reaches it."""
    n, share = len(hits), float(np.mean(hits))
    middle, reach = share + Z**2 / (2 * n), Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    low, high = (middle - reach) / (1 + Z**2 / n), (middle + reach) / (1 + Z**2 / n)
    if most is not None:
        told = f"<= {most:g}" + (" in interval" if low_is_enough else "")
        return Line(what, share, low, high, told, (low if low_is_enough else share) <= most)
    if least is not None:
        return Line(what, share, low, high, f">= {least:g}", share >= least)
    if around is not None:
        return Line(what, share, low, high, f"{around[0]:g} to {around[1]:g}", around[0] <= share <= around[1])
    return Line(what, share, low, high)


def mean(what: str, values: Sequence[float], *, most: float | None = None) -> Line:
    """A line of a mean over runs with the interval of its standard error."""
    middle, reach = float(np.mean(values)), Z * float(np.std(values)) / np.sqrt(max(len(values) - 1, 1))
    if most is None:
        return Line(what, middle, middle - reach, middle + reach)
    return Line(what, middle, middle - reach, middle + reach, f"<= {most:g}", middle <= most)
