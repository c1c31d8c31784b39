"""How often a rule fires where nothing happens, as far as that was measured."""

from __future__ import annotations

from typing import NamedTuple

from data.alerts import Rule

MEASURED = {"change": (0.23, 0.19, 0.28), "emerging": (0.62, 0.56, 0.69)}
"""False alarms a year by week, with 95 % intervals: the worse of two worlds of 200 shops of 30 interests in which
nothing happens, replayed over three years (benchmarks/changes.py --only rates)."""


class Rate(NamedTuple):
    """False alarms to be expected a year."""

    a_year: float | None
    """None where there is none to state."""
    low: float | None
    high: float | None
    """Its 95 % interval, where it was measured."""
    why: str
    """A whole sentence."""


def rate(rule: Rule) -> Rate:
    """What a rule says for nothing in a year."""
    if rule.kind == "threshold":
        return Rate(None, None, None, "A limit has no rate of false alarms: it is passed or not, by chance as well.")
    if rule.kind == "mix":
        return Rate(
            1.0, None, None,
            "At most about 1 false alarm a year: a test every week at p below 0.019, and what lasts is told once.",
        )  # fmt: skip
    if rule.grain == "day":
        return Rate(
            1.0, None, None,
            "Made for at most 1 false alarm a year; by day that was measured on too few shops to state a figure.",
        )  # fmt: skip
    a_year, low, high = MEASURED[rule.kind]
    return Rate(
        a_year, low, high,
        f"About {a_year:.2f} false alarms a year ({low:.2f} to {high:.2f}), measured on 200 simulated shops of 30 "
        "interests in which nothing happens.",
    )  # fmt: skip
