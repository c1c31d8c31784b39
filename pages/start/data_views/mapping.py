"""The questions about a file that only its owner can answer: columns, event types, dates, time zone."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

import streamlit as st

from data.ledger import get_state, imports
from data.preview import Preview
from data.schema import EVENT_COLUMNS, EVENT_TYPES, Column
from data.settings import Settings
from pages.shared import cached, state

NOT_THERE = "(not in the file)"
SKIP = "(leave these rows out)"
TYPES = 12
"""Different event types that are asked about; a column with more is hardly one of event types."""


@dataclass(frozen=True)
class Answers:
    """What was said about a file, and what it would be read as with that."""

    seen: Preview
    mapping: dict[str, str]
    constants: dict[str, str]
    values: dict[str, str]
    timezone: str
    day_first: bool | None

    @property
    def lacking(self) -> list[str]:
        """What still has to be said before the import can start."""
        found = [name for name in self.seen.missing if name not in self.constants]
        if self.seen.times == "slashed" and self.seen.day_first is None and self.day_first is None:
            found.append("day or month first")
        return found


def ask(path: Path) -> Answers:
    """Draw the questions that this file leaves open."""
    here = state.settings()
    look = (str(here.var), path, path.stat().st_mtime_ns)
    first = cached.preview_of(*look)
    with st.grid(3, min_column_width=220):
        timezone = _timezone(here)
        mapping = _columns([each for each in EVENT_COLUMNS if each.name in first.missing], first)
    if first.format == "tideline":
        others = [each for each in EVENT_COLUMNS if each.name not in first.mapping and each.name not in first.missing]
        with st.expander("More columns", icon=":material/view_column:"), st.grid(3, min_column_width=220):
            mapping |= _columns(others, first)
    seen = cached.preview_of(*look, chosen=tuple(mapping.items()))
    constants: dict[str, str] = {}
    with st.grid(3, min_column_width=220):
        if "event_type" in seen.missing:
            kind = st.selectbox("Every row is a", EVENT_TYPES, index=None, key="data_kind")
            constants = {"event_type": kind} if kind else {}
        day_first = _order(seen)
    return Answers(seen, mapping, constants, _values(seen), timezone, day_first)


def _timezone(here: Settings) -> str:
    own = any(row.sample is None for row in imports(here, active_only=True))
    zones = sorted(available_timezones())
    known = get_state(here, "timezone") or "UTC"
    return st.selectbox(
        "Time zone of the shop", zones, index=zones.index(known), key="data_zone", disabled=own,
        help="Decides what a day is. The first import of your own sets it for the whole store.",
    )  # fmt: skip


def _columns(wanted: list[Column], seen: Preview) -> dict[str, str]:
    """The columns that people choose for `wanted`: canonical -> column of the file."""
    free = [column for column in seen.columns if column not in seen.mapping.values()]
    found: dict[str, str] = {}
    for each in wanted:
        label = f"{each.name} ({each.meaning})" if each.required else each.name
        chosen = st.selectbox(label, [NOT_THERE, *free], key=f"data_map_{each.name}", help=each.meaning)
        if chosen != NOT_THERE:
            found[each.name] = chosen
    return found


def _order(seen: Preview) -> bool | None:
    """Day or month first, asked only where the first rows do not tell."""
    if seen.times != "slashed" or seen.day_first is not None:
        return None
    order = st.selectbox("In dates such as 3/4/2026", ["the day comes first", "the month comes first"], index=None,
                         key="data_order")  # fmt: skip
    return None if order is None else order.startswith("the day")


def _values(seen: Preview) -> dict[str, str]:
    """Their event types that are not ours, each with what it means here."""
    if not seen.unknown_types:
        return {}
    st.markdown("**Event types that Tideline does not know.** Say what each means, or leave those rows out.")
    with st.grid(4, min_column_width=180):
        said = {
            value: st.selectbox(value, [SKIP, *EVENT_TYPES], key=f"data_value_{value}")
            for value in seen.unknown_types[:TYPES]
        }
    return {value: ours for value, ours in said.items() if ours != SKIP}
