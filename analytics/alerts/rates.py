"""How often a rule fires where nothing happens, as far as that was measured."""

from __future__ import annotations

from typing import NamedTuple

from data.alerts import Rule

MEASURED = {
    ("change", "week"): (0.23, 0.19, 0.28, 200), ("emerging", "week"): (0.47, 0.41, 0.53, 200),
    ("change", "day"): (0.18, 0.00, 0.99, 24), ("emerging", "day"): (0.40, 0.23, 0.65, 40),
}  # fmt: skip
"""False alarms a year, their 95 % interval, and the shops of 30 interests in which nothing happens that were replayed.
By week over three years, the worse of two worlds (benchmarks/changes.py --only rates); by day over 450 days
(`benchmarks.change_worlds.shops_by_day`), changes on Sundays as here, surges at a level a third
less strict than the present one, so that theirs is a bound."""


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
    a_year, low, high, shops = MEASURED[rule.kind, rule.grain]
    return Rate(
        a_year, low, high,
        f"About {a_year:.2f} false alarms a year ({low:.2f} to {high:.2f}), measured on {shops} simulated shops of 30 "
        "interests in which nothing happens.",
    )  # fmt: skip
