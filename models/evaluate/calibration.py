"""Whether probabilities can be believed: of what is called 30 % likely, 30 % has to happen."""

from dataclasses import dataclass

import numpy as np

BINS = 15


@dataclass(frozen=True)
class Bin:
    """Requests of like confidence: the mean probability of their first item and how often it came."""

    confidence: float
    accuracy: float
    requests: int


def calibration_bins(confidence: np.ndarray, accuracy: np.ndarray, bins: int = BINS) -> list[Bin]:
    """At most `bins` bins of equally many requests, the least confident first.

    `accuracy` (requests,) is the share of a step's items that the first item of the list was: 0 or 1 where one item
    came, 1/3 where it is one of three, which is what a probability over single items says.
    """
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return [Bin(float(confidence[p].mean()), float(accuracy[p].mean()), len(p)) for p in parts]


def expected_calibration_error(bins: list[Bin]) -> float | None:
    """The mean distance between confidence and accuracy over requests (adaptive ECE: Nixon et al. 2019); None where
    there are no requests."""
    total = sum(each.requests for each in bins)
    if not total:
        return None
    return sum(each.requests * abs(each.confidence - each.accuracy) for each in bins) / total
