"""A new rule: what it watches, a look at what it would have said, and only then the button that saves it."""

from __future__ import annotations

import streamlit as st

from analytics.alerts import checked, rate, save
from analytics.alerts.asking import GRAINS_OF, SIDES
from analytics.choices import METRICS
from analytics.counts import names
from analytics.drift.counted import BYS
from data.alerts import Rule
from data.store import Store
from pages.interest.alerts_views import rules
from pages.shared import cached, state
from pages.shared.parts.head import plain

NAMES = {
    "change": "A level changes for good", "emerging": "A sudden rise", "threshold": "A limit is passed",
    "mix": "The mix of interests changes",
}  # fmt: skip
OFFERED = 200
"""Lines that can be chosen by name, the largest."""
WINDOWS = [28, 91]


def draw(opened: Store) -> None:
    """The fields of the chosen kind, the rule in words, its past, and the button that keeps it."""
    st.subheader("A new rule", anchor=False)
    asked = fields(opened)
    if asked is None:
        return
    rule = checked(opened, asked)
    st.markdown(f"**{plain(rules.said(opened, rule))}**  \n:gray[{rate(rule).why}]")
    if not st.button("See what it would have said", key="alerts_look", icon=":material/history:"):
        st.caption("A rule is saved after a look at its past.")
        return
    rules.past(opened, rule, key="alerts_look_past")
    st.button(
        "Save this rule", key="alerts_save", icon=":material/add_alert:", type="primary",
        on_click=state.attempt, args=(keep, opened, rule),
    )  # fmt: skip


def fields(opened: Store) -> Rule | None:
    """What is asked for so far; None while a field lacks. Interests by and people are the shared filters'."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Tell me when", list(NAMES), format_func=NAMES.__getitem__, key="alerts_kind", width=260)
        if kind == "mix":
            days = st.selectbox("Days of each window", WINDOWS, key="alerts_days", width=160)
        else:
            offered = list(GRAINS_OF[kind])
            grain = st.selectbox("Judged by", offered, index=offered.index("week"), key=f"alerts_grain_{kind}",
                                 width=140)  # fmt: skip
        if kind == "threshold":
            metric = st.selectbox("What", list(METRICS), index=list(METRICS).index("share"), key="alerts_metric",
                                  width=140)  # fmt: skip
            side = st.selectbox("is", SIDES, key="alerts_side", width=120)
            unit = "Limit, in %" if metric == "share" else "Limit"
            limit = st.number_input(unit, value=None, key="alerts_limit", width=140)
    by, segments = by_of(opened, kind), state.scope(opened.meta).segments
    if by is None:
        st.info("This log names no categories and its items no themes, so there is no mix to watch.")
        return None
    if kind == "mix":
        return Rule(kind, by=by, segments=segments, days=days)
    chosen = interests(opened, by)
    if kind != "threshold":
        return Rule(kind, by=by, grain=grain, segments=segments, interests=chosen)
    if limit is None:
        st.caption("Give the limit to go on.")
        return None
    number = float(limit) / 100 if metric == "share" else float(limit)
    return Rule(kind, by=by, grain=grain, segments=segments, interests=chosen, metric=metric, side=side, limit=number)


def by_of(opened: Store, kind: str) -> str | None:
    """What the lines are: the shared filter's; for a mix, the first it can be of where that is none."""
    by = state.by(opened.meta)
    if kind != "mix" or by in BYS:
        return by
    return next((each for each in BYS if each in opened.meta.bys), None)


def interests(opened: Store, by: str) -> tuple[str, ...]:
    """Only some of the lines, where that is wanted."""
    if by.startswith("segment:"):
        return ()
    lines = cached.answer(names, opened, by=by).head(OFFERED)
    called = dict(lines.select("id", "name").iter_rows())
    picked = st.multiselect(
        "Only these interests", list(called), format_func=lambda each: str(called.get(each, each)),
        key=f"alerts_interests_{by}", placeholder="All", select_all=False,
        help="Interests by and people are those of the filters at the left.",
    )  # fmt: skip
    return tuple(picked)


def keep(opened: Store, rule: Rule) -> None:
    """Save a rule and say so."""
    state.notify(f"Saved as rule {save(opened, rule)}. What it has to say stands above.")
