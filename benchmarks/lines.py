"""Lines of a benchmark of chance: what, a figure with its 95 % interval, the bar, met or not."""

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


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927)."""
    share, n = hits / of, of
    middle, reach = share + Z**2 / (2 * n), Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return float((middle - reach) / (1 + Z**2 / n)), float((middle + reach) / (1 + Z**2 / n))


def rate(
    what: str,
    hits: Sequence[bool] | npt.NDArray[np.bool_],
    *,
    most: float | None = None,
    least: float | None = None,
    around: tuple[float, float] | None = None,
    low_is_enough: bool = False,
) -> Line:
    """A rate with Wilson's interval; low_is_enough: the interval has to reach `most` or `around`, not the rate."""
    share = float(np.mean(hits))
    low, high = wilson(int(np.sum(hits)), len(hits))
    least_seen, most_seen, added = (low, high, " in interval") if low_is_enough else (share, share, "")
    if most is not None:
        return Line(what, share, low, high, f"<= {most:g}{added}", least_seen <= most)
    if least is not None:
        return Line(what, share, low, high, f">= {least:g}", share >= least)
    if around is not None:
        met = most_seen >= around[0] and least_seen <= around[1]
        return Line(what, share, low, high, f"{around[0]:g} to {around[1]:g}{added}", met)
    return Line(what, share, low, high)


def mean(what: str, values: Sequence[float], *, most: float | None = None) -> Line:
    """A line of a mean over runs with the interval of its standard error."""
    middle, reach = float(np.mean(values)), Z * float(np.std(values)) / np.sqrt(max(len(values) - 1, 1))
    if most is None:
        return Line(what, middle, middle - reach, middle + reach)
    return Line(what, middle, middle - reach, middle + reach, f"<= {most:g}", middle <= most)
