"""The questions about a file that only its owner can answer: columns, event types, dates, time zone."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

import streamlit as st

from data.companions.schema import columns_of, title_of
from data.companions.values import ARMS
from data.ledger import get_state, imports
from data.preview import Preview
from data.schema import EVENT_TYPES, KINDS, TIMELESS, Column
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
    timezone: str | None
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
    with st.grid(3, min_column_width=220):
        kind = _kind(path, cached.preview_of(*look).suggested)
        first = cached.preview_of(*look, kind=kind)
        timezone = None if kind in TIMELESS else _timezone(here)
        columns = columns_of(kind)
        mapping = _columns([each for each in columns if each.name in first.missing], first)
    if first.format == "tideline":
        others = [each for each in columns if each.name not in first.mapping and each.name not in first.missing]
        with st.expander("More columns", icon=":material/view_column:"), st.grid(3, min_column_width=220):
            mapping |= _columns(others, first)
    seen = cached.preview_of(*look, chosen=tuple(mapping.items()), kind=kind)
    constants: dict[str, str] = {}
    with st.grid(3, min_column_width=220):
        if "event_type" in seen.missing:
            every = st.selectbox("Every row is a", EVENT_TYPES, index=None, key="data_kind")
            constants = {"event_type": every} if every else {}
        day_first = _order(seen)
    return Answers(seen, mapping, constants, _values(seen), timezone, day_first)


def _kind(path: Path, suggested: str) -> str:
    """What the file holds: as its header suggests, until somebody says otherwise."""
    return st.selectbox(
        "What is in this file?", KINDS, index=KINDS.index(suggested), format_func=title_of,
        key=f"data_holds_{path.name}",
        help="A log of events, or a file that goes with one. What its columns look like is chosen to begin with.",
    )  # fmt: skip


def _timezone(here: Settings) -> str:
    own = any(row.sample is None and row.kind not in TIMELESS for row in imports(here, active_only=True))
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
    """Their event types that are not ours, each with what it means here; in a file of campaigns, their arms."""
    if not seen.unknown_types:
        return {}
    arms = seen.kind == "campaigns"
    ours, what = (tuple(ARMS), "Arms") if arms else (EVENT_TYPES, "Event types")
    st.markdown(f"**{what} that Tideline does not know.** Say what each means, or leave those rows out.")
    with st.grid(4, min_column_width=180):
        said = {
            value: st.selectbox(value, [SKIP, *ours], key=f"data_value_{value}") for value in seen.unknown_types[:TYPES]
        }
    return {f"arm:{value}" if arms else value: meant for value, meant in said.items() if meant != SKIP}
