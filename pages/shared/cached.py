"""The one cache of answers, between pages and analytics: keyed by data version, scope and knobs.

A rerun with unchanged filters is a dictionary look-up. A new version has a new key, so stale answers cannot be shown.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from data.preview import Preview, preview
from data.scope import Scope
from data.settings import load_settings
from data.store import Store

Answer = TypeVar("Answer")

ENTRIES = 256


def answer(question: Callable[..., Answer], store: Store, *about: Scope, **knobs: Any) -> Answer:
    """What `question(store, scope, **knobs)` returns, computed once per version, scope and knobs.

    The question must be a function of a module: its name is a part of the key. Knobs are ids, dates and numbers.
    """
    name = f"{question.__module__}.{question.__qualname__}"
    key = (str(store.path), store.version, repr(about), repr(sorted(knobs.items())))
    result: Answer = _answer(name, key, question, store, about, knobs)
    return result


@st.cache_data(max_entries=ENTRIES, show_spinner=False)
def _answer(
    name: str,
    key: tuple[Any, ...],
    _question: Callable[..., Any],
    _store: Store,
    _about: tuple[Scope, ...],
    _knobs: dict[str, Any],
) -> Any:
    return _question(_store, *_about, **_knobs)


@st.cache_data(max_entries=8, show_spinner=False)
def preview_of(var: str, path: Path, modified: int) -> Preview:
    """A look at a file, taken once while it stays as it is."""
    return preview(load_settings(), path)
