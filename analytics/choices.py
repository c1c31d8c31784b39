"""What the knobs of a question may be, checked once at its door."""

from collections.abc import Iterable

from data.errors import InputError

METRICS = {
    "events": "kept rows except refunds",
    "users": "distinct known users",
    "revenue": "purchases minus refunds",
    "share": "events as a part of all events of the same period and people",
}
GRAINS = {"day": "days", "week": "weeks", "month": "months"}
COHORTS = {"week": "weeks", "month": "months", "quarter": "quarters"}
COMPARES = {"previous": "the same length of time right before", "last-year": "the same weeks a year earlier"}
INTERESTS = ("theme", "category", "brand", "item")
ASIDE = ("unsorted", "none")
"""Ids that stand for no interest: shown with their share, never among the top or the risers."""
SEGMENT_PREFIX = "segment:"


def chosen(knob: str, value: str, allowed: Iterable[str]) -> str:
    """`value`, if it is one of `allowed`; else an error that names both.

    >>> chosen("grain", "week", GRAINS)
    'week'
    """
    allowed = list(allowed)
    if value not in allowed:
        raise InputError(f"`{knob}` cannot be '{value}'. Choose one of: {', '.join(allowed)}.")
    return value


def chosen_by(by: str, bys: Iterable[str], segments: Iterable[str] = (), *, everything: bool = True) -> str:
    """`by`, if this log has it: an interest of `bys`, 'all', or 'segment:NAME' with NAME in `segments`."""
    allowed = [*(["all"] if everything else []), *bys, *(SEGMENT_PREFIX + name for name in segments)]
    if by not in allowed:
        reason = f"This log has no {by}" if by in INTERESTS else f"`by` cannot be '{by}'"
        raise InputError(f"{reason}. Choose one of: {', '.join(allowed)}.")
    return by


def chosen_deep(by: str, bys: Iterable[str], deep: Iterable[str], *, everything: bool = True) -> str:
    """`by`, if people are followed in it: a kind of line in `deep`. In a large log brands and items are counted, but
    the people of each are not followed."""
    followed = [name for name in deep if name != "all"]
    if by in bys and by not in followed:
        left = [*(["all"] if everything else []), *followed]
        if not left:
            raise InputError(
                f"People are not followed by {by}, and this log has no category or theme to follow them by. Import a "
                "log that names the category of its items."
            )
        raise InputError(
            f"In a log of this kind and size people are not followed by {by}. Choose one of: {', '.join(left)}."
        )
    return chosen_by(by, followed, everything=everything)


def segment_of(by: str) -> str | None:
    """The segment whose values are the lines, or None where the lines are interests.

    >>> segment_of("segment:country"), segment_of("theme")
    ('country', None)
    """
    return by.removeprefix(SEGMENT_PREFIX) if by.startswith(SEGMENT_PREFIX) else None
