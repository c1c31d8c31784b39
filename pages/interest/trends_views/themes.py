"""The merchandiser's say over themes: rename, merge, exclude, take an edit back."""

from typing import Any

import streamlit as st

from data.themes import Edit, edits, effective
from pages.shared import jobstrip, state
from pages.shared.parts import empty

ACTIONS = ["rename", "merge", "exclude", "undo", "recluster"]
SAID = {"rename": "is called", "merge": "is part of", "exclude": "is left out", "include": "is shown again"}


def offer() -> None:
    """The button that opens the dialog."""
    if st.button("Manage themes", icon=":material/category:", key="trends_themes"):
        manage()


@st.dialog("Manage themes", width="large", icon=":material/category:")
def manage() -> None:
    """Choose what to do, say with which theme, hand it to the worker."""
    st.caption("An edit is a rule laid over the themes: it survives later imports, and it can be taken back.")
    names = theme_names()
    action = st.segmented_control(
        "What to do", ACTIONS, default="rename", required=True, key="trends_theme_action", label_visibility="collapsed"
    )
    wanted = ASK[action or "rename"](names)
    if st.button("Apply", key="trends_theme_apply", disabled=wanted is None):
        if action == "recluster":
            jobstrip.start("recluster_themes", {}, "Make the themes anew")
        else:
            jobstrip.start("edit_themes", {"edits": wanted}, f"Themes: {action}")
        st.rerun()


def theme_names() -> dict[str, str]:
    """Id -> name of every theme that is shown, edits applied."""
    rows = effective(state.settings()).rows(named=True)
    return {row["theme_id"]: row["name"] for row in rows if not row["excluded"]}


def _pick(label: str, names: dict[str, str], key: str) -> str | None:
    return st.selectbox(label, sorted(names, key=names.__getitem__), format_func=names.__getitem__, index=None, key=key)


def _rename(names: dict[str, str]) -> list[dict[str, Any]] | None:
    theme = _pick("Theme", names, "trends_theme_one")
    name = st.text_input("New name", key="trends_theme_name", max_chars=60).strip()
    return [{"action": "rename", "theme_id": theme, "target": name}] if theme and name else None


def _merge(names: dict[str, str]) -> list[dict[str, Any]] | None:
    part = _pick("Theme", names, "trends_theme_part")
    into = _pick("Becomes part of", {each: name for each, name in names.items() if each != part}, "trends_theme_into")
    return [{"action": "merge", "theme_id": part, "target": into}] if part and into else None


def _exclude(names: dict[str, str]) -> list[dict[str, Any]] | None:
    theme = _pick("Leave out", names, "trends_theme_out")
    st.caption("Its events no longer count among themes, also not in the whole that shares are a part of.")
    return [{"action": "exclude", "theme_id": theme, "target": None}] if theme else None


def _target(edit: Edit, names: dict[str, str]) -> str:
    return names.get(edit.target or "", edit.target or "")


def _undo(names: dict[str, str]) -> list[dict[str, Any]] | None:
    found = edits(state.settings())
    if not found:
        empty("No theme was edited yet.")
        return None
    said = {
        edit.id: f"{names.get(edit.theme_id, edit.theme_id)} {SAID[edit.action]} {_target(edit, names)}"
        for edit in found
    }
    chosen = st.selectbox("Take back", list(said), format_func=said.__getitem__, key="trends_theme_undo")
    return [{"action": "undo", "theme_id": "", "target": str(chosen)}]


def _recluster(_names: dict[str, str]) -> list[dict[str, Any]]:
    st.markdown(
        "Makes the themes of the whole catalogue anew. Themes that stay close to an old one keep its id and your "
        "edits; others get new ids, and what became of each old one is kept. Trends by theme are counted again."
    )
    return []


ASK = {"rename": _rename, "merge": _merge, "exclude": _exclude, "undo": _undo, "recluster": _recluster}
