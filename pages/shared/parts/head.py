"""The top of a page: title, the question it answers, the data it stands on, and the sentence that sums it up."""

import re
from datetime import datetime

import streamlit as st

from data.samples import SAMPLES
from data.store import Meta
from pages.shared import wording

STALE_AFTER_DAYS = 7


def head(title: str, question: str, meta: Meta | None = None) -> None:
    """Title and question, with the data badge to the right."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        if meta:
            badge(meta)
    st.caption(question)


def badge(meta: Meta) -> None:
    """What is loaded, how much, from when to when, and which version; orange once the data have grown old."""
    now = datetime.now()
    stale = meta.sample is None and (now - meta.last_event).days >= STALE_AFTER_DAYS
    text = f"{wording.number(meta.events)} events · {wording.days(meta.first_event, meta.last_event)}"
    text += f" · version {meta.data_version}"
    if meta.sample:
        text = f"{SAMPLES[meta.sample].title} · {text}"
    if stale:
        text += f" · last event {wording.age(meta.last_event, now)}"
    st.badge(text, icon=":material/history:" if stale else ":material/database:", color="orange" if stale else "gray")


def so_what(sentence: str) -> None:
    """The finding, made from the numbers below it: the first sentence leads, the rest says where to look."""
    first, stop, rest = sentence.partition(". ")
    st.markdown(f":material/lightbulb: **{plain(first)}{stop.strip()}** {plain(rest)}")


def plain(text: str) -> str:
    """Text whose signs are not taken for markdown: item names may hold any of them."""
    return re.sub(r"([\\`*_\[\]$<>~#|])", r"\\\1", text)


def explain(text: str) -> None:
    """Formula, windows and what the figures cannot tell, under a chart."""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(text)
