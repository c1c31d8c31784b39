"""One file before it is imported: what it would be read as, and what only its owner can say."""

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import polars as pl
import streamlit as st

from data.inbox import inbox_files
from data.ledger import get_state
from data.preview import Preview
from data.schema import EVENT_COLUMNS, EVENT_TYPES
from pages.shared import cached, jobstrip, state
from pages.shared.parts import empty, table

NOT_THERE = "(not in the file)"
SKIP = "(leave these rows out)"
COLUMNS = {
    "ours": st.column_config.TextColumn("Tideline's column", width="small"),
    "theirs": st.column_config.TextColumn("Column of the file", width="small"),
    "examples": st.column_config.TextColumn("First values", width="large"),
    "meaning": st.column_config.TextColumn("Meaning", width="medium"),
}


def draw(name: str) -> None:
    """The file of the inbox that the URL names, with its options and the button that imports it."""
    path = next((each for each in inbox_files(state.settings()) if each.name == name), None)
    if path is None:
        empty(f"{name} is not in the inbox any more. Upload it again, or choose another file below.")
        return
    with st.container(border=True):
        st.subheader(f"Import {name}?", anchor=False)
        seen = cached.preview_of(str(state.settings().var), path, path.stat().st_mtime_ns)
        st.markdown(recognised(seen))
        for warning in seen.warnings:
            st.warning(warning, icon=":material/warning:")
        options = ask(seen)
        table(
            listing(seen, options["mapping"]),
            f"How the columns of {name} are read",
            key="data_mapping",
            columns=COLUMNS,
        )
        with st.container(horizontal=True):
            ready = not lacking(seen, options)
            st.button(
                "Import", icon=":material/play_arrow:", key="data_import", disabled=not ready,
                on_click=start, args=(path, options),
            )  # fmt: skip
            st.button("Not now", key="data_not_now", on_click=state.set_param, args=("file", None))
            if not ready:
                st.caption(f"Still to say: {', '.join(lacking(seen, options))}.")


def recognised(seen: Preview) -> str:
    """What the file looks like, in a sentence."""
    if seen.format == "tideline":
        return f"No known format, so its {len(seen.columns)} columns were matched by their names. Check them first."
    return f"Recognised as **{seen.title}**: its columns, event types and cleaning rules are known."


def ask(seen: Preview) -> dict[str, Any]:
    """The options of the import, from the widgets: mapping, constants, values, timezone, day_first."""
    mapping: dict[str, str] = {}
    constants: dict[str, str] = {}
    with st.grid(3, min_column_width=220):
        zone = get_state(state.settings(), "timezone")
        zones = [zone] if zone else sorted(available_timezones())
        timezone = st.selectbox(
            "Time zone of the shop", zones, index=zones.index(zone or "UTC"), key="data_zone", disabled=bool(zone),
            help="Decides what a day is. The first import sets it for the whole store.",
        )  # fmt: skip
        day_first = None
        if seen.times == "slashed" and seen.day_first is None:
            order = st.selectbox(
                "Dates such as 3/4/2026 are", ["day first", "month first"], index=None, key="data_order"
            )
            day_first = None if order is None else order == "day first"
        for column in EVENT_COLUMNS:
            if column.name in seen.missing or (seen.format == "tideline" and column.name not in seen.mapping):
                if column.name not in seen.missing and len(seen.columns) == len(seen.mapping):
                    continue
                mapping |= _column(column.name, column.meaning, seen, required=column.name in seen.missing)
        if "event_type" in seen.missing and "event_type" not in mapping:
            kind = st.selectbox("Every row is a", EVENT_TYPES, index=None, key="data_kind")
            constants = {"event_type": kind} if kind else {}
    said = {"mapping": mapping, "constants": constants, "values": _values(seen)}
    return said | {"timezone": timezone, "day_first": day_first}


def _column(name: str, meaning: str, seen: Preview, *, required: bool) -> dict[str, str]:
    free = [column for column in seen.columns if column not in seen.mapping.values()]
    label = f"{name} ({meaning})" if required else name
    chosen = st.selectbox(label, [NOT_THERE, *free], key=f"data_map_{name}", help=meaning)
    return {} if chosen == NOT_THERE else {name: chosen}


def _values(seen: Preview) -> dict[str, str]:
    """Their event types that are not ours, each with what it means here."""
    if not seen.unknown_types:
        return {}
    st.markdown("**Event types that Tideline does not know.** Say what each means, or leave those rows out.")
    with st.grid(4, min_column_width=180):
        said = {
            value: st.selectbox(value, [SKIP, *EVENT_TYPES], key=f"data_value_{value}")
            for value in seen.unknown_types[:12]
        }
    return {value: ours for value, ours in said.items() if ours != SKIP}


def lacking(seen: Preview, options: dict[str, Any]) -> list[str]:
    """What still has to be said before the import can start."""
    given = {*options["mapping"], *options["constants"]}
    found = [name for name in seen.missing if name not in given]
    if seen.times == "slashed" and seen.day_first is None and options["day_first"] is None:
        found.append("day or month first")
    return found


def listing(seen: Preview, chosen: dict[str, str]) -> pl.DataFrame:
    """One row per column of the file: ours, theirs, examples, meaning."""
    ours = {column: name for name, column in {**seen.mapping, **chosen}.items()}
    meanings = {column.name: column.meaning for column in EVENT_COLUMNS}
    return pl.DataFrame(
        [
            {
                "ours": ours.get(column, "kept as an attribute"), "theirs": column,
                "examples": " · ".join(seen.examples[column]), "meaning": meanings.get(ours.get(column, ""), ""),
            }
            for column in seen.columns
        ]
    )  # fmt: skip


def start(path: Path, options: dict[str, Any]) -> None:
    """Hand the file to the worker and close the question."""
    jobstrip.start("import_file", {"path": str(path), "options": options}, f"Import {path.name}")
    state.set_param("file", None)
