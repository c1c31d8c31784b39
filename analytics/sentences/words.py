"""Numbers, days and lists as sentences need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

NOUNS = {"category": ("category", "categories"), "all": ("line", "lines")}


def percent(part: float) -> str:
    """A fraction in percent, with a digit behind the point only where it is small.

    >>> percent(0.1834), percent(0.0042), percent(-0.5), percent(3.546)
    ('18 %', '0.4 %', '-50 %', '355 %')
    """
    return f"{part * 100:.0f} %" if abs(part) >= 0.0995 else f"{part * 100:.1f} %"


def day(value: date, *, year: bool = True) -> str:
    """A day as people write it.

    >>> day(date(2011, 12, 8)), day(date(2011, 12, 8), year=False)
    ('8 Dec 2011', '8 Dec')
    """
    return f"{value.day} {value:%b %Y}" if year else f"{value.day} {value:%b}"


def listed(parts: Sequence[str]) -> str:
    """Parts joined as in speech.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def noun(by: str, count: int) -> str:
    """The lines' kind, for that many of them.

    >>> noun("theme", 2), noun("category", 1), noun("segment:country", 3)
    ('themes', 'category', 'values of country')
    """
    if by.startswith("segment:"):
        name = by.removeprefix("segment:")
        return f"value of {name}" if count == 1 else f"values of {name}"
    return NOUNS.get(by, (by, f"{by}s"))[count != 1]


def moved(change: float | None, low: float | None, high: float | None) -> str:
    """A change in words, with its interval.

    >>> moved(0.18, 0.12, 0.24), moved(-0.3, -0.4, -0.1), moved(None, None, None)
    ('rose 18 % (95 % interval 12 % to 24 %)', 'fell 30 % (95 % interval 10 % to 40 %)', 'is new')
    """
    if change is None:
        return "is new"
    verb = "rose" if change > 0 else "fell"
    if low is None or high is None:
        return f"{verb} {percent(abs(change))}"
    if low <= 0 <= high:
        return f"{verb} {percent(abs(change))} (95 % interval {percent(low)} to {percent(high)})"
    near, far = sorted((abs(low), abs(high)))
    return f"{verb} {percent(abs(change))} (95 % interval {percent(near)} to {percent(far)})"
