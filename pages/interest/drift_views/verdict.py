"""The verdict on the mix and the key figures of the comparison."""

import streamlit as st

from analytics.drift.found import Found
from analytics.drift.movers import Movers, movers
from analytics.drift.windows import interest_drift
from analytics.figures.drift import MOVED
from analytics.sentences import drift as sentences
from analytics.windows import Window
from data.scope import Scope
from data.store import Store
from pages.interest.drift_views.controls import Asked
from pages.shared import cached, wording
from pages.shared.parts import so_what


def drift_of(opened: Store, scope: Scope, asked: Asked) -> Found:
    """The drift of interests, counted once for everything on the page."""
    return cached.answer(interest_drift, opened, scope, **asked.knobs)


def movers_of(opened: Store, scope: Scope, asked: Asked) -> Movers:
    """Who moved, counted once for everything on the page."""
    return cached.answer(movers, opened, scope, level=asked.level, **asked.knobs)


def sentence(store: Store, scope: Scope, *, by: str, before: Window, after: Window) -> str:
    """The verdict on mix and interests."""
    found = cached.answer(interest_drift, store, scope, by=by, before=before, after=after)
    return sentences.verdict(found, by=by)


def draw(opened: Store, scope: Scope, asked: Asked, found: Found, moved: Movers) -> None:
    """The sentence first, then what it stands on."""
    so_what(cached.answer(sentence, opened, scope, **asked.knobs))
    drift = found.drift
    verdicts = drift.interests["verdict"].to_list()
    clear, tested = sum(each in MOVED for each in verdicts), drift.interests["p"].drop_nulls().len()
    known = "–" if drift.p is None else sentences.p_text(drift.p)
    with st.grid(4, min_column_width=200):
        figure("The mix", drift.verdict, known, "Whether the shares of all interests changed by more than chance.")
        figure(
            "Interests that moved", wording.whole(clear), f"of {wording.whole(tested)} tested",
            "At 5 % false discoveries, beyond the season where it is known.",
        )  # fmt: skip
        figure(
            "People who can be judged", wording.whole(moved.tested),
            f"{wording.whole(moved.not_enough)} have too little data", "20 events and 6 visits in both windows.",
        )  # fmt: skip
        figure(
            "People who moved", wording.whole(moved.drifted), share_of(moved),
            "Named people; beside them the estimated share of all judged people who changed at all.",
        )  # fmt: skip
    notes = [asked.why] if asked.why else []
    if found.season is None:
        notes.append("The log does not reach back a year before, so no season was taken off.")
    if notes:
        st.caption(" ".join(notes))


def share_of(moved: Movers) -> str:
    """The estimated share of the judged people who changed somewhat."""
    if moved.share is None:
        return "nobody could be judged"
    low, high = (wording.percent(each, 0) for each in (moved.share.low, moved.share.high))
    return f"estimated share {wording.percent(moved.share.share, 0)} ({low} to {high})"


def figure(label: str, value: str, note: str, meaning: str) -> None:
    """One key figure with what stands behind it."""
    st.metric(label, value, note, delta_color="off", delta_arrow="off", help=meaning, border=True, height="stretch")
