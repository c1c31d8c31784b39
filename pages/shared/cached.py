"""The one cache of answers, between pages and analytics: keyed by data version, scope and knobs.

A rerun with unchanged filters is a dictionary look-up. A new version has a new key, so stale answers cannot be shown.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.risers import risers
from data.errors import Damaged
from data.preview import Preview, preview
from data.scope import Scope
from data.settings import Settings, load_settings
from data.store import Store

Answer = TypeVar("Answer")

ENTRIES, BYTES = 256, "256MB"
PICTURES = 128
SETTLED_NS = 100_000_000
"""A file that was written to so shortly before it was read may be written again without looking newer."""
MODEBAR = {"bgcolor": "rgba(0,0,0,0)", "color": "#7A868F", "activecolor": "#2A86BE"}
"""Without it the bar is a dark block wherever a figure's own background is clear."""
LOADING = "Counting..."


def answer(question: Callable[..., Answer], store: Store, *about: Scope, **knobs: Any) -> Answer:
    """What `question(store, scope, **knobs)` returns, computed once per version, scope and knobs.

    The question must be a function of a module: its name is a part of the key. Knobs are ids, dates and numbers.
    """
    try:
        result: Answer = _answer(_key(question, store, about, knobs), question, store, about, knobs)
    except Damaged:
        st.rerun()  # another version is opened now, which the frame says
    return result


def judge(store: Store, scope: Scope, **knobs: Any) -> pl.DataFrame:
    """`risers`, counted once for the sentence, the lists and the table that all stand on them."""
    return answer(risers, store, scope, **knobs)


def picture(maker: Callable[..., go.Figure], store: Store, *about: Scope, **knobs: Any) -> go.Figure:
    """The figure that `maker(store, scope, **knobs)` draws, made once. Nobody may change it: all share it."""
    try:
        return _picture(_key(maker, store, about, knobs), maker, store, about, knobs)
    except Damaged:
        st.rerun()


def _key(question: Callable[..., Any], store: Store, about: tuple[Scope, ...], knobs: dict[str, Any]) -> str:
    name = f"{question.__module__}.{question.__qualname__}"
    return repr((name, str(store.path), store.stamp, about, sorted(knobs.items())))


@st.cache_data(max_entries=ENTRIES, max_size=BYTES, show_spinner=LOADING)
def _answer(
    key: str, _question: Callable[..., Any], _store: Store, _about: tuple[Scope, ...], _knobs: dict[str, Any]
) -> Any:
    return _question(_store, *_about, **_knobs)


@st.cache_resource(max_entries=PICTURES, show_spinner=False)
def _picture(
    key: str, _maker: Callable[..., go.Figure], _store: Store, _about: tuple[Scope, ...], _knobs: dict[str, Any]
) -> go.Figure:
    figure = _maker(_store, *_about, **_knobs).update_layout(modebar=MODEBAR)
    finished = figure.to_dict()
    # Streamlit asks for it in every run, and Plotly would copy and encode every number of the figure each time.
    figure.to_dict = lambda: finished
    return figure


def held(maker: Callable[[Settings, str], Answer], here: Settings, name: str) -> Answer:
    """What `maker(here, name)` returns, made once for each name and shared by all visitors, such as a loaded model."""
    result: Answer = _held(f"{maker.__module__}.{maker.__qualname__} {here.var}", name, maker, here)
    return result


@st.cache_resource(max_entries=2, show_spinner=False)
def _held(key: str, name: str, _maker: Callable[[Settings, str], Any], _here: Settings) -> Any:
    return _maker(_here, name)


_READ: dict[str, tuple[object, object]] = {}


def as_written(reader: Callable[[Settings], Answer], here: Settings, *files: Path) -> Answer:
    """What `reader(here)` returns, read again only after one of the SQLite files or folders it reads was written to.

    Notes, lists and jobs are looked at in every run of every visitor, and change a few times a day.
    """
    key = f"{reader.__module__}.{reader.__qualname__} {files}"
    stamp, kept = _stamp(files), _READ.get(key)
    if kept is not None and stamp is not None and kept[0] == stamp:
        return kept[1]  # type: ignore[return-value]
    now, found = time.time_ns(), reader(here)
    # Taken before reading: what is written meanwhile has another stamp.
    settled = stamp is not None and max(written for written, _ in stamp) < now - SETTLED_NS
    _READ[key] = (stamp if settled else None, found)
    return found


def _stamp(files: tuple[Path, ...]) -> tuple[tuple[int, int], ...] | None:
    """When the files and their write-ahead logs were written to and how long they are; None where there is none."""
    found = []
    for path in (str(path) + end for path in files for end in ("", "-wal")):
        try:
            about = os.stat(path)
        except FileNotFoundError:
            continue
        found.append((about.st_mtime_ns, about.st_size))
    return tuple(found) or None


@st.cache_data(max_entries=16, show_spinner=False)
def preview_of(
    var: str, path: Path, modified: int, chosen: tuple[tuple[str, str], ...] = (), kind: str | None = None
) -> Preview:
    """A look at a file with what was mapped so far, taken once while both stay as they are."""
    return preview(load_settings(), path, dict(chosen), kind)
