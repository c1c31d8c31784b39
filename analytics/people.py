"""Whose events a question counts: everybody, one group that the store has counted already, or people to look up."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.errors import InputError
from data.lists import members
from data.scope import Scope
from data.store import Store

VALUES_SQL = "SELECT value FROM segments WHERE segment = $segment ORDER BY events DESC, value"

PERSONAL = {
    "country": "d.country = $country",
    "platform": "d.platform = $platform",
    "cohort": "strftime(u.cohort_day, '%Y-%m') = $cohort",
    "rfm": "u.rfm = $rfm",
    "list": "d.u IN (SELECT u FROM person WHERE user_no IN (SELECT unnest($list)))",
}
"""The condition on user_day `d` and users `u` that each segment means; others exist only pre-aggregated."""

SEGMENT_COLUMN = {
    "country": "d.country",
    "platform": "d.platform",
    "cohort": "strftime(u.cohort_day, '%Y-%m')",
    "rfm": "u.rfm",
}


@dataclass(frozen=True)
class People:
    """How to find the rows of a scope's people."""

    segment: str = ""
    """The one segment whose counts lie ready in `trend`; '' for everybody."""
    value: str = ""
    conditions: tuple[str, ...] = ()
    """Where nothing lies ready: what has to hold for a row of user_day `d` with its user `u`."""
    params: dict[str, object] = field(default_factory=dict)
    text: str = "everybody"

    @property
    def ready(self) -> bool:
        """Whether `trend` holds their counts."""
        return not self.conditions

    @property
    def everybody(self) -> bool:
        return self.ready and not self.segment

    @property
    def where(self) -> str:
        """The conditions as text to put behind a WHERE; made of constants of this module only."""
        return "".join(f" AND {condition}" for condition in self.conditions)


def people(store: Store, scope: Scope, *, personal: bool = False) -> People:
    """The people of a scope; `personal` asks for conditions on user_day even where counts lie ready."""
    for name, value in scope.segments:
        _check(store, name, value)
    text = " and ".join(f"{name} {value}" for name, value in scope.segments) or "everybody"
    names = [name for name, _ in scope.segments]
    if len(set(names)) < len(names):
        raise InputError(f"A segment can be used once, found {', '.join(names)}. Leave one of the equal ones out.")
    if not names or (len(names) == 1 and names != ["list"] and not personal):
        segment, value = scope.segments[0] if names else ("", "")
        return People(segment=segment, value=value, text=text)
    for name in names:
        if name not in PERSONAL:
            raise InputError(
                f"The segment '{name}' is counted by itself and for interests only, not with other segments, for items "
                f"or for distinct people of a window. Use it alone, or one of: {', '.join(PERSONAL)}."
            )
    params: dict[str, object] = {
        name: members(store.settings, value) if name == "list" else value for name, value in scope.segments
    }
    return People(conditions=tuple(PERSONAL[name] for name in names), params=params, text=text)


def _check(store: Store, name: str, value: str) -> None:
    """Refuse a segment or a value that this log does not have."""
    if name == "list":
        return
    if name not in store.meta.segments:
        known = ", ".join((*store.meta.segments, "list"))
        raise InputError(f"This log has no segment '{name}'. Choose one of: {known}.")
    values = store.query(VALUES_SQL, {"segment": name})["value"].to_list()
    if value not in values:
        some = ", ".join(values[:8]) + (", ..." if len(values) > 8 else "")
        raise InputError(f"The segment '{name}' has no value '{value}'. It has: {some}.")
