"""The one cache of answers, between pages and analytics: keyed by data version, scope and knobs.

A rerun with unchanged filters is a dictionary look-up. A new version has a new key, so stale answers cannot be shown.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import plotly.graph_objects as go
import streamlit as st

from data.preview import Preview, preview
from data.scope import Scope
from data.settings import load_settings
from data.store import Store

Answer = TypeVar("Answer")

ENTRIES = 256
PICTURES = 128
MODEBAR = {"bgcolor": "rgba(0,0,0,0)", "color": "#7A868F", "activecolor": "#2A86BE"}
"""Without it the bar is a dark block wherever a figure's own background is clear."""
LOADING = "Counting..."


def answer(question: Callable[..., Answer], store: Store, *about: Scope, **knobs: Any) -> Answer:
    """What `question(store, scope, **knobs)` returns, computed once per version, scope and knobs.

    The question must be a function of a module: its name is a part of the key. Knobs are ids, dates and numbers.
    """
    result: Answer = _answer(_key(question, store, about, knobs), question, store, about, knobs)
    return result


def picture(maker: Callable[..., go.Figure], store: Store, *about: Scope, **knobs: Any) -> go.Figure:
    """The figure that `maker(store, scope, **knobs)` draws, made once. Nobody may change it: all share it."""
    return _picture(_key(maker, store, about, knobs), maker, store, about, knobs)


def _key(question: Callable[..., Any], store: Store, about: tuple[Scope, ...], knobs: dict[str, Any]) -> str:
    name = f"{question.__module__}.{question.__qualname__}"
    return repr((name, str(store.path), store.version, about, sorted(knobs.items())))


@st.cache_data(max_entries=ENTRIES, show_spinner=LOADING)
def _answer(
    key: str, _question: Callable[..., Any], _store: Store, _about: tuple[Scope, ...], _knobs: dict[str, Any]
) -> Any:
    return _question(_store, *_about, **_knobs)


@st.cache_resource(max_entries=PICTURES, show_spinner=False)
def _picture(
    key: str, _maker: Callable[..., go.Figure], _store: Store, _about: tuple[Scope, ...], _knobs: dict[str, Any]
) -> go.Figure:
    return _maker(_store, *_about, **_knobs).update_layout(modebar=MODEBAR)


@st.cache_data(max_entries=16, show_spinner=False)
def preview_of(
    var: str, path: Path, modified: int, chosen: tuple[tuple[str, str], ...] = (), kind: str | None = None
) -> Preview:
    """A look at a file with what was mapped so far, taken once while both stay as they are."""
    return preview(load_settings(), path, dict(chosen), kind)
